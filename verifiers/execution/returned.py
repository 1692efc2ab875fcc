"""What a function returned is evidence for what the assistant says next."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifiers.claims import Claim
from verifiers.claims.turns import Turn
from verifiers.verdicts import Decided

_DENIES = re.compile(r"\b(?:not|never|no longer|neither|nor|without)\b|n't\b", re.IGNORECASE)


def returned(claim: Claim, turns: Sequence[Turn]) -> Decided | None:
    """The verdict on a claim of a turn that follows a call: borne out where it repeats the result,
    whole and without denying anything. None where the result decides nothing.
    """
    result = next((turn.returned for turn in turns if turn.message == claim.message), "")
    if not result or not claim.holds or claim.absent or _DENIES.search(claim.text):
        return None
    whole = rf"(?<![\w.]){re.escape(result)}(?!\w|\.\d)"
    if not re.search(whole, claim.text):
        return None
    return Decided("supported", "tool_result", 1.0, "a function that was called returned it")
