"""Claims with evidence, made by rule from texts of our own: true ones, and true ones spoilt.

What follows from a text can be made without any model: its sentences, with a phrase moved to the
front or a part left out. So can what does not follow: another number or name, a negation, an
opposite, two names that change places, a part of another sentence put in.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from store.text import sentences
from verifiers.checks.names import names
from verifiers.wording import STOP

_NUMBER = re.compile(r"(?<![\w.^])\d[\d,.]*\d|(?<![\w.^])\d")
_FRONTED = re.compile(
    r"^(?P<main>[A-Z].{15,}?),? (?P<phrase>(?:in|on|after|before|during) [^,;]+)\.$"
)
_TAIL = re.compile(r"(?:, (?:which|who|and|but|so|slightly|with) [^.]*|; [^.]*| \([^)]*\))(?=\.$)")
_VERB = re.compile(r"\b(is|are|was|were|has|had|can|must|may|will|does)\b(?! not)")
_DENIED = re.compile(r" (?:not|never)\b")
_FRAMES = ("It is known that ", "One can read that ", "What happened? ", "Which is it? ", "")
_KEPT = frozenset("not no nor and or but than between under about more most only".split())
"""Words without which a sentence would say something else."""
_PAIRS = """largest smallest;larger smaller;first last;more less;most least;before after
above below;north south;northern southern;east west;inner outer;high low;higher lower;hot cold
longest shortest;hottest coldest;near far;nearest farthest;always never;all none;same different
minimum maximum;left right;start end;begin finish;early late;earlier later;increase decrease
inside outside;with without;thin thick;young old;bright dark;slow fast;slowly quickly;many few
positive negative;empty full;ascending descending;read write;success failure;oldest youngest
true false;open closed"""
OPPOSITES = {
    one: other
    for line in _PAIRS.replace("\n", ";").split(";")
    for one, other in (line.split(), reversed(line.split()))
}
_OPPOSITE = re.compile(rf"\b(?:{'|'.join(OPPOSITES)})\b", re.IGNORECASE)


class Made(NamedTuple):
    """A claim, its evidence, whether it follows, and how it was made."""

    claim: str
    evidence: str
    supported: bool
    kind: str


def made(passages: Sequence[str], seed: int = 5) -> list[Made]:
    """Claims from every plain sentence of the passages, as many true ones as spoilt ones."""
    rng = random.Random(seed)
    read = [[piece.text for piece in sentences(text) if _is_plain(piece.text)] for text in passages]
    every = [text for pieces in read for text in pieces]
    known = sorted({name for text in every for name in names(text)})
    found: list[Made] = []
    for passage, pieces in zip(passages, read, strict=True):
        for text in pieces:
            true = [*_true(text, rng)]
            bases = [claim for _, claim in true]
            spoilt = [*_spoilt(bases, rng, known, every, passage)]
            rng.shuffle(spoilt)
            spoilt = spoilt[: len(true)]
            found += [Made(claim, passage, False, kind) for kind, claim in spoilt]
            found += [Made(claim, passage, True, kind) for kind, claim in true[: len(spoilt)]]
    return found


def _is_plain(text: str) -> bool:
    return 30 <= len(text) <= 300 and text[0].isupper() and text.endswith(".") and "`" not in text


def _true(text: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    yield "same", text
    yield "loosened", _loosened(text, rng)
    fronted = _FRONTED.match(text)
    if fronted:
        phrase = fronted["phrase"]
        yield "moved", f"{phrase[0].upper()}{phrase[1:]}, {fronted['main']}."
    shorter = _TAIL.sub("", text)
    if shorter != text and len(shorter) > 30:
        yield "shortened", shorter
        moved = _FRONTED.match(shorter)
        if moved:
            phrase = moved["phrase"]
            yield "both", f"{phrase[0].upper()}{phrase[1:]}, {moved['main']}."


def _spoilt(
    bases: Sequence[str],
    rng: random.Random,
    known: Sequence[str],
    every: Sequence[str],
    passage: str,
) -> Iterator[tuple[str, str]]:
    # Whole, loosened and shortened ones are spoilt alike, so that no wording gives a label away.
    ways: tuple[Callable[[str, random.Random], str], ...] = (_number, _negation, _opposite, _swap)
    for way in ways:
        base = rng.choice(bases)
        claim = way(base, rng)
        if claim != base and claim not in passage:
            yield way.__name__[1:], claim
    text = rng.choice(bases)
    own = names(text)
    others = [name for name in rng.sample(known, min(20, len(known))) if name not in passage]
    if own and others:
        yield "name", text.replace(rng.choice(own), others[0])
    other = rng.choice(every)
    if other not in passage:
        yield "unrelated", other
        tail = " ".join(other.rstrip(".").split()[-6:])
        yield "added", f"{text.rstrip('.')} and {tail}."


def _loosened(text: str, rng: random.Random) -> str:
    """The sentence behind a frame, without some of the words that carry little."""
    first, *rest = text.split(" ")
    kept = [word for word in rest if word not in STOP - _KEPT or rng.random() < 0.5]
    return f"{rng.choice(_FRAMES)}{' '.join([first, *kept])}"


def _number(text: str, rng: random.Random) -> str:
    found = [*_NUMBER.finditer(text)]
    if not found:
        return text
    chosen = rng.choice(found)
    digits = [*chosen.group(0)]
    place = rng.choice([i for i, sign in enumerate(digits) if sign.isdigit()])
    digits[place] = rng.choice([d for d in "123456789" if d != digits[place]])
    return text[: chosen.start()] + "".join(digits) + text[chosen.end() :]


def _negation(text: str, _rng: random.Random) -> str:
    if _DENIED.search(text):
        return _DENIED.sub("", text, count=1)
    return _VERB.sub(r"\1 not", text, count=1)


def _opposite(text: str, rng: random.Random) -> str:
    found = [*_OPPOSITE.finditer(text)]
    if not found:
        return text
    chosen = rng.choice(found)
    word = OPPOSITES[chosen.group(0).casefold()]
    return text[: chosen.start()] + word + text[chosen.end() :]


def _swap(text: str, rng: random.Random) -> str:
    found = [name for name in names(text) if text.count(name) == 1]
    pairs = [(a, b) for a in found for b in found if a < b and a not in b and b not in a]
    if not pairs:
        return text
    one, two = rng.choice(pairs)
    return re.sub(
        f"{re.escape(one)}|{re.escape(two)}", lambda m: two if m.group(0) == one else one, text
    )


def kinds(rows: Sequence[Made]) -> dict[str, int]:
    """How many claims of each kind there are."""
    return {kind: sum(r.kind == kind for r in rows) for kind in dict.fromkeys(r.kind for r in rows)}
