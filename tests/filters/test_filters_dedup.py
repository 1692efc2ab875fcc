"""Duplicates of three kinds: one survivor per cluster, the best one, whatever the order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import DIM, WORDS, context, frame_of, record, unit

import filters
from configs.stages import ExactDedup, NearDedup, SemanticDedup
from filters.near import _shingles, jaccard
from filters.semantic import close_pairs
from filters.specifics import same_specifics, specifics
from store.stages import STAGES

assert filters
SETTINGS = {"exact": ExactDedup(), "near": NearDedup(), "semantic": SemanticDedup()}
Verdicts = dict[str, dict[str, Any]]


def judge(stage: str, rows: Sequence[dict[str, Any]]) -> Verdicts:
    verdicts = STAGES[stage].make(SETTINGS[stage], context())(frame_of(rows)).verdicts
    return {row["record_id"]: row for row in verdicts.to_dicts()}


def dropped(verdicts: Verdicts) -> dict[str, str]:
    return {i: row["witness"] for i, row in verdicts.items() if row["decision"] == "drop"}


def sentence(rng: random.Random, length: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(length))


def test_exact_ignores_case_spacing_and_punctuation() -> None:
    rows = [
        record("a", "What is it?", "It is copper."),
        record("b", "WHAT is  it", "it is copper", quotes=["q"]),
        record("c", "What is it?", "It is ｃｏｐｐｅｒ!"),
        record("d", "What is it?", "It is 5."),
        record("e", "What is it?", "It is -5."),
    ]
    verdicts = judge("exact", rows)
    assert dropped(verdicts) == {"a": "b", "c": "b"}, "the one with a quote is the best"
    assert verdicts["a"]["reason"] == "exact_duplicate" and verdicts["a"]["score"] == 1.0


def test_near_copies_name_their_twin() -> None:
    text = "the silver lantern carries every copper button slowly over the quiet harbour bridge"
    rows = [
        record("a", "What of the lantern?", text),
        record("b", "What of the lantern?", f"{text} indeed"),
        record("c", "What of the kettle?", "a kettle holds nothing but the winter thunder"),
    ]
    verdicts = judge("near", rows)
    assert dropped(verdicts) == {"a": "b"}, "the longer answer is the better one"
    assert 0.85 <= verdicts["a"]["score"] < 1


@pytest.mark.parametrize("stage", ["near", "semantic"])
@pytest.mark.parametrize(
    ("one", "two"),
    [
        (
            "The bridge over the river is 310 metres long.",
            "The bridge over the river is 452 metres long.",
        ),
        (
            "In `json.dump` the default of `indent` is None.",
            "In `json.dump` the default of `default` is None.",
        ),
        (
            "The old bridge at Alder was built by the town.",
            "The old bridge at Birch was built by the town.",
        ),
    ],
)
def test_other_numbers_code_and_names_are_other_facts(stage: str, one: str, two: str) -> None:
    rows = [record("a", "What of it?", one), record("b", "What of it?", two)]
    assert dropped(judge(stage, rows)) == {}


def test_verified_records_survive() -> None:
    rows = [
        record("a", "What is it?", "It is made of copper.", support=0.5, quotes=["q", "r"]),
        record("b", "What is it?", "It is made of copper", support=1.0),
    ]
    for stage in ("exact", "near", "semantic"):
        assert dropped(judge(stage, rows)) == {"a": "b"}, stage


def test_semantic_against_brute_force() -> None:
    vectors = unit(np.random.default_rng(5), 300, 3)
    product = vectors @ vectors.T
    expected = {(i, j) for i in range(300) for j in range(i + 1, 300) if product[i, j] >= 0.9}
    assert {(i, j) for i, j, _ in close_pairs(vectors, 0.9)} == expected
    assert len(expected) > 100


def test_vectors_that_are_not_finite_match_nothing() -> None:
    bad = [float("nan")] * DIM
    rows = [record(i, "What is it?", "It is copper.", embedding=bad) for i in "ab"]
    assert dropped(judge("semantic", rows)) == {}


@given(st.sets(st.integers(0, 300)), st.sets(st.integers(0, 300)))
def test_jaccard(one: set[int], two: set[int]) -> None:
    arrays = [np.array(sorted(part), np.uint64) for part in (one, two)]
    union = one | two
    assert jaccard(*arrays) == pytest.approx(len(one & two) / len(union) if union else 1.0)


def test_near_finds_most_changed_copies() -> None:
    rng = random.Random(2)
    rows, copies = [], {}
    for i in range(300):
        text = sentence(rng, 20)
        rows.append(record(f"o{i:03}", "What does it say?", text))
        words = text.split()
        words[rng.randrange(20)] = rng.choice(WORDS)
        rows.append(record(f"n{i:03}", "What does it say?", " ".join(words)))
        copies[f"o{i:03}"] = f"n{i:03}"
    lost = dropped(judge("near", rows))
    found = sum(a in lost or b in lost for a, b in copies.items())
    alike = sum(
        jaccard(*(_shingles(f"What does it say?\n{r['answer']}", 5) for r in pair)) >= 0.85
        for pair in zip(rows[::2], rows[1::2], strict=True)
    )
    assert alike > 50, "the test has too few copies above the threshold"
    assert found >= 0.99 * alike
    assert all(lost.get(i, i)[1:] == i[1:] for i in lost), "only twins were taken for twins"


def test_thousands_of_equal_rows() -> None:
    rows = [
        record(f"{i:05}", "What is it?", "It is made of copper, all of it.") for i in range(4000)
    ]
    for stage in ("exact", "near"):
        # Comparing all pairs would run into the test's time limit.
        assert len(dropped(judge(stage, rows))) == 3999


ANSWERS = st.lists(
    st.sampled_from(
        [
            "the silver lantern carries every copper button over the bridge",
            "The silver lantern carries every copper button over the bridge!",
            "the silver lantern carries every copper button over a bridge",
            "the golden lantern carries every copper button over the bridge",
            "a kettle holds nothing but winter thunder",
            "It is 5 km long.",
            "It is 6 km long.",
            "",
        ]
    ),
    min_size=1,
    max_size=12,
)
STAGE = st.sampled_from(["exact", "near", "semantic"])


def rows_of(answers: Sequence[str]) -> list[dict[str, Any]]:
    places = sorted(set(answers))
    return [
        record(
            f"r{i}",
            "What of it?",
            answer,
            embedding=list(np.eye(DIM)[places.index(answer) % DIM]),
        )
        for i, answer in enumerate(answers)
    ]


@given(ANSWERS, STAGE, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_properties(answers: list[str], stage: str, rng: random.Random) -> None:
    rows = rows_of(answers)
    lost = dropped(judge(stage, rows))
    kept = {row["id"] for row in rows} - set(lost)
    assert kept and set(lost.values()) <= kept, "every loser names a survivor"
    shuffled = list(rows)
    rng.shuffle(shuffled)
    assert dropped(judge(stage, shuffled)) == lost, "the order plays a part"
    again = [row for row in rows if row["id"] in kept]
    assert dropped(judge(stage, again)) == {}, "running twice is not a no-op"
    stranger = record("zz", "Which one?", "an umbrella in the quarry", embedding=[-1.0] + [0.0] * 7)
    assert dropped(judge(stage, [*rows, stranger])) == lost, "a stranger changes the outcome"


def same(one: str, two: str) -> bool:
    return same_specifics(specifics(one), specifics(two))


def test_specifics() -> None:
    assert same("The lake is deep.", "the lake is deep")
    assert same("In Rome it is 5 km.", "It is 5 km in Rome.")
    assert not same("In Rome it is 5 km.", "In Bonn it is 5 km.")
    assert not same("It is 5 km.", "It is 6 km.")
    assert not same("Call `a.b`.", "Call `a.c`.")
