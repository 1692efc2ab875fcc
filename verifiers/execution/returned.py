"""What a function returned is evidence for what the assistant says next."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifiers.claims import Claim
from verifiers.claims.turns import Turn
from verifiers.verdicts import Decided

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DENIES = re.compile(r"\b(?:not|never|no longer|neither|nor|without)\b|n't\b", re.IGNORECASE)


def returned(claim: Claim, turns: Sequence[Turn]) -> Decided | None:
    """The verdict on a claim of a turn that follows a call: borne out where it repeats the result,
    whole and without denying anything, and has no other number than its question. None where the
    result decides nothing.
    """
    turn = next((turn for turn in turns if turn.message == claim.message and turn.returned), None)
    if turn is None or not claim.holds or claim.absent or _DENIES.search(claim.text):
        return None
    rest, found = re.subn(
        rf"(?<![\w.]){re.escape(turn.returned)}(?!\w|\.\d)", " ", claim.text, count=1
    )
    if not found or not {*_NUMBER.findall(rest)} <= {*_NUMBER.findall(turn.question)}:
        return None
    return Decided("supported", "tool_result", 1.0, "a function that was called returned it")
