"""What every registered stage promises, whatever it judges."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest
from made_records import DIM, context, exam, frame_of, hashed, record, sentence, unit
from pydantic import BaseModel

import filters
import verifiers
from configs.documents import Splits
from configs.filters import (
    Decontamination,
    Diversity,
    ExactDedup,
    Heuristics,
    Judge,
    Leakage,
    NearDedup,
    Privacy,
    SemanticDedup,
)
from configs.verifiers import Grounding
from store.asking import Answered, Question, Unanswered
from store.journal import Reply
from store.records import EVIDENCE, VERDICTS, polars_schema
from store.stages import STAGES, Judged
from store.text import digest

assert filters and verifiers
SETTINGS: dict[str, BaseModel] = {
    "heuristics": Heuristics(),
    "privacy": Privacy(),
    "exact": ExactDedup(),
    "near": NearDedup(),
    "semantic": SemanticDedup(),
    "decontamination": Decontamination(),
    "leakage": Leakage(),
    "diversity": Diversity(),
    "grounding": Grounding(),
    "judge": Judge(teacher="judge", votes=3),
}
ROW = sorted(name for name, item in STAGES.items() if item.scope == "row")
SET = sorted(name for name, item in STAGES.items() if item.scope == "set")


def judge(name: str, records: pl.DataFrame) -> Judged:
    held_out = exam(("What is the lamp made of?", "Copper."), ("", " "), ("a" * 100_000, "1 " * 99))
    splits = Splits(train=0.5, validation=0.25, test=0.25)
    outside = context(20, held_out=held_out, embed=hashed, splits=splits)
    return STAGES[name].make(SETTINGS[name], replace(outside, ask=opinions))(records)


def opinions(questions: Sequence[Question]) -> list[Answered | Unanswered]:
    """A judge whose opinions are a hash of what it is asked; some of them cannot be read."""
    replies: list[Answered | Unanswered] = []
    for asked in questions:
        draw = int(digest([asked.messages, asked.sample])[:6], 16)
        names = [name for name in asked.schema["properties"] if name != "reason"]
        scores = {name: 1 + draw // 7**i % 5 for i, name in enumerate(names)}
        said = orjson.dumps({"reason": "a hash", **scores}).decode() if draw % 11 else "no idea"
        replies.append(Answered(Reply(said, "stop", "judge"), str(draw), "judge"))
    return replies


def mixed() -> pl.DataFrame:
    """Ordinary records, copies, near copies and odd ones."""
    rng, draw = random.Random(3), unit(np.random.default_rng(3), 40)
    rows = []
    for i in range(40):
        twin = rows[i - 1] if i % 5 == 4 else None
        question = twin["question"] if twin else sentence(rng, 9)
        answer = twin["answer"].upper() if twin else sentence(rng, 14)
        vector = twin["embedding"] if twin else draw[i].tolist()
        rows.append(record(f"r{i:02}", question, answer, embedding=vector, document=f"d{i % 6}"))
    rows.append(record("short", "What?", ""))
    rows.append(record("private", "Who keeps it?", "It is kept by tim.vance77@outlook.com."))
    rows.append(record("known", "What is the lamp made of?", "The lamp is made of copper."))
    return frame_of([{**row, "sources": [_known(row)]} for row in rows])


def _known(row: dict[str, Any]) -> dict[str, Any]:
    return {**row["sources"][0], "passage_id": "doc#0"}


def awkward() -> pl.DataFrame:
    """Rows that have broken judges before."""
    nan = [float("nan")] * DIM
    texts = [
        "",
        " \n\t ",
        "word " * 20_000,
        "a" * 100_000,
        "1" * 5_000,
        "😀👩‍👩‍👧" * 50,
        "مرحبا بالعالم هذا نص من اليمين إلى اليسار",
        "```python\nprint('hi')\n```",
        "\x00\x1f\u202e",
        "9 x 10^99999999999999999999 km",
        "`f(`" * 500,
        "______",
        '"' * 3001,
    ]
    rows = [record(f"a{i:02}", text, text, embedding=nan) for i, text in enumerate(texts)]
    rows += [record(f"b{i:02}", "What is it made of?", text) for i, text in enumerate(texts)]
    rows += [record(f"c{i:02}", text, "It is made of copper.") for i, text in enumerate(texts)]
    rows.append(
        record("q", "What is it?", "It is copper.", quotes=[t for t in texts if len(t) < 999])
    )
    return frame_of([{**row, "sources": [_known(row)]} for row in rows])


def test_settings_cover_the_registry() -> None:
    assert set(SETTINGS) == set(STAGES)
    assert all(item.version and item.scope in ("row", "set") for item in STAGES.values())


@pytest.mark.parametrize("name", sorted(STAGES))
def test_one_verdict_per_record_in_order_with_a_reason_for_drops(name: str) -> None:
    records = mixed()
    before = records.clone()
    got = judge(name, records)
    assert records.equals(before)
    assert got.verdicts["record_id"].to_list() == records["id"].to_list()
    assert got.verdicts.schema == polars_schema(VERDICTS)
    assert got.evidence.schema == polars_schema(EVIDENCE)
    assert set(got.verdicts["stage"]) == {name}
    assert set(got.verdicts["stage_version"]) == {STAGES[name].version}
    dropped = got.verdicts.filter(pl.col("decision") == "drop")
    assert len(dropped) > 0
    assert all(dropped["reason"])
    assert not any(got.verdicts.filter(pl.col("decision") == "keep")["reason"])


@pytest.mark.parametrize("name", sorted(STAGES))
def test_same_input_same_verdicts(name: str) -> None:
    one, two = judge(name, mixed()), judge(name, mixed())
    assert one.verdicts.equals(two.verdicts)
    assert one.evidence.equals(two.evidence)


@pytest.mark.parametrize("name", sorted(STAGES))
def test_no_records_no_verdicts(name: str) -> None:
    got = judge(name, mixed().head(0))
    assert len(got.verdicts) == len(got.evidence) == 0
    assert got.verdicts.schema == polars_schema(VERDICTS)


@pytest.mark.parametrize("name", sorted(STAGES))
def test_order_of_the_input_plays_no_part(name: str) -> None:
    records = mixed()
    straight = judge(name, records).verdicts.sort("record_id")
    for seed in (1, 2):
        shuffled = records.sample(fraction=1.0, shuffle=True, seed=seed)
        assert judge(name, shuffled).verdicts.sort("record_id").equals(straight)


@pytest.mark.parametrize("name", ROW)
def test_shards_of_a_row_stage_may_be_judged_apart(name: str) -> None:
    records = mixed()
    apart = [judge(name, records[i : i + 7]).verdicts for i in range(0, len(records), 7)]
    assert pl.concat(apart).equals(judge(name, records).verdicts)


@pytest.mark.parametrize("name", sorted(STAGES))
def test_awkward_rows_get_verdicts_and_no_exception(name: str) -> None:
    records = awkward()
    verdicts = judge(name, records).verdicts
    assert verdicts["record_id"].to_list() == records["id"].to_list()
    assert "error" not in set(verdicts["reason"])


@pytest.mark.parametrize("name", ["heuristics", "privacy"])
def test_long_monotonous_texts_are_no_trap(name: str) -> None:
    """What makes patterns try again and again; the test's time limit is its assertion."""
    parts = ["a@b.", "+1 ", "1.1.1.", "DE84 ", "4-", "# | a\n", "好的", "{% ", "[", "a:", "eyJa."]
    parts += ["I'm sorry, but ", "`", "0 0", "(030)", "...\n\n", "a b "]
    limits = {"max_answer_chars": 10**6} if name == "heuristics" else {}
    texts = [part * (100_000 // len(part)) for part in parts]
    records = frame_of([record(f"t{i:02}", text, text) for i, text in enumerate(texts)])
    stage = STAGES[name].make(SETTINGS[name].model_copy(update=limits), context())
    assert "error" not in set(stage(records).verdicts["reason"])


@pytest.mark.parametrize("name", ROW)
def test_a_row_that_breaks_the_judge_is_dropped_as_error(name: str) -> None:
    records = mixed().with_columns(
        answer=pl.when(pl.col("id") == "r03").then(None).otherwise(pl.col("answer"))
    )
    verdicts = judge(name, records).verdicts
    assert verdicts.filter(pl.col("reason") == "error")["record_id"].to_list() == ["r03"]
    error = verdicts.row(3, named=True)
    assert error["decision"] == "drop"
    assert "Error" in error["detail"]


def test_a_source_outside_the_corpus_is_an_error_of_its_record_only() -> None:
    records = frame_of([record("x", "What is it?", "It is copper.", document="elsewhere")])
    verdict = judge("grounding", records).verdicts.row(0, named=True)
    assert (verdict["decision"], verdict["reason"]) == ("drop", "error")
