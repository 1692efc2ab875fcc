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
from benchmarks import selection
from configs.filters import Diversity
from filters import facility
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


def verdicts_of(rows: Rows, target: int, **options: Any) -> pl.DataFrame:
    stage = STAGES["diversity"].make(Diversity(**options), context(target))
    return stage(frame_of(rows)).verdicts


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=8), st.integers(1, 120), st.integers(0, 99)
)
@settings(max_examples=25, deadline=None)
def test_every_bucket_has_its_quota_wherever_there_is_room(
    sizes: list[int], target: int, seed: int
) -> None:
    rows, group = planted(sizes, seed)
    for row in rows:
        row["style"] = f"s{group[row['id']]}"
    got = verdicts_of(rows, target, buckets="style", min_per_source=0)
    have = Counter(
        group[id_] for id_ in got.filter(pl.col("decision") != "drop")["record_id"].to_list()
    )
    target = min(target, len(rows))
    assert sum(have.values()) == target
    if target >= len(sizes):
        assert len(have) == len(sizes)
        assert "flag" not in set(got["decision"])
        sure = min(0.5 * target, target - len(sizes)) / len(rows)
        assert all(have[i] >= int(sure * size) for i, size in enumerate(sizes))


@given(st.integers(1, 60), st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_choosing_again_from_what_was_chosen_keeps_it_all(target: int, seed: int) -> None:
    rows, _ = planted([40, 12, 6, 2], seed)
    once = kept(rows, target)
    assert kept([row for row in rows if row["id"] in once], target) == once


@pytest.mark.parametrize("target", [0, 1, 40])
def test_copies_of_one_row_are_kept_by_rank(target: int) -> None:
    rows = [record(f"{i:04}", "A question?", "x" * (1 + i % 7)) for i in range(5000)]
    got = kept(rows, target)
    assert len(got) == target
    assert all(int(id_) % 7 == 6 for id_ in got)


def test_rows_without_a_direction_come_last() -> None:
    rows, _ = planted([30])
    for i, row in enumerate(rows[:6]):
        row["embedding"] = [0.0 if i % 2 else float("nan")] * DIM
    assert not kept(rows, 20, clusters=1, min_per_source=0) & {row["id"] for row in rows[:6]}


def test_a_dropped_record_names_its_bucket_and_the_nearest_kept_one() -> None:
    rows, group = planted([30, 30])
    for row in rows:
        row["metadata"] = f'{{"topic": "t{group[row["id"]]}"}}'
    got = verdicts_of(rows, 20, buckets="metadata.topic")
    chosen = {row["id"]: np.array(row["embedding"]) for row in rows}
    ids = got.filter(pl.col("decision") == "keep")["record_id"].to_list()
    dropped = got.filter(pl.col("decision") == "drop").to_dicts()
    have = Counter(group[id_] for id_ in ids)
    for verdict in dropped:
        number = group[verdict["record_id"]]
        assert verdict["detail"] == f"topic t{number} keeps {have[number]} of 30"
        near = {id_: float(chosen[verdict["record_id"]] @ chosen[id_]) for id_ in ids}
        assert verdict["score"] == pytest.approx(max(near.values()), abs=1e-5)
        assert near[verdict["witness"]] == pytest.approx(verdict["score"], abs=1e-5)


@pytest.mark.parametrize("metadata", ["", "[]", "{", '{"other": 1}', '{"topic": null}'])
def test_metadata_without_the_field_has_a_bucket_of_its_own(metadata: str) -> None:
    rows, _ = planted([12])
    for row in rows[:6]:
        row["metadata"] = '{"topic": 7}'
    for row in rows[6:]:
        row["metadata"] = metadata
    details = verdicts_of(rows, 4, buckets="metadata.topic")["detail"]
    assert {detail.partition(" keeps")[0] for detail in details if detail} == {
        "topic 7",
        "topic (none)",
    }


def test_buckets_without_room_are_flagged() -> None:
    rows, group = planted([90, 10])
    for row in rows:
        row["style"] = "many" if group[row["id"]] == 0 else "few"
        row["sources"][0]["document_id"] = row["id"] if row["style"] == "many" else "one"
    rows[-1]["sources"][0]["document_id"] = "!"  # the first of the sources with one record
    got = verdicts_of(rows, 60, buckets="style")
    flagged = got.filter(pl.col("decision") == "flag")
    assert set(flagged["reason"]) == {"rare_cluster_thinned"}
    assert set(flagged["detail"]) == {"style few keeps 1 of 10, fewer than its quota of 3"}
    assert flagged["record_id"].to_list() == [rows[-1]["id"]]
    assert set(got.filter(pl.col("decision") == "drop")["detail"]) == {
        "style few keeps 1 of 10, fewer than its quota of 3",
        "style many keeps 59 of 90",
    }


def test_rows_of_another_topic_take_no_topic_away() -> None:
    rows, group = planted([60, 20, 5])
    more = [{**row, "id": f"x{row['id']}"} for row in planted([0, 0, 0, 0, 40])[0]]
    for target in (6, 12, 30):
        before = {group[id_] for id_ in kept(rows, target, min_per_source=0)}
        after = kept([*rows, *more], target, min_per_source=0)
        assert before <= {group[id_] for id_ in after if not id_.startswith("x")}


@pytest.mark.parametrize("share", [0.1, 0.2, 0.4])
def test_an_even_reference_is_covered_better_than_by_chance_or_by_the_farthest(
    share: float,
) -> None:
    task = selection.mixture(seed=5, topics=40, size=900, dim=24)
    count = round(share * len(task.pool))
    ours = task.score(selection.stage(task.pool, count, 7))
    far = task.score(selection.farthest(task.pool, count, 7))
    chance = [task.score(selection.at_random(task.pool, count, seed)) for seed in range(5)]
    for measure in ("near_0.7", "mean_near", "knn_coverage"):
        assert ours[measure] > max(row[measure] for row in (far, *chance)), measure
    assert ours["odd"] < far["odd"]


def test_many_blocks_choose_about_as_well_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    task = selection.mixture(seed=6, topics=40, size=900, dim=24)
    whole = task.score(selection.stage(task.pool, 150, 7))
    monkeypatch.setattr("filters.facility._BLOCK", 60)
    monkeypatch.setattr("filters.facility._LARGEST", 120)
    parts = task.score(selection.stage(task.pool, 150, 7))
    assert parts["mean_near"] > whole["mean_near"] - 0.03
    assert parts["topics"] >= whole["topics"] - 0.1


def test_blocks_hold_every_row_once_and_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filters.facility._BLOCK", 40)
    monkeypatch.setattr("filters.facility._LARGEST", 64)
    vectors = unit(np.random.default_rng(2), 500)
    vectors[:200] = vectors[0]
    parts = facility.blocks(vectors, facility.meaning(vectors, 22, 1), 1)
    assert sorted(np.concatenate(parts).tolist()) == list(range(500))
    assert max(map(len, parts)) <= 64


@given(st.integers(0, 24), st.integers(0, 4), st.integers(0, 999))
@settings(max_examples=25, deadline=None)
def test_worth_is_what_a_greedy_search_adds(count: int, forced: int, seed: int) -> None:
    vectors = unit(np.random.default_rng(seed), count)
    got = facility.worth(vectors, min(forced, count))
    near = facility._similarity(vectors).astype(float)
    best, left = np.zeros(count), list(range(count))
    for turn in range(count):
        adds = {i: np.maximum(near[i] - best, 0).sum() for i in left}
        pick = turn if turn < forced else max(left, key=lambda i: got[i])
        assert got[pick] == pytest.approx(adds[pick], abs=1e-3)
        assert turn < forced or adds[pick] >= max(adds.values()) - 1e-3
        best = np.maximum(best, near[pick])
        left.remove(pick)
