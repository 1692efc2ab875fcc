"""Exact, near and semantic duplicates: one survivor each, and what must not be merged."""

from __future__ import annotations

import random
import time
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import DIM, WORDS, context, frame_of, record, sentence, unit

import filters
from configs.filters import ExactDedup, NearDedup, SemanticDedup
from filters.clusters import survivor_rank
from filters.cosine import close_pairs
from filters.near import jaccard, near_pairs
from filters.semantic import vectors_of
from filters.specifics import same_specifics, specifics
from store.stages import STAGES
from store.text import normalise

assert filters
SETTINGS = {"exact": ExactDedup(), "near": NearDedup(), "semantic": SemanticDedup()}
REASON = {name: f"{name}_duplicate" for name in SETTINGS}
QUESTION = "How does the copper lamp in the garden by the river brighten the market at night?"
ANSWER = "The copper lamp gathers every ray of the winter sun and returns it slowly to the market."
Rows = list[dict[str, Any]]


def judge(name: str, rows: Rows) -> pl.DataFrame:
    return STAGES[name].make(SETTINGS[name], context())(frame_of(rows)).verdicts


def kept(name: str, rows: Rows) -> set[str]:
    return set(judge(name, rows).filter(pl.col("decision") == "keep")["record_id"])


@pytest.mark.parametrize("name", sorted(SETTINGS))
@pytest.mark.parametrize(
    ("weak", "strong"),
    [
        ({"support": 0.5, "quotes": ["a", "b"]}, {"support": 1.0}),
        ({"support": 1.0, "quotes": ["a"]}, {"support": 1.0, "quotes": ["a", "b"]}),
    ],
)
def test_best_survives_and_not_the_first(
    name: str, weak: dict[str, Any], strong: dict[str, Any]
) -> None:
    rows = [record(i, QUESTION, ANSWER, **weak) for i in ("a", "b")]
    rows.append(record("z", QUESTION, ANSWER, **strong))
    verdicts = judge(name, rows)
    assert verdicts["decision"].to_list() == ["drop", "drop", "keep"]
    losers = verdicts.head(2)
    assert set(losers["witness"]) == {"z"}
    assert set(losers["reason"]) == {REASON[name]}
    assert losers["score"].to_list() == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_then_the_longer_answer_then_the_smaller_id(name: str) -> None:
    longer = [record("a", QUESTION, ANSWER), record("z", QUESTION, ANSWER + "!!")]
    assert kept(name, longer) == {"z"}
    equal = [record(i, QUESTION, ANSWER) for i in ("m", "c", "x")]
    assert kept(name, equal) == {"c"}


def test_survivor_rank_is_a_permutation_by_the_stated_order() -> None:
    rows = [
        record("d", "q", "long answer", support=0.5),
        record("c", "q", "a", support=1.0),
        record("b", "q", "a", quotes=["x"], support=1.0),
        record("a", "q", "a", support=1.0),
        record("e", "q", "long answer", support=None),
    ]
    assert survivor_rank(frame_of(rows)) == [3, 2, 0, 1, 4]


def test_exact_sees_through_case_space_punctuation_and_unicode_form() -> None:
    rows = [
        record("a", "What is a cafe\u0301?", "It is  a place."),
        record("b", "what is a CAFÉ", "It is a place"),
        record("c", "What is a cafe?", "It is a place."),
        record("d", "What is a café?", "It is a plate."),
    ]
    assert kept("exact", rows) == {"a", "c", "d"}


def test_exact_compares_only_the_chosen_fields() -> None:
    rows = [record("a", QUESTION, ANSWER), record("b", QUESTION, "Something else entirely.")]
    stage = STAGES["exact"].make(ExactDedup(fields=("question",)), context())
    assert stage(frame_of(rows)).verdicts["decision"].to_list() == ["keep", "drop"]
    assert kept("exact", rows) == {"a", "b"}


def test_exact_never_joins_question_and_answer() -> None:
    rows = [record("a", "one two", "three"), record("b", "one", "two three")]
    assert kept("exact", rows) == {"a", "b"}


@pytest.mark.parametrize("name", ["near", "semantic"])
@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("it holds 40 litres", "it holds 48 litres"),
        ("it holds -5 degrees", "it holds 5 degrees"),
        ("it holds 1.5 litres", "it holds 1.6 litres"),
        ("the default of `indent` is None", "the default of `default` is None"),
        ("use json.dump for that", "use json.dumps for that"),
        ("use sort_keys for that", "use skip_keys for that"),
        ("it was built by Anna", "it was built by Anne"),
        ("a ship from Norway", "a ship from Norman"),
        ("the default is `0`", "the default is `1`"),
    ],
)
def test_other_numbers_code_or_names_are_other_records(name: str, one: str, two: str) -> None:
    rows = [
        record(i, f"{QUESTION} And {t}?", f"{ANSWER} Also {t}.")
        for i, t in zip("ab", (one, two), strict=True)
    ]
    assert kept(name, rows) == {"a", "b"}
    same = [record(i, f"{QUESTION} And {one}?", f"{ANSWER} Also {one}.") for i in "ab"]
    assert kept(name, same) == {"a"}


def test_specifics_take_the_same_word_in_another_dress() -> None:
    assert same_specifics(specifics("They saw 1,200 birds"), specifics("They saw 1200 birds"))
    assert same_specifics(specifics("The city Berlin"), specifics("The city berlin"))
    assert same_specifics(specifics("They saw 12 birds"), specifics("They saw birds")), "lost"
    assert not same_specifics(specifics("They saw 12 birds"), specifics("They saw 13 birds"))


def changed(text: str, share: float, rng: random.Random) -> str:
    """The text with a share of its words replaced, one at least."""
    parts = text.split(" ")
    for place in rng.sample(range(len(parts)), max(1, round(share * len(parts)))):
        parts[place] = rng.choice(WORDS)
    return " ".join(parts)


def test_near_finds_planted_near_copies_and_little_else() -> None:
    rng = random.Random(5)
    rows, planted = [], set()
    for i in range(250):
        question, answer = sentence(rng, 20), " ".join(sentence(rng, 20) for _ in range(2))
        rows.append(record(f"a{i:03}", question, answer + " And that is the end of it."))
        if i % 2:
            copy = changed(answer, 0.05, rng)
            rows.append(record(f"b{i:03}", question, copy.lower().capitalize()))
            planted.add(f"b{i:03}")
    dropped = judge("near", rows).filter(pl.col("decision") == "drop")
    found = set(dropped["record_id"])
    assert found <= planted
    assert len(found) >= 0.98 * len(planted)
    pairs = dropped.select("record_id", "witness", "score").iter_rows()
    assert all(one[1:] == two[1:] and score >= 0.6 for one, two, score in pairs)


def test_near_scores_are_the_true_jaccard_similarity() -> None:
    rng = random.Random(9)
    rows = []
    for i in range(40):
        text = sentence(rng, 40)
        rows += [record(f"a{i:02}", text, "ok"), record(f"b{i:02}", changed(text, 0.03, rng), "ok")]
    texts = {row["id"]: f"{row['question']}\n{row['answer']}" for row in rows}
    dropped = judge("near", rows).filter(pl.col("decision") == "drop")
    assert len(dropped) > 10
    for row in dropped.iter_rows(named=True):
        want = plain_jaccard(texts[row["record_id"]], texts[row["witness"]])
        assert row["score"] == pytest.approx(want)


def plain_jaccard(one: str, two: str, size: int = 5) -> float:
    """Jaccard similarity of character n-grams with plain sets."""
    left, right = (grams(text, size) for text in (one, two))
    return len(left & right) / len(left | right)


def grams(text: str, size: int) -> set[str]:
    plain = f" {normalise(text)} "
    return {plain[i : i + size] for i in range(max(1, len(plain) - size + 1))}


def similarity(one: str, two: str, size: int = 5) -> float:
    rows = np.array([0]), np.array([1])
    return float(jaccard(pl.Series([one, two]), *rows, NearDedup(ngram=size))[0])


@given(
    st.text("abc de,.!?é", min_size=1, max_size=60),
    st.text("abc de,.!?é", min_size=1, max_size=60),
    st.integers(2, 8),
)
@settings(max_examples=150, deadline=None)
def test_jaccard_equals_that_of_plain_sets(one: str, two: str, size: int) -> None:
    told = [any(letter.isalpha() for letter in text) for text in (one, two)]
    want = plain_jaccard(one, two, size) if all(told) else 0.0
    assert similarity(one, two, size) == pytest.approx(want)
    assert similarity(one, one, size) == (1.0 if told[0] else 0.0)


def test_near_misses_few_true_pairs_of_brute_force() -> None:
    rng = random.Random(2)
    rows: Rows = []
    for i in range(60):
        text = sentence(rng, 40)
        for j, copy in enumerate((text, changed(text, 0.05, rng), changed(text, 0.15, rng))):
            rows.append(record(f"{i:02}-{j}", copy, "ok"))
    pairs = near_pairs(frame_of(rows), NearDedup())
    got = set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
    texts = [f"{row['question']}\n{row['answer']}" for row in rows]
    want = {
        (i, j)
        for i in range(len(rows))
        for j in range(i + 1, len(rows))
        if plain_jaccard(texts[i], texts[j]) >= 0.6
    }
    assert len(want) > 100
    assert got <= want
    assert len(got) >= 0.98 * len(want)


@pytest.mark.parametrize("name", ["exact", "near"])
def test_thousands_of_equal_rows_take_seconds(name: str) -> None:
    rows = [record(f"{i:05}", QUESTION, ANSWER) for i in range(5_000)]
    started = time.process_time()
    assert kept(name, rows) == {"00000"}
    assert time.process_time() - started < 20


def test_semantic_ignores_embeddings_that_are_not_finite_or_zero() -> None:
    nan, zero = [float("nan")] * DIM, [0.0] * DIM
    rows = [
        record(i, QUESTION, ANSWER, embedding=v)
        for i, v in zip("abcd", (nan, nan, zero, zero), strict=True)
    ]
    assert kept("semantic", rows) == set("abcd")
    assert not vectors_of(frame_of(rows)).any()


@given(st.integers(0, 10_000), st.integers(0, 40), st.sampled_from([0.3, 0.7, 0.96, 1.0]))
@settings(max_examples=40, deadline=None)
def test_close_pairs_are_those_of_a_brute_force_product(
    seed: int, count: int, threshold: float
) -> None:
    rng = np.random.default_rng(seed)
    rows = unit(rng, count, 4)
    rows[count // 2 :] = rows[: count - count // 2]
    scores = rows @ rows.T
    pairs = close_pairs(rows, np.arange(len(rows)), threshold).pairs
    left, right = pairs.left.tolist(), pairs.right.tolist()
    got = dict(zip(zip(left, right, strict=True), pairs.score.tolist(), strict=True))
    for i in range(count):
        for j in range(i + 1, count):
            if scores[i, j] >= threshold + 1e-6 and not (rows[:j] == rows[j]).all(axis=1).any():
                assert (i, j) in got or (rows[:i] == rows[i]).all(axis=1).any()
            if scores[i, j] < threshold - 3e-6:
                assert (i, j) not in got
    assert all(i < j and s == pytest.approx(scores[i, j], abs=1e-6) for (i, j), s in got.items())
    assert list(got) == sorted(got)


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.96, 1.0])
def test_a_similarity_of_exactly_the_threshold_is_close(threshold: float) -> None:
    score = np.float32(threshold)
    rows = np.array([[1, 0], [score, np.sqrt(1 - score**2)]], np.float32)
    pairs = close_pairs(rows, np.arange(len(rows)), threshold).pairs
    assert (pairs.left.tolist(), pairs.right.tolist()) == ([0], [1])


@st.composite
def clustered(draw: st.DrawFn) -> Rows:
    """Records of a few families of copies, shuffled, with differing support and quotes."""
    rng = random.Random(draw(st.integers(0, 10**6)))
    rows: Rows = []
    for family in range(draw(st.integers(1, 5))):
        base = sentence(rng, 30)
        vector = unit(np.random.default_rng(rng.randrange(10**6)), 1)[0]
        for _ in range(draw(st.integers(1, 7))):
            nudge = vector + np.array([rng.gauss(0, 0.05) for _ in range(DIM)])
            rows.append(
                record(
                    f"{family}-{len(rows):02}-{rng.randrange(100)}",
                    base if rng.random() < 0.5 else changed(base, 0.04, rng),
                    rng.choice(["Yes it does.", "yes it does", "Yes it does, it does."]),
                    quotes=["q"] * rng.randrange(3),
                    support=rng.choice([None, 0.5, 1.0]),
                    embedding=(nudge / np.linalg.norm(nudge)).tolist(),
                )
            )
    rng.shuffle(rows)
    return rows


@pytest.mark.parametrize("name", sorted(SETTINGS))
@given(rows=clustered(), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_one_survivor_per_cluster_whatever_the_order(name: str, rows: Rows, seed: int) -> None:
    verdicts = judge(name, rows)
    survivors = set(verdicts.filter(pl.col("decision") == "keep")["record_id"])
    losers = verdicts.filter(pl.col("decision") == "drop")
    assert survivors
    assert set(losers["witness"]) <= survivors
    place = dict(zip([row["id"] for row in rows], survivor_rank(frame_of(rows)), strict=True))
    twins = losers.select("record_id", "witness").iter_rows()
    assert all(place[winner] < place[loser] for loser, winner in twins)
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert judge(name, shuffled).sort("record_id").equals(verdicts.sort("record_id"))


@pytest.mark.parametrize("name", sorted(SETTINGS))
@given(rows=clustered())
@settings(max_examples=25, deadline=None)
def test_judging_the_kept_again_drops_nothing(name: str, rows: Rows) -> None:
    once = kept(name, rows)
    assert kept(name, [row for row in rows if row["id"] in once]) == once


@pytest.mark.parametrize("name", sorted(SETTINGS))
@given(rows=clustered(), place=st.integers(0, 40))
@settings(max_examples=25, deadline=None)
def test_an_unrelated_row_changes_nothing(name: str, rows: Rows, place: int) -> None:
    other = record("other", "Wholly unlike: 991 xylophones?", "Zyx 7.", embedding=[0.0] * DIM)
    other["support"] = 1.0
    more = [*rows[:place], other, *rows[place:]]
    verdicts = judge(name, more)
    assert verdicts.filter(pl.col("record_id") != "other").equals(judge(name, rows))
    assert "other" in kept(name, more)


def test_near_does_not_depend_on_order_in_crowded_buckets() -> None:
    base = (
        "Chapter {} of the long report on copper lamps, silver windows and the market by the river"
    )
    rows = [record(f"{i:03}", base.format(i), f"{ANSWER} {i}.") for i in range(120)]
    rows += [
        record(f"t{i:03}", base.format(i) + " now", f"{ANSWER} {i}.") for i in range(0, 120, 3)
    ]
    straight = judge("near", rows).sort("record_id")
    assert len(straight.filter(pl.col("decision") == "drop")) == 40
    for seed in range(3):
        shuffled = random.Random(seed).sample(rows, len(rows))
        assert judge("near", shuffled).sort("record_id").equals(straight)


def test_exact_takes_wide_letters_for_letters_and_a_sign_for_a_sign() -> None:
    answers = ["It is copper.", "It is ｃｏｐｐｅｒ!", "It is 5.", "It is -5."]
    rows = [record(i, "What is it?", a) for i, a in zip("abcd", answers, strict=True)]
    assert kept("exact", rows) == {"a", "c", "d"}


def test_exact_knows_a_lost_point_from_another_number() -> None:
    texts = ["It is 1.5 m, as said.", "it is 15 m as said", "It is 15 m, as said."]
    rows = [record(i, "What is it?", text) for i, text in zip("abc", texts, strict=True)]
    assert kept("exact", rows) == {"a", "c"}
    stripped = [
        record("a", "What is it?", texts[0]),
        record("b", "what is it", "it is 15 m as said"),
    ]
    assert kept("exact", stripped) == {"a"}
    bare = [record("a", "what is it", "it is 1.5 m"), record("b", "what is it", "it is 15 m")]
    assert kept("exact", bare) == {"a", "b"}


def same(one: str, two: str) -> bool:
    return same_specifics(specifics(one), specifics(two))


def test_specifics_look_at_names_numbers_and_code() -> None:
    assert same("The lake is deep.", "the lake is deep")
    assert same("In Rome it is 5 km.", "It is 5 km in Rome.")
    assert not same("In Rome it is 5 km.", "In Bonn it is 5 km.")
    assert not same("It is 5 km.", "It is 6 km.")
    assert not same("Call `a.b`.", "Call `a.c`.")


@pytest.mark.parametrize("name", ["exact", "near", "semantic"])
@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Is C# a typed language?", "Is C a typed language?"),
        ("What is 2*3 here?", "What is 2/3 here?"),
        ("Is `/` an operator?", "Is `%` an operator?"),
        ("Is [1, 2] a fixed sequence?", "Is (1, 2) a fixed sequence?"),
        ("What does \\d match?", "What does \\D match?"),
        ("What does the flag -v do?", "What does the flag -V do?"),
        ("Is x != y here?", "Is x = y here?"),
        ("Does it grow as x² then?", "Does it grow as x³ then?"),
        ("Is 1,5 a number there?", "Is 15 a number there?"),
    ],
)
def test_questions_that_differ_in_a_telling_sign_stay(name: str, one: str, two: str) -> None:
    rows = [record(i, q, "Yes, it is so.") for i, q in zip("ab", (one, two), strict=True)]
    assert kept(name, rows) == {"a", "b"}


@pytest.mark.parametrize(
    "other", ["is **a*b** what", "is a * b. What", "IS A*B WHAT", "is a*b  what"]
)
def test_a_sign_in_another_dress_is_the_same(other: str) -> None:
    rows = [record("a", "Is a*b what it says?", ANSWER), record("b", f"{other} it says", ANSWER)]
    assert kept("exact", rows) == {"a"}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Is it legal to record calls?", "Is it illegal to record calls?"),
        ("Ist das Betreten erlaubt?", "Ist das Betreten nicht erlaubt?"),
        ("Do I turn to the left there?", "Do I turn to the right there?"),
    ],
)
def test_specifics_know_opposites(one: str, two: str) -> None:
    assert not same(one, two)
    assert not same(two, one)
