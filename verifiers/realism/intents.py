"""How many things a message asks for."""

from __future__ import annotations

from verifiers.realism.clauses import Clause, clauses
from verifiers.realism.english import ASKS, AUXILIARIES, DETERMINERS, SPEAKING, SUBJECTS

_ALSO_ASKED = SPEAKING | frozenset("give list show tell write provide suggest name".split())


def intents_of(text: str) -> int:
    """Questions and requests of a message, at least 1: by clause, and those that ``and`` joins to
    another in one clause. What only tells the circumstances counts for nothing, and neither does
    what a request brings behind its colon.
    """
    total, is_brought = 0, False
    for one in clauses(text):
        asked = 0 if is_brought else _asked(one)
        total, is_brought = total + asked, asked > 0 and one.end == ":"
    return max(1, total)


def _asked(clause: Clause) -> int:
    if not (clause.is_question or clause.is_request or _wishes(clause)):
        return 0
    words, more = clause.words, 0
    # In "can you also tell me" it is the verb of the question itself.
    start = 4 if words[0] in AUXILIARIES else 2
    for place in range(start, len(words) - 1):
        before, word, after = words[place - 1], words[place], words[place + 1]
        if before not in ("and", "also", "then"):
            continue
        asks = word in ASKS and after not in ("to",)
        turned = word in AUXILIARIES and after in SUBJECTS | DETERMINERS
        told = word in _ALSO_ASKED and (clause.is_request or before != "and")
        more += asks or turned or told
    return 1 + more


def _wishes(clause: Clause) -> bool:
    said = " ".join(clause.words[:5])
    wishes = ("i want", "i need", "i'd like", "i would like", "looking for", "i wonder")
    return any(wish in said for wish in wishes)
