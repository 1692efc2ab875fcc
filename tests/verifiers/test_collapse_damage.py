"""The damage that the benchmark of the collapse probes does is the damage it says."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.collapse_damage import BY_NAME, KINDS, Stock, claims
from benchmarks.made_rows import made
from verifiers.collapse import Side
from verifiers.collapse.semantic import centroid_similarity


@pytest.fixture(scope="module")
def stock() -> Stock:
    planted = made(2500)
    rows = planted.records.filter(planted.kind == "base")
    texts = rows["question"].to_list(), rows["answer"].to_list()
    return Stock.of(Side(*texts, rows["embedding"].to_numpy()))


def damaged(stock: Stock, name: str, strength: float) -> Side:
    at = np.arange(len(stock.rows))
    return BY_NAME[name].do(stock, at, 300, strength, np.random.default_rng(1))


@pytest.mark.parametrize("name", [kind.name for kind in KINDS])
def test_as_many_rows_as_asked_for(stock: Stock, name: str) -> None:
    side = damaged(stock, name, BY_NAME[name].at)
    assert len(side) == len(side.answers) == len(side.vectors) == 300
    assert np.linalg.norm(side.vectors, axis=1) == pytest.approx(1, abs=2e-3)
    assert BY_NAME[name].at in BY_NAME[name].strengths


def test_kinds_of_damage(stock: Stock) -> None:
    plain = damaged(stock, "sparse regions gone", 0)
    contracted = damaged(stock, "contraction to the centre", 0.5)
    assert centroid_similarity(contracted.vectors) > 1.5 * centroid_similarity(plain.vectors)
    answers = damaged(stock, "style takeover", 0.1).answers
    assert sum(answer.startswith("Sure, here is") for answer in answers) == 30
    # Now and then the word that is replaced is the one that replaces it.
    assert len(set(damaged(stock, "paraphrased repeats", 0.1).questions)) >= 295


def test_claims_as_the_verifier_sees_them() -> None:
    rng = np.random.default_rng(1)
    sound, lies = claims(4000, 0, rng), claims(4000, 1, rng)
    assert sound[:, 0].sum() / 12_000 == pytest.approx(0.96, abs=0.01)
    assert lies[:, 0].sum() / 12_000 == pytest.approx(0.02, abs=0.01)
