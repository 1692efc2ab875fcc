"""Made-up instruction rows with planted copies, and vectors for them; a million in a minute.

Words are pronounceable and mean nothing. A row is about one of some topics, which have favourite
words, and words are as unevenly common as in a language (Zipf). The vector of a text is the
mean of random vectors of its words, weighted by how rare they are, so copies of a text are near it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.made_words import (
    FAVOURITES,
    NUMBERS,
    SMALL,
    TOPICS,
    VERBS,
    WORDS,
    Ints,
    Vocabulary,
    spelt,
    vectors_of,
    vocabulary,
)

COPIES = ("exact", "norm", "near05", "near15", "wrap")
"""Kinds of copies that are duplicates; those of kind ``numbers`` are none."""
SHARE = 0.02
"""Share of each kind in the rows."""
_BLOCK = 50_000


@dataclass(frozen=True)
class Planted:
    """Rows with ``id``, ``question``, ``answer`` and what else stages look at, ``embedding`` among
    it; the kind of each, and the row it is a copy of (-1 for none).
    """

    records: pl.DataFrame
    kind: NDArray[np.str_]
    of: Ints


@dataclass(frozen=True)
class _Texts:
    """Texts as numbers of words: text ``i`` has ``words[starts[i]:starts[i + 1]]``, of which the
    first ``asked[i]`` are the question.
    """

    words: Ints
    starts: Ints
    asked: Ints


def made(count: int, seed: int = 1) -> Planted:
    """That many rows, some of them copies of others, in an order that says nothing."""
    parts = list(_blocks(count, seed))
    records = pl.concat([part.records for part in parts], rechunk=False)
    starts = np.cumsum([0, *(len(part.of) for part in parts)])
    of = [
        np.where(part.of < 0, -1, part.of + at)
        for part, at in zip(parts, starts[:-1].tolist(), strict=True)
    ]
    return Planted(records, np.concatenate([part.kind for part in parts]), np.concatenate(of))


def _blocks(count: int, seed: int) -> Iterator[Planted]:
    """Rows are copies of rows of their own block."""
    ids = np.random.default_rng(seed).permutation(count)
    for start in range(0, count, _BLOCK):
        stop = min(count, start + _BLOCK)
        yield _block(ids[start:stop], np.random.default_rng([seed, start]))


def _block(ids: Ints, rng: np.random.Generator) -> Planted:
    words, count = vocabulary(), len(ids)
    each = int(SHARE * count)
    kinds = [*COPIES, "numbers"]
    base = _bases(count - each * len(kinds), words, rng)
    asks_number = np.flatnonzero(_asks_number(base, words))
    texts, kind, of = (
        [base],
        [np.full(len(base.asked), "base", "U7")],
        [np.full(len(base.asked), -1)],
    )
    for name in kinds:
        fitting = asks_number if name == "numbers" else np.arange(len(base.asked))
        rows = rng.choice(fitting, min(each, len(fitting)), replace=False)
        texts.append(_copied(_taken(base, rows), name, words, rng))
        kind.append(np.full(len(rows), name, "U7"))
        of.append(rows)
    every, kinds_of = _joined(texts), np.concatenate(kind)
    frame = _frame(ids[: len(kinds_of)], every, kinds_of == "norm", words)
    return Planted(frame, kinds_of, np.concatenate(of))


def _bases(count: int, words: Vocabulary, rng: np.random.Generator) -> _Texts:
    asked = np.clip(rng.lognormal(2.5, 0.4, count), 7, 40).astype(np.int64)
    told = np.clip(rng.lognormal(2.9, 0.6, count), 5, 90).astype(np.int64)
    size = asked + told
    starts = np.concatenate([[0], np.cumsum(size)])
    total = int(starts[-1])
    topic = np.repeat(rng.integers(0, TOPICS, count), size)
    own = np.minimum(rng.exponential(25, total).astype(np.int64), FAVOURITES - 1)
    common = words.topical + np.searchsorted(words.zipf, rng.random(total))
    drawn = np.where(rng.random(total) < 0.5, words.favourites[topic, own], common)
    draw = rng.random(total)
    small = np.minimum(rng.exponential(8, total).astype(np.int64), len(SMALL) - 1)
    drawn = np.where(draw < 0.4, small, drawn)
    number = words.numbers + rng.integers(0, NUMBERS, total)
    drawn = np.where(draw > 0.97, number, drawn)
    drawn[starts[:-1]] = len(SMALL) + rng.integers(0, len(VERBS), count)
    return _Texts(drawn, starts, asked)


def _within(texts: _Texts) -> tuple[Ints, NDArray[np.bool_]]:
    """The text of each word, and whether it is of the question."""
    row = np.repeat(np.arange(len(texts.asked)), np.diff(texts.starts))
    return row, np.arange(len(texts.words)) - texts.starts[row] < texts.asked[row]


def _asks_number(texts: _Texts, words: Vocabulary) -> NDArray[np.bool_]:
    row, asked = _within(texts)
    found = np.zeros(len(texts.asked), bool)
    found[row[asked & (texts.words >= words.numbers)]] = True
    return found


def _taken(texts: _Texts, rows: Ints) -> _Texts:
    size = np.diff(texts.starts)[rows]
    starts = np.concatenate([[0], np.cumsum(size)])
    at = np.arange(starts[-1]) + np.repeat(texts.starts[rows] - starts[:-1], size)
    return _Texts(texts.words[at], starts, texts.asked[rows])


def _joined(parts: list[_Texts]) -> _Texts:
    size = np.concatenate([np.diff(part.starts) for part in parts])
    return _Texts(
        np.concatenate([part.words for part in parts]),
        np.concatenate([[0], np.cumsum(size)]),
        np.concatenate([part.asked for part in parts]),
    )


def _copied(texts: _Texts, kind: str, words: Vocabulary, rng: np.random.Generator) -> _Texts:
    if kind == "near05" or kind == "near15":
        return _edited(texts, int(kind[-2:]) / 100, words, rng)
    if kind == "wrap":
        return _wrapped(texts, words, rng)
    if kind == "numbers":
        _, asked = _within(texts)
        is_number = asked & (texts.words >= words.numbers)
        shift = rng.integers(1, NUMBERS, len(texts.words))
        other = words.numbers + (texts.words - words.numbers + shift) % NUMBERS
        return _Texts(np.where(is_number, other, texts.words), texts.starts, texts.asked)
    return texts


def _edited(texts: _Texts, share: float, words: Vocabulary, rng: np.random.Generator) -> _Texts:
    """Words replaced, left out, misspelt or put in, at least one of each text; never a number,
    which would make it a different text.
    """
    row, asked = _within(texts)
    total = len(texts.words)
    chance = rng.random(total)
    chance[texts.words >= words.numbers] = 2
    least = np.minimum.reduceat(chance, texts.starts[:-1])
    changed = (chance < share) | ((chance == least[row]) & (chance < 2))
    what = np.where(changed, rng.integers(0, 4, total), -1)
    other = words.topical + np.searchsorted(words.zipf, rng.random(total))
    typo = (texts.words >= words.topical) & (texts.words < words.misspelt)
    found = np.where(what == 0, other, texts.words)
    found = np.where((what == 1) & typo, texts.words + WORDS, found)
    times = np.where(what == 2, 0, np.where(what == 3, 2, 1))
    last = np.cumsum(times) - 1
    found = np.repeat(found, times)
    found[last[what == 3]] = other[what == 3]
    size = np.bincount(row, times, len(texts.asked)).astype(np.int64)
    question = np.bincount(row, times * asked, len(texts.asked)).astype(np.int64)
    return _Texts(found, np.concatenate([[0], np.cumsum(size)]), question)


def _wrapped(texts: _Texts, words: Vocabulary, rng: np.random.Generator) -> _Texts:
    found, size, asked = [], [], []
    for row, which in enumerate(rng.integers(0, len(words.frames), len(texts.asked)).tolist()):
        before, after = words.frames[which]
        text = texts.words[texts.starts[row] : texts.starts[row + 1]]
        question = int(texts.asked[row])
        found += [before, text[:question], after, text[question:]]
        asked.append(len(before) + question + len(after))
        size.append(len(before) + len(text) + len(after))
    return _Texts(
        np.concatenate(found), np.concatenate([[0], np.cumsum(size)]), np.array(asked, np.int64)
    )


def _frame(ids: Ints, texts: _Texts, unlike: NDArray[np.bool_], words: Vocabulary) -> pl.DataFrame:
    _, asked = _within(texts)
    told = np.diff(texts.starts) - texts.asked
    question = spelt(texts.words[asked], texts.asked, words)
    answer = spelt(texts.words[~asked], told, words)
    document = pl.format("document {}", pl.col("id").str.slice(0, 6).str.to_integer())
    source = pl.struct(
        document_id=document,
        passage_id=pl.format("{}#0", document),
        title=document,
        start=pl.lit(0),
        end=pl.lit(1),
        sha256=pl.lit("0" * 64),
    )
    return pl.DataFrame(
        {
            "id": pl.Series(ids).cast(pl.String).str.zfill(8),
            "question": question,
            "answer": answer,
            "unlike": unlike,
            "embedding": pl.Series(vectors_of(texts.words, texts.starts, words)),
        }
    ).select(
        "id",
        question=_told_apart(_sentence("question", "?")),
        answer=_told_apart(_sentence("answer", ".")),
        quotes=pl.lit([], pl.List(pl.String)),
        sources=pl.concat_list(source),
        style=pl.lit("factual"),
        language=pl.lit("en"),
        metadata=pl.lit("{}"),
        embedding="embedding",
    )


def _sentence(name: str, end: str) -> pl.Expr:
    text = pl.col(name)
    return text.str.head(1).str.to_uppercase() + text.str.slice(1) + end


def _told_apart(text: pl.Expr) -> pl.Expr:
    """Where a row is ``unlike`` its original it is so in case, spacing or punctuation."""
    turn = pl.int_range(pl.len()) % 3
    other = (
        pl.when(turn == 0)
        .then(text.str.to_uppercase())
        .when(turn == 1)
        .then(text.str.replace_all(" ", "  ").str.to_lowercase())
        .otherwise(text.str.replace_all(r"[.?:]", ""))
    )
    return pl.when("unlike").then(other).otherwise(text)
