"""Choosing the target number: exact, even over sources, and spread over meaning."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import DIM, context, frame_of, record, sentence, unit

import filters
from configs.filters import Diversity
from store.stages import STAGES

assert filters
Rows = list[dict[str, Any]]


def planted(sizes: list[int], seed: int = 1, sources: int = 5) -> tuple[Rows, dict[str, int]]:
    """Records in tight groups of these sizes, largest first, and the group of each."""
    rng, draw = random.Random(seed), np.random.default_rng(seed)
    rows, group = [], {}
    for number, (size, centre) in enumerate(zip(sizes, np.eye(DIM)[: len(sizes)], strict=True)):
        for _ in range(size):
            vector = centre + draw.normal(size=DIM) * 0.08
            id_ = f"{len(rows):04}"
            group[id_] = number
            rows.append(
                record(
                    id_,
                    sentence(rng, 8),
                    sentence(rng, 8),
                    embedding=(vector / np.linalg.norm(vector)).tolist(),
                    document=f"d{rng.randrange(sources)}",
                )
            )
    return rows, group


def kept(rows: Rows, target: int, **options: int) -> set[str]:
    stage = STAGES["diversity"].make(Diversity(**options), context(target))
    return set(stage(frame_of(rows)).verdicts.filter(pl.col("decision") == "keep")["record_id"])


@given(st.integers(0, 70), st.integers(0, 80), st.integers(0, 3), st.integers(0, 999))
@settings(max_examples=30, deadline=None)
def test_exactly_the_target_is_kept(count: int, target: int, least: int, seed: int) -> None:
    rows, _ = planted([count], seed)
    got = kept(rows, target, min_per_source=least)
    assert len(got) == min(target, count)
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert kept(shuffled, target, min_per_source=least) == got


def test_the_dropped_are_over_target() -> None:
    rows, _ = planted([30, 10])
    stage = STAGES["diversity"].make(Diversity(), context(12))
    verdicts = stage(frame_of(rows)).verdicts.filter(pl.col("decision") == "drop")
    assert len(verdicts) == 28
    assert set(verdicts["reason"]) == {"over_target"}
    assert all(
        re.fullmatch(r"cluster \d+ keeps \d+ of \d+", detail) for detail in verdicts["detail"]
    )


@pytest.mark.parametrize("least", [1, 2])
def test_every_source_keeps_its_least(least: int) -> None:
    rows, _ = planted([80, 20], sources=10)
    rows.append(record("rare", "Only one of it?", "Yes.", document="rare"))
    got = kept(rows, 30, min_per_source=least)
    have = Counter(row["sources"][0]["document_id"] for row in rows if row["id"] in got)
    every = Counter(row["sources"][0]["document_id"] for row in rows)
    assert all(have[source] >= min(least, count) for source, count in every.items())
    assert "rare" in got


def test_fewer_places_than_sources_go_to_different_sources() -> None:
    rows, _ = planted([60], sources=12)
    got = kept(rows, 7)
    sources = [row["sources"][0]["document_id"] for row in rows if row["id"] in got]
    assert len(set(sources)) == len(sources) == 7


def test_a_source_keeps_its_best_record() -> None:
    rows = [record(f"{i}", "A question?", "x" * (i + 1), document="one") for i in range(8)]
    rows[3]["quotes"] = ["a quote"]
    assert kept(rows, 1) == {"3"}


def test_small_groups_are_covered_better_than_by_the_first_n() -> None:
    rows, group = planted([160, 20, 8, 6, 3, 3])
    got = Counter(group[id_] for id_ in kept(rows, 40))
    first = Counter(group[row["id"]] for row in rows[:40])
    assert len(got) >= 5, "a group of three has a fair share of less than one"
    assert len(first) == 1
    assert got[0] < 40 * 160 / 200 + 5


def test_clusters_give_about_the_same_share_of_their_rows() -> None:
    rows, group = planted([120, 60, 20])
    got = Counter(group[id_] for id_ in kept(rows, 50, clusters=3, min_per_source=0))
    assert [got[i] for i in range(3)] == pytest.approx([30, 15, 5], abs=3)


def test_inside_a_cluster_the_chosen_lie_apart() -> None:
    rng = np.random.default_rng(4)
    crowd = unit(rng, 1)[0] + rng.normal(size=(40, DIM)) * 0.01
    apart = unit(rng, 8)
    vectors = np.concatenate([crowd, apart])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = [
        record(f"{i:02}", "A question?", "An answer.", embedding=v.tolist())
        for i, v in enumerate(vectors)
    ]
    got = kept(rows, 10, clusters=1, min_per_source=0)
    assert {f"{i:02}" for i in range(40, 48)} <= got


UNEVEN = [120, 40, 12, 4, 1]


def uneven() -> tuple[Rows, dict[str, int]]:
    """Loose groups of uneven sizes, one source document each."""
    rows, group = planted(UNEVEN)
    for row in rows:
        row["sources"][0]["document_id"] = f"d{group[row['id']]}"
    return rows, group


@pytest.mark.parametrize("target", [1, 3, 5, 20, 100, 176, 177, 500])
def test_exactly_the_target_of_uneven_sources(target: int) -> None:
    rows, _ = uneven()
    assert len(kept(rows, target)) == min(target, len(rows))


def test_every_uneven_source_keeps_a_record() -> None:
    rows, group = uneven()
    assert {group[id_] for id_ in kept(rows, 20)} == set(range(5))


def test_shares_stay_even() -> None:
    rows, group = uneven()
    got = Counter(group[id_] for id_ in kept(rows, 60, min_per_source=0, clusters=5))
    assert all(0.2 <= got[i] / UNEVEN[i] <= 0.5 for i in range(3)), got
