"""What is covered after each stage, and which stage is said to have narrowed the set."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import DIM, frame_of, record, unit

from configs.stages import TailProbe
from filters import rarity
from filters.coverage import Coverage, alarms, measure
from store.corpus import Corpus, Document, Passage

SIZES = [300, 200, 120, 60, 30, 20, 12, 8]
TAIL = range(5, 8)
STAGES = ("generate", "near", "semantic")


def pool() -> tuple[pl.DataFrame, np.ndarray[Any, Any]]:
    """Records in eight tight topics of uneven sizes, and the topic of each."""
    draw = np.random.default_rng(3)
    topic = np.repeat(np.arange(DIM), SIZES)
    vectors = np.eye(DIM)[topic] + draw.normal(size=(len(topic), DIM)) * 0.1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = [
        record(f"{i:04}", f"Question {i} of topic {t}?", "Yes.", embedding=v, document=f"d{t}")
        for i, (t, v) in enumerate(zip(topic, vectors, strict=True))
    ]
    for row in rows:
        row["style"] = "cloze" if row["sources"][0]["document_id"] == "d7" else "question_answer"
    return frame_of(rows), topic


def corpus_of(documents: int = DIM, passages: int = 4) -> tuple[Corpus, np.ndarray[Any, Any]]:
    """Documents of four passages each, the last of one; passages lie where their topic does."""
    made, pieces, vectors = [], [], []
    for i in range(documents):
        made.append(Document(f"d{i}", f"d{i}", "Text."))
        for n in range(passages if i < documents - 1 else 1):
            pieces.append(Passage(f"d{i}#{n}", f"d{i}", f"d{i}", "", 0, 5, "Text."))
            vectors.append(np.eye(DIM)[i % DIM])
    return Corpus(tuple(made), tuple(pieces)), np.array(vectors, np.float32)


def after(lost: dict[str, np.ndarray[Any, Any]], **options: Any) -> list[Coverage]:
    """Coverage where these stages dropped these rows."""
    records, _ = pool()
    dropped_by = np.full(len(records), None, dtype=object)
    for stage, rows in lost.items():
        dropped_by[rows] = stage
    column = pl.Series("dropped_by", dropped_by.tolist(), dtype=pl.String)
    corpus, vectors = corpus_of(options.pop("documents", DIM))
    return measure(records.with_columns(column), STAGES, corpus, vectors, TailProbe(), 7, **options)


def test_a_filter_that_kills_the_tail_is_named() -> None:
    _, topic = pool()
    found = after({"near": np.flatnonzero(np.isin(topic, TAIL))})
    (said,) = alarms(found, TailProbe())
    assert said.startswith("near took ")
    assert said.endswith("of the rows in the rarest clusters, 5% overall")
    near = found[1]
    assert near.rare_lost_share > 0.5 > near.lost_share
    assert near.vanished >= 1
    assert all("of topic" in text for text in near.examples)
    assert {int(text[-2]) for text in near.examples} <= set(TAIL)
    assert found[0].vanished == found[2].vanished == found[2].lost == 0


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_filter_that_takes_evenly_raises_no_alarm(share: float) -> None:
    records, _ = pool()
    taken = np.random.default_rng(5).random(len(records)) < share
    found = after({"near": np.flatnonzero(taken)})
    assert found[1].lost_share == pytest.approx(share, abs=0.06)
    assert alarms(found, TailProbe()) == []


def test_the_stage_that_took_them_is_blamed_and_no_later_one() -> None:
    _, topic = pool()
    tail = np.isin(topic, TAIL)
    head = np.flatnonzero(~tail)
    found = after({"semantic": np.flatnonzero(tail), "near": head[::3]})
    assert [text.partition(" ")[0] for text in alarms(found, TailProbe())] == ["semantic"]
    assert alarms(found, TailProbe(max_loss=1.0)) == []


def test_documents_styles_and_tails_fall_where_they_are_lost() -> None:
    _, topic = pool()
    found = after({"near": np.flatnonzero(topic == 7), "semantic": np.flatnonzero(topic == 6)})
    assert [row.documents for row in found] == [1.0, 7 / 8, 6 / 8]
    assert [row.styles for row in found] == [2, 1, 1]
    assert [row.corpus_tail for row in found] == [1.0, 0.0, 0.0], "d7 has the fewest passages"
    assert [row.anchor_tail for row in found] == [None] * 3


def test_the_tail_of_a_larger_corpus_is_in_clusters_of_meaning() -> None:
    _, topic = pool()
    every = after({"near": np.flatnonzero(topic != 0)}, documents=80)
    assert every[0].corpus_tail == 1.0
    assert every[1].corpus_tail < 1.0


def test_the_tail_of_a_real_anchor() -> None:
    _, topic = pool()
    vectors = np.eye(DIM, dtype=np.float32)[np.repeat([0, 1, 5], [50, 50, 5])]
    anchor = pl.DataFrame({"embedding": pl.Series(vectors, dtype=pl.Array(pl.Float32, DIM))})
    found = after({"near": np.flatnonzero(topic == 5)}, anchor=anchor)
    assert found[0].anchor_tail == 1.0
    assert found[1].anchor_tail < 1.0
    assert after({}, anchor=anchor.head(0))[0].anchor_tail is None


def test_without_candidates_there_is_nothing_to_say() -> None:
    corpus, vectors = corpus_of()
    none = frame_of([]).with_columns(dropped_by=pl.lit(None, pl.String))
    assert measure(none, STAGES, corpus, vectors, TailProbe(), 7) == []


@pytest.mark.parametrize("stage", STAGES)
def test_all_may_be_lost_and_vectors_may_be_odd(stage: str) -> None:
    records, _ = pool()
    odd = records.head(4).with_columns(
        embedding=pl.Series([[float("nan")] * DIM] * 4, dtype=pl.Array(pl.Float32, DIM)),
        dropped_by=pl.lit(stage),
    )
    corpus, vectors = corpus_of()
    found = measure(odd, STAGES, corpus, vectors, TailProbe(), 7)
    assert [row.lost for row in found] == [4 * (name == stage) for name in STAGES]
    assert found[-1].clusters == 0
    assert alarms(found, TailProbe()) == []


@given(st.lists(st.sampled_from([None, *STAGES]), min_size=1, max_size=60), st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_the_figures_add_up(fates: list[str | None], seed: int) -> None:
    vectors = unit(np.random.default_rng(seed), len(fates))
    rows = [record(f"{i}", "What?", "That.", embedding=v) for i, v in enumerate(vectors)]
    frame = frame_of(rows).with_columns(dropped_by=pl.Series(fates, dtype=pl.String))
    corpus, passages = corpus_of()
    found = measure(frame, STAGES, corpus, passages, TailProbe(), 7)
    assert [row.lost for row in found] == [fates.count(stage) for stage in STAGES]
    assert [row.before - row.lost for row in found[:-1]] == [row.before for row in found[1:]]
    assert all(row.rare_lost <= min(row.lost, row.rare_before) for row in found)
    assert all(one.clusters - two.vanished == two.clusters for one, two in pairwise(found))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20).filter(any), st.floats(0.01, 0.99))
def test_the_smallest_hold_at_most_their_share(sizes: list[int], share: float) -> None:
    rare = rarity.smallest(np.array(sizes), np.array(sizes), share)
    held = [size for size, is_rare in zip(sizes, rare, strict=True) if is_rare]
    others = [size for size, is_rare in zip(sizes, rare, strict=True) if size and not is_rare]
    assert held
    assert min(held) > 0
    assert max(held) <= min(others, default=50)
    assert len(held) == 1 or sum(held) <= share * sum(sizes) + 1e-9
