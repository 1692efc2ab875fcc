"""Heuristics rule by rule, and the choice of the target number."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from made_records import context, frame_of, record

import filters
from configs.stages import Diversity, Heuristics
from store.stages import STAGES

assert filters


def heuristic(question: str, answer: str) -> str:
    rows = frame_of([record("a", question, answer)])
    verdicts = STAGES["heuristics"].make(Heuristics(), context())(rows).verdicts
    return str(verdicts["reason"][0])


GOOD = "What does the lantern do?"


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        ("Why?", "It is so.", "question_too_short"),
        (GOOD, "", "answer_too_short"),
        (GOOD, "word " * 2000, "answer_too_long"),
        (GOOD, "It is called {{ name }} here.", "template_left_over"),
        (GOOD, "```python\nprint(1)\n", "open_code_fence"),
        (GOOD, "the same again " * 30, "repetition"),
        (
            "Was macht die Laterne am Abend im alten Hafen?",
            "Sie leuchtet den Schiffen den Weg durch die Nacht und durch den dichten Nebel.",
            "language",
        ),
        (GOOD, "It lights the harbour at night and shows ships the way through fog.", ""),
        ("What is the default of `indent`?", "`None`.", ""),
        (GOOD, "```python\nprint({'a': {'b': 1}})\n```", ""),
        ("What is the discovery date of Io?", "8 January 1610", ""),
    ],
)
def test_heuristics(question: str, answer: str, reason: str) -> None:
    assert heuristic(question, answer) == reason


def rows_of(counts: dict[str, int], seed: int = 1) -> list[dict[str, Any]]:
    """Records in uneven clusters, one source document each; vectors scatter around axes."""
    rng = np.random.default_rng(seed)
    rows = []
    for axis, (document, count) in enumerate(counts.items()):
        for i in range(count):
            vector = np.eye(8)[axis] + rng.normal(0, 0.15, 8)
            vector /= np.linalg.norm(vector)
            name = f"{document}{i:03}"
            text = f"answer {i}"
            rows.append(
                record(name, "What is it?", text, document=document, embedding=list(vector))
            )
    return rows


def choose(rows: list[dict[str, Any]], target: int, **settings: Any) -> set[str]:
    stage = STAGES["diversity"].make(Diversity(**settings), context(target))
    verdicts = stage(frame_of(rows)).verdicts
    return set(verdicts.filter(verdicts["decision"] == "keep")["record_id"])


UNEVEN = {"a": 120, "b": 40, "c": 12, "d": 4, "e": 1}


@pytest.mark.parametrize("target", [1, 3, 5, 20, 100, 176, 177, 500])
def test_exactly_the_target(target: int) -> None:
    rows = rows_of(UNEVEN)
    assert len(choose(rows, target)) == min(target, len(rows))


def test_every_source_keeps_a_record() -> None:
    kept = choose(rows_of(UNEVEN), 20)
    assert {name[0] for name in kept} == set(UNEVEN)


def test_order_plays_no_part() -> None:
    rows = rows_of(UNEVEN)
    kept = choose(rows, 30)
    assert choose(list(reversed(rows)), 30) == kept == choose(rows, 30)


def test_shares_stay_even() -> None:
    kept = Counter(name[0] for name in choose(rows_of(UNEVEN), 60, min_per_source=0, clusters=5))
    for document, count in UNEVEN.items():
        if count >= 12:
            assert 0.2 <= kept[document] / count <= 0.5, (document, kept)
