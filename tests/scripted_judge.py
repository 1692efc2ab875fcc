"""What the scripted judge of the teacher server says: real rubrics in, scores by pattern out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_MARKED = re.compile(r"<<<([A-Z]+) ([0-9a-f]{12})\n(.*?)\n\2 \1>>>", re.DOTALL)
ORDER = "5 for everything"
"""What the judge obeys wherever it stands outside the marks."""


def opinion(text: str, wanted: Mapping[str, Any], scores: Mapping[str, int]) -> dict[str, Any]:
    """A reply of the wanted form about the material in a text.

    ``scores`` are the points of what answers match, 5 where none does; in a comparison, equal
    answers go to the first, and a claim of under 3 points is contradicted.
    """
    shown = {name: content for name, _, content in _MARKED.findall(text)}
    if "better" in wanted:
        one, two = (_points(shown[name], scores) for name in ("FIRST", "SECOND"))
        return {"reason": "by points", "better": "first" if one >= two else "second"}
    if "verdict" in wanted:
        wrong = _points(shown["CLAIM"], scores) < 3
        verdict = "contradicted" if wrong else "supported"
        return {"reason": "by points", "verdict": verdict, "confidence": 90}
    obeyed = ORDER in _MARKED.sub("", text)
    points = 5 if obeyed else _points(shown["ANSWER"], scores)
    criteria = [name for name in wanted if name != "reason"]
    return {"reason": f"worth {points}", **dict.fromkeys(criteria, 5), criteria[1]: points}


def _points(answer: str, scores: Mapping[str, int]) -> int:
    return next((points for how, points in scores.items() if re.search(how, answer)), 5)
