"""Questions cut down to what people type, as "capital of France?" is of a whole one.

Only openings go that carry no meaning of their own, so that the same thing is asked. Where no rule
fits, there is none; the rules are those of English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_LONGEST = 300
_BE = r"(?:is|are|was|were)"
_THE = r"(?:the |an? )?"
_LEAD = re.compile(
    r"^(?:(?:hi|hello|hey)[,!.]? )?(?:(?:can|could|would|will) you (?:please )?(?:tell me|explain|"
    r"say)|please tell me|tell me|i (?:would like|want) to know|do you know),? (?=\w)",
    re.IGNORECASE,
)
"""An opening before an indirect question."""
_LOOSE = re.compile(
    r"\b(?:it|that|there|this|these|those|he|she|they|we|you|i)\b|[.?!;:] ", re.IGNORECASE
)
"""What a rest begins with, or holds, that does not stand without its verb."""
_HANGS = re.compile(
    r"\b(?:for|of|in|on|to|from|by|with|about|like|called|named|known as|used)(?: in [\w`.]+)?\W*$",
    re.IGNORECASE,
)
Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def _rule(pattern: str, made: Callable[[re.Match[str]], str]) -> Rule:
    return re.compile(f"^{pattern}(?P<end>[.?!]*)$", re.IGNORECASE | re.DOTALL), made


_RULES: tuple[Rule, ...] = (
    _rule(
        r"how do (?:the )?(?P<rest>.+? and .+?) differ",
        lambda m: f"difference between {m['rest']}",
    ),
    _rule(
        r"how do(?:es)? (?:the )?(?P<one>.+?) compare (?P<rest>(?:with|to) .+?)",
        lambda m: f"{m['one']} compared {m['rest']}",
    ),
    _rule(
        r"how (?:do|can|could|should|would) (?:i|you|we|one) (?P<rest>.+?)",
        lambda m: f"how to {m['rest']}",
    ),
    _rule(
        r"what does (?:the )?(?P<one>.+?) say (?P<rest>(?:about|on) .+?)",
        lambda m: f"{m['one']} {m['rest']}",
    ),
    _rule(r"what do(?:es)? (?P<rest>.+?) mean", lambda m: f"meaning of {m['rest']}"),
    _rule(
        r"(?:which|what) (?P<what>[\w-]+(?: [\w-]+)?) do(?:es)? (?P<rest>.+) (?:take|have|accept)",
        lambda m: f"{m['what']} of {m['rest']}",
    ),
    _rule(
        r"(?:which|what) (?P<what>[\w-]+(?: [\w-]+)??) (?P<rest>\w+ed .+?)",
        lambda m: f"{m['what']} that {m['rest']}",
    ),
    _rule(
        rf"(?P<ask>when|where|why|how [\w-]+|(?:what|which) [\w-]+) {_BE} {_THE}(?P<rest>.+?)",
        lambda m: f"{m['ask']} {m['rest']}",
    ),
    _rule(rf"(?:what|which) {_BE} {_THE}(?P<rest>.+?)", lambda m: m["rest"]),
    _rule(rf"who {_BE} the (?P<rest>[\w -]+ of .+?)", lambda m: m["rest"]),
    _rule(
        rf"in (?P<where>[^,]+), (?:what|which) {_BE} (?:the )?(?P<rest>.+?)",
        lambda m: f"{m['rest']} in {m['where']}",
    ),
    _rule(
        rf"{_BE} (?:the )?(?P<rest>[\w`'’ -]+ (?:than|in|of|a|an|the|from) .+?)",
        lambda m: m["rest"],
    ),
    _rule(
        r"compare (?P<one>.+?) (?:and|with|to) (?P<rest>.+?)",
        lambda m: f"{m['one']} vs {m['rest']}",
    ),
    _rule(
        r"(?:please )?(?:explain|describe|tell me) (?P<ask>how|why|what|when|where) (?P<rest>.+?)",
        lambda m: f"{m['ask']} {m['rest']}",
    ),
    _rule(
        r"(?:please )?(?:name|list|state|give(?: me)?|show(?: me)?) (?P<rest>(?:the|all) .+?)",
        lambda m: re.sub(r"^the ", "", m["rest"], flags=re.IGNORECASE),
    ),
)


def fragments(text: str) -> Iterator[str]:
    """The message without its opening, in every way that a rule gives. A long one has none."""
    if len(text) > _LONGEST:
        return
    lead = _LEAD.match(text)
    bare = text[lead.end() :] if lead else text
    for pattern, made in _RULES:
        match = pattern.match(bare)
        if match and not (_LOOSE.search(match["rest"]) or _HANGS.search(match["rest"])):
            yield f"{made(match)}{match['end']}"
    if lead and not _LOOSE.search(bare):
        yield bare
