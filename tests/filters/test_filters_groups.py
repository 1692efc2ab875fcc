"""What duplicates are grouped with, how, and how they are searched above what fits."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import DIM, context, frame_of, record, sentence, unit
from pydantic import ValidationError

from configs.filters import ExactDedup, NearDedup, SemanticDedup
from filters import cosine
from filters.clusters import Pairs, survivors
from filters.cosine import close_pairs
from filters.minhash import MISSED, banding_for
from store.stages import STAGES

QUESTION = "How does the copper lamp in the garden by the river brighten the market at night?"
ANSWER = "The copper lamp gathers every ray of the winter sun and returns it slowly to the market."
SETTINGS = {"exact": ExactDedup(), "near": NearDedup(), "semantic": SemanticDedup()}


def references(*rows: dict[str, object]) -> pl.DataFrame:
    frame = frame_of([*rows]).select("id", "question", "answer", "embedding")
    return frame.with_columns(set=pl.lit("anchor"))


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_reference_record_survives_and_is_named_with_its_set(name: str) -> None:
    best = record("r", QUESTION, ANSWER + " And so on.", quotes=["a"], support=1.0)
    records = frame_of(
        [best, record("s", "What else?", "Nothing.", support=1.0, embedding=[0] * DIM)]
    )
    known = references(record("h7", QUESTION, ANSWER + " And so on."))
    stage = STAGES[name].make(SETTINGS[name], replace(context(), references=known))
    verdicts = stage(records).verdicts
    assert verdicts["record_id"].to_list() == ["r", "s"]
    assert verdicts["decision"].to_list() == ["drop", "keep"]
    assert verdicts["witness"].to_list() == ["h7", ""]
    assert "in anchor" in verdicts["detail"][0]


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_record_is_no_duplicate_of_itself_in_an_earlier_version(name: str) -> None:
    rows = [record("r", QUESTION, ANSWER)]
    stage = STAGES[name].make(SETTINGS[name], replace(context(), references=references(*rows)))
    assert stage(frame_of(rows)).verdicts["decision"].to_list() == ["keep"]


def chain() -> Pairs:
    """0 is like 1, and 1 like 2, but 0 is not like 2."""
    return Pairs(np.array([0, 1]), np.array([1, 2]), np.array([0.9, 0.8]))


def test_connected_groups_take_a_chain_and_stars_only_what_is_like_the_survivor() -> None:
    rank = np.array([0, 1, 2])
    assert survivors(rank, chain(), "connected").tolist() == [0, 0, 0]
    assert survivors(rank, chain(), "star").tolist() == [0, 0, 2]
    assert survivors(np.array([1, 0, 2]), chain(), "star").tolist() == [1, 1, 1]


def test_a_loser_of_a_chain_names_the_record_that_links_it() -> None:
    turn = [np.cos(a) for a in (0, 0.25, 0.5)], [np.sin(a) for a in (0, 0.25, 0.5)]
    rows = [
        record(i, QUESTION, ANSWER, support=s, embedding=[x, y] + [0.0] * (DIM - 2))
        for i, s, x, y in zip("abc", (1.0, 0.9, 0.8), *turn, strict=True)
    ]
    verdicts = STAGES["semantic"].make(SETTINGS["semantic"], context())(frame_of(rows)).verdicts
    assert verdicts["witness"].to_list() == ["", "a", "a"]
    assert "linked" not in verdicts["detail"][1]
    assert "linked by b (0.969)" in verdicts["detail"][2]
    assert verdicts["score"][2] == pytest.approx(np.cos(0.5), abs=1e-3)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Pairs]:
    count = draw(st.integers(1, 12))
    rows = st.integers(0, count - 1)
    edges = draw(st.lists(st.tuples(rows, rows, st.floats(0.5, 1)), max_size=20))
    distinct = {(min(i, j), max(i, j)): score for i, j, score in edges if i != j}
    ends = np.array(sorted(distinct), np.int64).reshape(-1, 2)
    scores = np.array([distinct[pair] for pair in sorted(distinct)], float)
    return count, Pairs(ends[:, 0], ends[:, 1], scores)


@given(graphs(), st.floats(0.5, 1), st.randoms())
@settings(max_examples=100, deadline=None)
def test_a_higher_threshold_keeps_all_that_a_lower_one_kept(
    graph: tuple[int, Pairs], threshold: float, rng: random.Random
) -> None:
    count, pairs = graph
    rank = np.array(rng.sample(range(count), count))
    kept = survivors(rank, pairs, "connected") == np.arange(count)
    more = survivors(rank, pairs.where(pairs.score >= threshold), "connected") == np.arange(count)
    assert (more | ~kept).all()


@given(graphs(), st.sampled_from(["connected", "star"]), st.randoms())
@settings(max_examples=100, deadline=None)
def test_each_group_has_one_survivor_which_is_kept_and_is_the_best(
    graph: tuple[int, Pairs], shape: str, rng: random.Random
) -> None:
    count, pairs = graph
    rank = np.array(rng.sample(range(count), count))
    stands = survivors(rank, pairs, shape)
    assert (stands[stands] == stands).all()
    assert (rank[stands] <= rank).all()
    twins = {*zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)}
    if shape == "star":
        losers = [row for row in range(count) if stands[row] != row]
        assert all(tuple(sorted((row, int(stands[row])))) in twins for row in losers)
    kept = {row for row in range(count) if stands[row] == row}
    assert not any(i in kept and j in kept for i, j in twins), "no twins are left"


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_cells_find_what_every_pair_compared_finds(
    kind: type[np.generic], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(4)
    topics = unit(rng, 60, 48)[rng.integers(0, 60, 2_000)]
    rows = topics + 0.16 * unit(rng, 2_000, 48) * rng.uniform(0.5, 6, (2_000, 1))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(kind)
    exact = close_pairs(rows, np.arange(len(rows)), 0.9)
    monkeypatch.setattr(cosine, "EXACT_ROWS", 100)
    monkeypatch.setattr(cosine, "_CELL_ROWS", 150)
    monkeypatch.setattr(cosine, "_CROWD", 10_000)
    cells = close_pairs(rows, np.arange(len(rows)), 0.9)
    assert (exact.method, exact.recall) == ("exact", 1.0)
    assert cells.method == "cells"
    assert len(exact.pairs) > 2_000
    want = {*zip(exact.pairs.left.tolist(), exact.pairs.right.tolist(), strict=True)}
    got = {*zip(cells.pairs.left.tolist(), cells.pairs.right.tolist(), strict=True)}
    assert got <= want
    share = len(got) / len(want)
    assert share >= 0.995
    assert cells.recall is not None and cells.recall == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("threshold", [0.5, 0.6, 0.7, 0.85, 0.95, 1.0])
@pytest.mark.parametrize("count", [100, 1_000_000])
def test_a_banding_misses_few_at_its_threshold(threshold: float, count: int) -> None:
    banding = banding_for(threshold, count)
    assert banding.recall(threshold) >= 1 - MISSED
    assert banding.hashes <= 160
    assert banding.recall(threshold / 3) < 0.5


def test_words_and_a_banding_of_ones_own_find_near_copies_too() -> None:
    rng = random.Random(1)
    text = " ".join(sentence(rng, 30) for _ in range(3))
    rows = [
        record("a", QUESTION, text),
        record("b", QUESTION, text.replace("the ", "every ", 1) + "!"),
    ]
    rows.append(record("c", "What is it?", " ".join(sentence(rng, 30) for _ in range(3))))
    for own in (NearDedup(unit="word", ngram=3), NearDedup(bands=30, rows=3)):
        stage = STAGES["near"].make(own, context())
        assert stage(frame_of(rows)).verdicts["decision"].to_list().count("drop") == 1
    with pytest.raises(ValidationError, match="together"):
        NearDedup(bands=30)


def test_two_tasks_about_one_passage_are_two_records() -> None:
    passage = " ".join(sentence(random.Random(7), 30) for _ in range(4))
    rows = [
        record("a", f"Name the tone of this passage. {passage}", ANSWER),
        record("b", f"Find all nouns in this passage. {passage}", sentence(random.Random(3), 20)),
    ]
    stage = STAGES["near"].make(NearDedup(), context())
    assert stage(frame_of(rows)).verdicts["decision"].to_list() == ["keep", "keep"]
    questions = STAGES["near"].make(NearDedup(fields=("question",)), context())
    assert questions(frame_of(rows)).verdicts["decision"].to_list().count("drop") == 1


def test_a_threshold_at_which_everything_is_a_twin_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"greater than or equal to 0\.01"):
        NearDedup(threshold=1e-9)
    assert banding_for(0.01, 10).hashes < 1000
