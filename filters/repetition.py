"""Text that goes round in circles: repeated lines, paragraphs, word sequences and characters.

The measures are those of Gopher's table A1 (arXiv 2112.11446); the limits are fitted to answers,
see each rule. A refrain, a conjugation table or a list of like items repeats itself and is good.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

from configs.filters import Heuristics
from filters.rules import MIN_LINES, MIN_WORDS, REAL_WORD, Measured, Prose

_MIN_BYTES = 400
"""Shorter texts compress too unevenly to tell anything."""
_MIN_LOOP = 60
"""Characters of a loop; "ha ha ha" is none."""
_SAME = 12
"""Characters at the end of a text by whose last occurrence before a loop is found."""
_TRIED = 4
"""Of these occurrences: the end of a unit may stand inside it too."""
_MIN_WORDS_OF_SHARES = 50
"""Gopher's own least length of a document: below it, one repeated phrase is a large share."""


def repeats(prose: Prose, settings: Heuristics) -> Iterator[Measured]:
    """Every rule of this module that can be applied to this prose, cheapest first."""
    text = prose.text.strip()
    if len(text) >= _MIN_LOOP:
        yield runaway(text, settings.max_runaway)
        yield said_twice(text)
    if len(text) >= _MIN_BYTES:
        yield compression(prose, settings.max_compression)
    if len(prose.lines) >= MIN_LINES:
        yield from _duplicates("line", prose.lines, settings)
        if len(prose.paragraphs) >= MIN_LINES:
            yield from _duplicates("paragraph", prose.paragraphs, settings)
    if len(prose.words) < MIN_WORDS:
        return
    counts = Counter(_grams(prose.words, 2))
    # Without a repeated pair of words there is no repeated longer sequence either.
    if len(counts) == len(prose.words) - 1:
        return
    sequences = repeated_sequences(prose.words, settings.max_repetition)
    yield sequences
    if len(prose.words) < _MIN_WORDS_OF_SHARES:
        return
    longest, total = max(map(len, prose.words)), sum(map(len, prose.words))
    # Upper bounds: no sequence of up to four words is longer or commoner than this ...
    if max(counts.values()) * 4 * longest > min(settings.max_top_ngrams) * total:
        yield from top_ngrams(prose.words, settings.max_top_ngrams)
    # ... and five words repeated are three 3-word sequences repeated.
    again = sequences.value * len(prose.words)
    if again * longest * 5 / 3 > min(settings.max_duplicate_ngrams) * total:
        yield from duplicate_ngrams(prose.words, settings.max_duplicate_ngrams)


def said_twice(text: str) -> Measured:
    """Whether a text is one thing said twice, which the shares below only call one half."""
    half = len(text) // 2
    twice = text[:half].rstrip() == text[-half:].lstrip() and bool(REAL_WORD.search(text))
    shown = f"all of it is said twice: {' '.join(text[:60].split())!r}"
    return Measured("said_twice", float(1 + twice), 1.0, twice, shown)


def runaway(text: str, limit: int) -> Measured:
    """How often the same characters are repeated up to the end of a text.

    Three times is called repetition in Holtzman et al. (arXiv 1904.09751, section 4.1); more here,
    since refrains end songs, and only of words, since rules, zeros and chords are none.
    """
    loops = [_loop(text, period, limit) for period in (*_periods(text), len(text))]
    return next((loop for loop in loops if loop.broken), loops[0])


def _loop(text: str, period: int, limit: int) -> Measured:
    """What repeats itself up to the end of a text at this distance."""
    unit, start = text[-period:], len(text) - period
    while start >= period and text.startswith(unit, start - period):
        start -= period
    length = len(text) - start
    times = length // period
    broken = times > limit and length >= _MIN_LOOP and bool(REAL_WORD.search(unit * 3))
    shown = f"ends in {' '.join(unit.split())[:60]!r} x {times}, limit {limit}"
    return Measured("runaway", float(times), float(limit), broken, shown)


def _periods(text: str) -> Iterator[int]:
    """Distances from the end of a text to the last places at which its last characters stand."""
    end, before = text[-_SAME:], len(text) - _SAME
    for _ in range(_TRIED):
        before = text.rfind(end, 0, before + _SAME - 1)
        if before < 0:
            return
        yield len(text) - _SAME - before


def compression(prose: Prose, limit: float) -> Measured:
    """How many times shorter zlib makes the text: the only rule that sees a loop of characters, or
    of a script without spaces.

    Whisper takes more than 2.4 for a loop (arXiv 2212.04356, section 4.5), in sentences of speech;
    long lists of like items reach 5 and are good.
    """
    raw = "\n".join(prose.plain).encode("utf-8", "surrogatepass")
    ratio = len(raw) / len(zlib.compress(raw, 1)) if len(raw) >= _MIN_BYTES else 1.0
    begin = " ".join(prose.text[:200].split())[:60]
    shown = f"compresses {ratio:.1f} times, limit {limit:g}: {begin!r}"
    return Measured("loop", ratio, limit, ratio > limit, shown)


def _duplicates(kind: str, parts: Sequence[str], settings: Heuristics) -> Iterator[Measured]:
    """Duplicate lines and paragraphs by number (Gopher: 0.3) and by characters (Gopher: 0.2).

    Both must be broken here, which spares songs with a refrain and forms with empty lines to fill.
    """
    counts = Counter(parts)
    if len(counts) == len(parts):
        return
    again = {part: count for part, count in counts.items() if count > 1}
    number = (len(parts) - len(counts)) / len(parts)
    twice = sum(len(part) * (count - 1) for part, count in again.items())
    share = min(number, twice / max(sum(map(len, parts)), 1))
    most, count = counts.most_common(1)[0]
    limit = settings.max_duplicate_lines
    shown = f"repeated {kind}s {share:.2f}, limit {limit:g}: {most[:60]!r} x {count}"
    yield Measured(f"repeated_{kind}s", share, limit, share > limit, shown)


def repeated_sequences(found: Sequence[str], limit: float) -> Measured:
    """Share of 3-word sequences that occur before in the same text."""
    share = repetition(found)
    shown = f"repeated 3-word sequences {share:.2f}, limit {limit:g}"
    if share > limit:
        most, count = Counter(_grams(found, 3)).most_common(1)[0]
        shown += f": {' '.join(most)[:60]!r} x {count}"
    return Measured("repetition", share, limit, share > limit, shown)


def repetition(found: Sequence[str]) -> float:
    """Share of 3-word sequences that occur before; 0 below 20 words."""
    if len(found) < MIN_WORDS:
        return 0.0
    grams = list(_grams(found, 3))
    return 1 - len(set(grams)) / len(grams)


def top_ngrams(found: Sequence[str], limits: Sequence[float]) -> Iterator[Measured]:
    """Share of characters in the commonest sequence of 2, 3 and 4 words (Gopher: 0.20, 0.18, 0.16).

    Higher here: answers are a tenth of a web page, and list items like to begin alike.
    """
    total = sum(map(len, found))
    for size, limit in enumerate(limits, start=2):
        most, count = Counter(_grams(found, size)).most_common(1)[0]
        share = min(sum(map(len, most)) * count / total, 1.0) if count > 1 else 0.0
        name = " ".join(most)[:60]
        shown = f"commonest {size}-word sequence {share:.2f}, limit {limit:g}: {name!r} x {count}"
        yield Measured("top_sequence", share, limit, share > limit, shown)
        if count == 1:
            return


def duplicate_ngrams(found: Sequence[str], limits: Sequence[float]) -> Iterator[Measured]:
    """Share of characters in sequences of 5 to 10 words that occur before, each character counted
    once (Gopher: 0.15 falling to 0.10). Higher here, since answers to "rewrite this" and letters
    by a form repeat whole sentences.

    What a repeated sequence covers, its repeated parts cover too, so shares fall as sizes grow and
    the first share below all limits ends the search.
    """
    total = sum(map(len, found))
    for size, limit in enumerate(limits, start=5):
        covered, example = _covered(found, size)
        share = covered / total
        shown = f"repeated {size}-word sequences {share:.2f}, limit {limit:g}: {example[:80]!r}"
        yield Measured("repeated_sequences", share, limit, share > limit, shown)
        if share <= min(limits):
            return


def _covered(found: Sequence[str], size: int) -> tuple[int, str]:
    """Characters inside later occurrences of sequences of this size, and the first of these."""
    seen: set[tuple[str, ...]] = set()
    covered, reached, example = 0, 0, ""
    for start, gram in enumerate(_grams(found, size)):
        if gram in seen:
            example = example or " ".join(gram)
            covered += sum(map(len, found[max(reached, start) : start + size]))
            reached = start + size
        else:
            seen.add(gram)
    return covered, example


def _grams(found: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    return zip(*(found[i:] for i in range(size)), strict=False)
