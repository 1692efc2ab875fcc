"""What a function returned is evidence for what the assistant says next."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifiers.claims import Claim
from verifiers.claims.turns import Turn
from verifiers.verdicts import Decided

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NEW = 0.25
"""Share of a claim's words that its question need not have: what more it says nobody returned."""
_PLAIN = frozenset(
    "the an of to in is are was be it its this that and for with you your there has have result "
    "value answer returns returned return gives call function equals equal exactly yes".split()
)
_DENIES = re.compile(r"\b(?:not|never|no longer|neither|nor|without)\b|n't\b", re.IGNORECASE)


def returned(claim: Claim, turns: Sequence[Turn]) -> Decided | None:
    """The verdict on a claim of a turn that follows a call: borne out where it repeats the result,
    whole and without denying anything, in mostly the words and only the numbers of its question.
    None where the result decides nothing.
    """
    turn = next((turn for turn in turns if turn.message == claim.message and turn.returned), None)
    if turn is None or not claim.holds or claim.absent or _DENIES.search(claim.text):
        return None
    rest, found = re.subn(
        rf"(?<![\w.]){re.escape(turn.returned)}(?!\w|\.\d)", " ", claim.text, count=1
    )
    if not found or not {*_NUMBER.findall(rest)} <= {*_NUMBER.findall(turn.question)}:
        return None
    own, asked = ({*_WORD.findall(text.casefold())} for text in (rest, turn.question))
    own -= _PLAIN
    if len(own - asked) > max(1, _NEW * len(own)):
        return None
    return Decided("supported", "tool_result", 1.0, "a function that was called returned it")
