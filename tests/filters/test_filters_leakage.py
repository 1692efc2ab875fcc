"""Twins across splits: the training record goes, whatever order they come in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from made_records import DIM, context, frame_of, record

import filters
from configs.documents import Splits
from configs.filters import Leakage
from filters.leakage import jaccard
from store.splits import split_of
from store.stages import STAGES

assert filters
SPLITS = Splits(train=0.5, validation=0.25, test=0.25)
HOME: dict[str, str] = {}
for number in range(40):
    HOME.setdefault(split_of(f"d{number}", SPLITS, 7), f"d{number}")
TEXT = "The lamp in the old harbour is made of copper and was lit every evening by the keeper."


def vector(cosine: float) -> list[float]:
    return [cosine, float(np.sqrt(1 - cosine**2))] + [0.0] * (DIM - 2)


def row(id_: str, split: str, answer: str = TEXT, cosine: float = 1.0) -> dict[str, Any]:
    question = "What is known about it?"
    return record(id_, question, answer, document=HOME[split], embedding=vector(cosine))


def judge(*rows: dict[str, Any], splits: Splits = SPLITS) -> dict[str, dict[str, Any]]:
    stage = STAGES["leakage"].make(Leakage(), context(splits=splits))
    return {said["record_id"]: said for said in stage(frame_of(rows)).verdicts.to_dicts()}


@pytest.mark.parametrize("held", ["validation", "test"])
def test_the_training_record_is_dropped_and_names_the_other(held: str) -> None:
    said = judge(row("a", "train"), row("b", held, cosine=0.95))
    assert (said["a"]["decision"], said["a"]["reason"]) == ("drop", "leaks_into_test")
    assert said["a"]["witness"] == "b" and said["a"]["score"] == pytest.approx(0.95, abs=1e-4)
    assert held in said["a"]["detail"]
    assert said["b"]["decision"] == "keep"


def test_wording_counts_where_meaning_is_less_near() -> None:
    near = TEXT.replace("every evening", "each evening")
    said = judge(row("a", "train", near), row("b", "test", cosine=0.85))
    assert said["a"]["reason"] == "leaks_into_test" and "wording" in said["a"]["detail"]
    other = "Nobody can say who once lived on that hill, nor why they went away from there."
    assert judge(row("a", "train", other), row("b", "test", cosine=0.85))["a"]["decision"] == "keep"


def test_other_numbers_are_another_fact() -> None:
    said = judge(row("a", "train", f"{TEXT} It cost 30."), row("b", "test", f"{TEXT} It cost 45."))
    assert said["a"]["decision"] == "keep"


def test_twins_inside_a_split_are_no_leak() -> None:
    said = judge(row("a", "train"), row("b", "train"), row("c", "test", cosine=0.0))
    assert {each["decision"] for each in said.values()} == {"keep"}
    alone = judge(row("a", "train"), row("b", "test"), splits=Splits(train=1, validation=0, test=0))
    assert {each["decision"] for each in alone.values()} == {"keep"}


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(f"t{i}", "train", cosine=0.9 + i / 200) for i in range(9)] + [row("h", "test")]
    whole = judge(*rows)
    monkeypatch.setattr("filters.leakage._CELLS", 2)
    assert judge(*rows) == whole
    assert judge(*rows[::-1]) == whole
    assert sum(each["decision"] == "drop" for each in whole.values()) > 3


def test_similarity_of_wording_by_hand() -> None:
    assert jaccard("Abc def", "abc, DEF!") == 1.0
    assert jaccard("", "") == 1.0
    assert jaccard("abcde", "vwxyz") == 0.0
