"""What no operation touches: code, addresses, numbers, quoted text, identifiers, and the words that
a prompt's meaning hangs on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations

_WHOLE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]+`"
    r"|\bhttps?://[^\s<>\"]*[^\s<>\".,;:!?)]|\bwww\.\S*\w"
    r"|\"[^\"]+\"|“[^”]+”|„[^“”]+[“”]|«[^»]+»|‘[^’\n]+’(?!\w)|(?<!\w)'[^'\n]+'(?!\w)"
    r"|\d[\d.,:]*(?<=\d)(?:[ \u00a0\u202f](?!(?:a|an|and|are|as|at|but|by|for|in|is|it|of|on|or|the"
    r"|to|was)\b)(?:[^\W\d_]{1,3}\b|[^\W\d_]*[A-Z][^\W\d_]*))?",
    re.DOTALL,
)
"""Blocks and spans of code, links, quoted text, and numbers with the unit behind them."""
_TOKEN = re.compile(r"\S+")
_AROUND = ".,;:!?…()[]¿¡？！。"
_ODD = re.compile(r"[\d_\\/@#$%^&*=+<>\[\]{}|~]|\w[.:]+\w|::|[a-zß-ÿ][A-ZÀ-Þ]|[A-ZÀ-Þ]{2}|^-")
"""What a token of plain words does not have: signs, inner points, capitals behind a letter."""
_NAME = re.compile(r"(?<=[\w,;:)'’\"”`] )[A-ZÀ-Þ][\w'’]+")
"""A word with a capital that no sentence begins with."""
_FIRST = re.compile(r"(?:^|[.?!:;\n]\s*|[\"“„«(¿¡]\s*)([A-ZÀ-Þ][\w'’]{3,})")
_BEGINS = frozenset(
    """what whats which when where whose whom does will would could should shall have this that
these those there their they your here then after before between under with from about into than
explain describe define summarize summarise compare translate discuss list give tell show write
create make find convert calculate compute solve help generate suggest recommend name state
outline provide draft rewrite check review analyze analyse identify classify extract sort count
plan fill true false please thank thanks hello good dear also first second given using think
consider complete wann warum welche welcher welches wieviel wird wurde kann können erkläre nenne
ist sind gibt quel quelle quels quelles comment pourquoi quand combien est-ce donnez expliquez
cuál cuáles cómo cuándo dónde cuánto quién explica quale quali come quando dove perché wanneer
welke waarom hoeveel""".split()
)
"""What questions and requests begin with; another word with a capital there may be a name."""
_DENIED = re.compile(r"(?:un|non|dis|il(?=l)|hypo|hyper)[a-z]{4,}", re.IGNORECASE)
"""A word whose first letters turn it round."""
_ALIKE = 0.75
"""Likeness of two words of a prompt from which on a slip could make one look like the other."""
_LONGEST = 400
"""Characters in which words are held against each other."""
_LETTERS = re.compile(r"[^\W\d_]{5,}")
NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nobody|nothing|nowhere|without|cannot|except|unless)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)
"""Words that turn a question round."""
MEANING = frozenset(
    """not never neither none nobody nothing nowhere without cannot except unless only also both
either each every some most more less least fewer many much half twice double first second third
last next before after until since under over above below between within during while once three
four five seven eight nine eleven twelve twenty thirty hundred thousand million billion minimum
maximum highest lowest longest shortest largest smallest oldest youngest latest earliest january
february march april june july august september october november december monday tuesday wednesday
thursday friday saturday sunday true false same different zero thirteen fourteen fifteen sixteen
seventeen eighteen nineteen forty fifty sixty seventy eighty ninety trillion fourth fifth sixth
seventh eighth ninth tenth fifteenth dozen dozens quarter quarters kein keine keiner keinen keinem
keines nicht nichts ohne nie niemals niemand niemanden weder nirgends sans jamais aucun aucune
rien personne pas sin nunca nada nadie ninguno ninguna ningún tampoco non senza mai nessuno
nessuna niente nulla niets nooit geen zonder ninguém nenhum nenhuma""".split()
)
"""Words that are never misspelt: another one in their place, or none, would ask something else."""


def spans(text: str) -> list[tuple[int, int]]:
    """Start and end of what must stay as it is, in order and without overlap."""
    found = [match.span() for match in _WHOLE.finditer(text)]
    for match in _TOKEN.finditer(text):
        token = match.group()
        start = match.start() + len(token) - len(token.lstrip(_AROUND))
        end = match.end() - (len(token) - len(token.rstrip(_AROUND)))
        if start < end and _ODD.search(text[start:end]):
            found.append((start, end))
    return _merged(found)


def _merged(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def free(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of the pieces between what must stay."""
    at = 0
    for start, end in spans(text):
        if at < start:
            yield at, start
        at = end
    if at < len(text):
        yield at, len(text)


def has_words(text: str) -> bool:
    """Whether anything in a text may change."""
    return any(sign.isalpha() for start, end in free(text) for sign in text[start:end])


def changed(text: str, change: Callable[[str], str]) -> str:
    """The text with a change made to every piece that may change."""
    pieces, at = [], 0
    for start, end in free(text):
        pieces += [text[at:start], change(text[start:end])]
        at = end
    return "".join([*pieces, text[at:]])


def names(text: str) -> frozenset[str]:
    """Words that must be recognised, in folded case: names by their capital, also where a sentence
    begins with one, words that deny by their first letters, and words that look like each other.
    """
    firsts = {match[1].casefold() for match in _FIRST.finditer(text)} - _BEGINS
    inside = {match.group().casefold() for match in _NAME.finditer(text)}
    denied = {match.group().casefold() for match in _DENIED.finditer(text)}
    return frozenset(inside | firsts | denied | _alike(text))


@lru_cache(maxsize=4096)
def _alike(text: str) -> frozenset[str]:
    """Words beside which another of the same prompt could be meant: ``affect or effect``."""
    every = sorted({match.group().casefold() for match in _LETTERS.finditer(text[:_LONGEST])})
    return frozenset(
        word
        for one, other in combinations(every, 2)
        if abs(len(one) - len(other)) < 3 and SequenceMatcher(None, one, other).ratio() > _ALIKE
        for word in (one, other)
    )
