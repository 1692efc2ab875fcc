"""Evaluation items in records: found by wording and by meaning, and boilerplate is no match."""

from __future__ import annotations

import random
import string
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import context, exam, frame_of, hashed, record, sentence, unit
from numpy.typing import NDArray

import filters
from configs.filters import Decontamination
from filters.decontamination import Match, distinct, find_matches
from filters.false_alarms import false_alarms
from filters.numbers import Numbers, holds_numbers, same_numbers
from filters.overlap import coverages, index_items
from filters.rephrased import limits
from store.stages import STAGES, silent

assert filters
TRAIN = (
    "A train leaves the harbour at 9 with 240 people and loses 35 of them at every stop it makes."
)
ITEMS = exam((TRAIN, "After 4 stops 100 people are left."), ("Who built the old lamp?", "Ada."))


def matches(
    questions: Sequence[str], items: pl.DataFrame = ITEMS, answer: str = ""
) -> list[Match | None]:
    rows = pl.DataFrame({"question": list(questions), "answer": [answer] * len(questions)})
    return find_matches(rows, distinct(items), hashed, Decontamination())


def match(question: str, items: pl.DataFrame = ITEMS, answer: str = "") -> Match | None:
    return matches([question], items, answer)[0]


@pytest.mark.parametrize(
    "question",
    [
        TRAIN,
        TRAIN.upper().replace(" ", "  "),
        f"Please think step by step.\n\n{TRAIN}\n\nGive a number only.",
        TRAIN.replace("it makes", "on its way"),
        "x " * 20_000 + TRAIN,
    ],
)
def test_a_question_is_found_inside_a_record(question: str) -> None:
    found = match(question)
    assert found is not None and (found.method, found.item) == ("ngram", 0)
    assert "loses 35 of them at every stop" in found.text


def test_a_question_is_found_in_an_answer_too() -> None:
    assert match("Write a riddle about trains, please.", answer=TRAIN) is not None


def test_other_numbers_are_another_question() -> None:
    other = TRAIN.replace("240", "310").replace("35", "17").replace("at 9", "at 8")
    assert match(other) is None


def test_a_short_question_is_found_whole_only() -> None:
    assert match("I wonder: who built the old lamp? Tell me.") is not None
    assert match("Who built the old bridge, and whose is the lamp?") is None
    assert match("Why is it so? Tell me now.", exam(("Why is it so?", ""))) is None


def test_an_answer_is_found_if_it_is_long() -> None:
    long = sentence(random.Random(1), 60)
    items = exam(("What does the letter say?", long), ("Is it?", "It is made of copper."))
    found = match("Repeat the following.", items, answer=f"Here it is: {long}")
    assert found is not None and (found.method, found.item) == ("answer", 1 - 1)
    assert match("Repeat this.", items, answer="It is made of copper.") is None


def test_what_many_items_share_is_boilerplate() -> None:
    rng = random.Random(5)
    frame = "Read the following passage with care and then choose the one best answer to it:"
    items = exam(*((f"{frame} {sentence(rng, 4)}", "") for _ in range(8)))
    assert match(f"{frame} {sentence(rng, 4)}", items) is None
    assert match(items["question"][3], items) is not None


def test_what_many_records_share_is_boilerplate_unless_all_of_it_is_there() -> None:
    rng = random.Random(6)
    frame, own = sentence(rng, 20), sentence(rng, 18)
    items = exam((f"{frame} {own}", ""))
    others = [f"{frame} {sentence(rng, 20)}" for _ in range(30)]
    assert not any(matches(others, items))
    assert all(matches([f"{frame} {own}"] * 30, items)), "thirty copies are no boilerplate"


def turned(angle: float) -> NDArray[np.float32]:
    return np.array([np.cos(angle), np.sin(angle), 0.0], np.float32)


def test_a_rephrased_question_is_found_by_its_meaning() -> None:
    said = {
        "How many eggs do 3 hens lay?": turned(0.0),
        "Three hens: what is their number of eggs?": turned(0.3),
        "Five hens: what is their number of eggs? And of 8?": turned(0.2),
        "What is a hen?": turned(1.2),
    }

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([said[text] for text in texts])

    items = exam(("How many eggs do 3 hens lay?", ""), embed=embed)
    rows = pl.DataFrame({"question": list(said)[1:], "answer": [""] * 3})
    found = find_matches(rows, items, embed, Decontamination())
    assert found[0] is not None and found[0].method == "embedding"
    assert found[0].score == pytest.approx(np.cos(0.3), abs=1e-4)
    assert found[0].text == "How many eggs do 3 hens lay?"
    assert found[1] is None and found[2] is None, "other numbers, and another meaning"


def test_the_limit_of_an_item_follows_its_neighbours() -> None:
    crowd = np.array([turned(0.01 * i) for i in range(6)])
    alone = np.array([[0.0, 0.0, 1.0]], np.float32)
    limit = limits(np.concatenate([crowd, alone]), 0.8)
    assert limit[:6].min() > 0.99 and limit[6] == pytest.approx((0.8 + 0.4) / 2)
    assert limits(alone, 0.8)[0] == pytest.approx((0.8 + 0.5) / 2)
    assert len(limits(np.zeros((0, 3), np.float32), 0.8)) == 0


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("3 hens lay 16 eggs", "three hens, 16 eggs", True),
        ("3 hens lay 16 eggs", "4 hens lay 15 eggs", False),
        ("no numbers", "none either, not one", True),
        ("in 1960", "long ago", True),
        ("3 hens lay 16 eggs", "some hens lay eggs", False),
        ("$1,000 at 5%", "1,000 dollars at 5 percent", True),
    ],
)
def test_numbers_of_two_texts(one: str, two: str, same: bool) -> None:
    assert same_numbers(Numbers(one), Numbers(two)) is same
    assert holds_numbers(Numbers(f"{one} and 77 more"), Numbers(one))


def verdicts(rows: list[dict[str, object]], **options: object) -> pl.DataFrame:
    stage = STAGES["decontamination"].make(
        Decontamination.model_validate(options), context(held_out=ITEMS, embed=hashed)
    )
    return stage(frame_of(rows)).verdicts


def test_the_verdict_names_the_item_and_shows_it() -> None:
    rows = [record("a", TRAIN, "100"), record("b", "Who is it, then?", "Nobody.")]
    first, second = verdicts(rows).to_dicts()
    assert (first["decision"], first["reason"]) == ("drop", "contaminated")
    assert first["witness"] == "exam:000" and first["score"] == 1.0
    how, _, item = first["detail"].partition("\n")
    assert how.startswith("ngram: a train leaves the harbour") and item == TRAIN
    assert second["decision"] == "keep"
    assert verdicts(rows, on_match="flag")["decision"].to_list() == ["flag", "keep"]


def test_without_items_nothing_matches_and_nothing_is_embedded() -> None:
    stage = STAGES["decontamination"].make(Decontamination(), context())
    assert stage(frame_of([record("a", TRAIN, "100")])).verdicts["decision"].to_list() == ["keep"]


def test_vectors_that_are_no_numbers_match_nothing() -> None:
    broken = ITEMS.with_columns(
        embedding=pl.Series(np.full((2, 64), np.nan, np.float32), dtype=pl.Array(pl.Float32, 64))
    )
    assert match("Something else altogether, is it not?", broken) is None
    assert match(TRAIN, broken) is not None


def test_false_alarms_come_with_their_interval_and_examples() -> None:
    rng = random.Random(2)
    questions = [TRAIN] * 4 + [sentence(rng, 12) for _ in range(96)]
    control = pl.DataFrame({"question": questions, "answer": [""] * 100})
    said = false_alarms(control, distinct(ITEMS), hashed, Decontamination())
    assert (said["rows"], said["flagged"], said["share"]) == (100, 4, 0.04)
    assert said["low"] == pytest.approx(0.0157, abs=1e-3)
    assert said["high"] == pytest.approx(0.0984, abs=1e-3)
    assert [each["item"] for each in said["examples"]] == ["exam:000"] * 3
    empty = false_alarms(control.head(0), distinct(ITEMS), hashed, Decontamination())
    assert (empty["low"], empty["high"], empty["examples"]) == (0.0, 1.0, [])


WORDS = st.lists(st.sampled_from([*string.ascii_lowercase[:12], "ش", "é"]), max_size=40)


def grams(words: list[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


@given(st.lists(WORDS, min_size=1, max_size=3), st.lists(WORDS, max_size=6))
@settings(max_examples=60, deadline=None)
def test_coverage_is_that_of_plain_sets_of_ngrams(
    wanted: list[list[str]], texts: list[list[str]]
) -> None:
    index = index_items([" ".join(words) for words in wanted], 4, 2)
    found = coverages(index, [" ".join(words) for words in texts], 1e-9, silent, "")
    for row, words in enumerate(texts):
        hits = dict(found.get(row, ()))
        for item, mine in enumerate(wanted):
            size = min(4, len(mine))
            there, every = grams(words, size), grams(mine, size)
            if item in hits:
                assert len(mine) >= 2 and every & there and 0 < hits[item] <= 1 + 1e-9
            if len(mine) >= 2 and every <= there:
                assert hits[item] == pytest.approx(1.0)


def test_a_large_set_goes_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = unit(np.random.default_rng(1), 50, 16)
    whole = limits(vectors, 0.8)
    monkeypatch.setattr("filters.rephrased._CELLS", 120)
    monkeypatch.setattr("filters.overlap._BLOCK", 3)
    assert np.allclose(limits(vectors, 0.8), whole)
    steps: list[tuple[int, int]] = []
    rows = pl.DataFrame({"question": [TRAIN] * 8, "answer": [""] * 8})
    found = find_matches(
        rows, distinct(ITEMS), hashed, Decontamination(), lambda _w, d, t: steps.append((d, t))
    )
    assert all(found) and (3, 8) in steps and (8, 8) in steps


def test_whatever_the_order_the_same_records_match() -> None:
    rng = random.Random(9)
    questions = [sentence(rng, 12) for _ in range(20)] + [TRAIN, f"{TRAIN}?", "Hello there."]
    straight = dict(zip(questions, matches(questions), strict=True))
    for _ in range(3):
        rng.shuffle(questions)
        assert dict(zip(questions, matches(questions), strict=True)) == straight


def test_rows_without_a_question_or_answer_match_nothing() -> None:
    rows = pl.DataFrame({"question": [None, TRAIN], "answer": ["", None]})
    found = find_matches(rows, distinct(ITEMS), hashed, Decontamination())
    assert found[0] is None and found[1] is not None and found[1].score == 1.0
