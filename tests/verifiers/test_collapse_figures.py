"""What the report draws: the map of meanings and the curves of tails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from collapse_sides import side
from hypothesis import given
from hypothesis import strategies as st

from verifiers.collapse import Side
from verifiers.collapse.atlas import MOST, SCALE, draw_map
from verifiers.collapse.ranks import curve, tail_curves
from verifiers.collapse.tails import vanished


def turned(rows: Side) -> Side:
    """The same rows in another order."""
    order = np.random.default_rng(4).permutation(len(rows)).tolist()
    return replace(
        rows,
        questions=[rows.questions[at] for at in order],
        answers=[rows.answers[at] for at in order],
        vectors=rows.vectors[order],
        documents=None,
        claims=None,
    )


def test_a_map_has_equally_many_points_of_each_side_in_its_square() -> None:
    found = draw_map(side(1500, 1), {"parent": side(1500, 2), "anchor": side(90, 3)}, [], 7)
    assert {name: len(rows) for name, rows in found["points"].items()} == {
        "version": MOST // 3,
        "parent": MOST // 3,
        "anchor": 90,
    }
    places = np.concatenate([np.array(rows) for rows in found["points"].values()])
    assert places.min() >= 0 and places.max() <= SCALE and np.ptp(places, axis=0).max() == SCALE
    assert 0 < found["explained"] < 1 and found["rings"] == []


def test_a_map_does_not_depend_on_how_rows_lie() -> None:
    version, parent = side(400, 1), side(400, 2)
    one = draw_map(version, {"parent": parent}, [], 7)
    two = draw_map(turned(version), {"parent": turned(parent)}, [], 7)
    assert {n: sorted(p) for n, p in one["points"].items()} == {
        n: sorted(p) for n, p in two["points"].items()
    }


def test_a_ring_lies_where_the_rows_of_the_cluster_lay() -> None:
    version, parent = side(1500, 1, topics=3, spread=0.1), side(1500, 2, spread=0.1)
    gone = vanished(version.vectors, parent.vectors, parent.questions, 5.0, 2, 7)
    found = draw_map(version, {"parent": parent}, [("parent", each) for each in gone], 7)
    assert gone and len(found["rings"]) == len(gone)
    version_points, parent_points = (
        np.array(found["points"][name]) for name in ("version", "parent")
    )
    for ring in found["rings"]:
        middle = np.array([ring["x"], ring["y"]])
        inside = np.linalg.norm(parent_points - middle, axis=1) <= ring["radius"] + 20
        assert inside.any(), ring
    assert len(version_points) == len(parent_points)


def test_next_to_nothing_has_no_map() -> None:
    assert draw_map(side(2, 1), {}, [], 7) == {}
    assert len(draw_map(side(3, 1), {}, [], 7)["points"]["version"]) == 3


@given(st.lists(st.integers(0, 50), max_size=300))
def test_a_curve_falls_and_keeps_its_ends(counts: list[int]) -> None:
    held = sorted((count for count in counts if count), reverse=True)
    found = curve(np.array(counts, np.int64))
    assert (found["rows"], found["kinds"]) == (sum(held), len(held))
    assert found["once"] == held.count(1)
    assert len(found["points"]) <= 80
    if held:
        ranks, rows = zip(*found["points"], strict=True)
        assert (ranks[0], ranks[-1]) == (1, len(held)) and list(ranks) == sorted(set(ranks))
        assert [held[rank - 1] for rank in ranks] == list(rows)
        assert sum(held[: found["half"]]) >= sum(held) / 2 > sum(held[: found["half"] - 1])


def test_a_version_that_lost_topics_ends_sooner() -> None:
    drawn = tail_curves(side(900, 1, topics=4), {"parent": side(900, 2)}, 600, 7)
    assert [each["of"] for each in drawn] == ["clusters", "documents"]
    for each in drawn:
        assert each["curves"]["version"]["kinds"] < each["curves"]["parent"]["kinds"]
    assert drawn[1]["curves"]["version"]["rows"] == 900


def test_a_corpus_has_no_documents_to_count() -> None:
    corpus = turned(side(300, 2))
    drawn = tail_curves(side(300, 1), {"corpus": corpus}, 600, 7)
    assert [sorted(each["curves"]) for each in drawn] == [["corpus", "version"], ["version"]]
