"""Claims made for the experiment with a model of our own: true ones follow, spoilt ones do not."""

from __future__ import annotations

import pytest

from benchmarks.embedded_pairs import OPPOSITES, Made, kinds, made
from store.text import words

PASSAGES = [
    "The Alder River is 452 km long, which makes it the longest river of the country. Mary Holt "
    "surveyed the Alder River for Peter Brand in July 1962.",
    "Copper Bay lies north of Port Ellen and was never inhabited before 1850. The lighthouse of "
    "Copper Bay was built by Ann Lee and her brothers after the great storm of 1871.",
]


@pytest.fixture(scope="module")
def rows() -> list[Made]:
    return [row for seed in range(12) for row in made(PASSAGES, seed)]


def test_true_claims_have_no_word_that_their_passage_lacks(rows: list[Made]) -> None:
    frames = set(words("It is known that One can read that What happened? Which is it?"))
    for row in rows:
        if row.supported:
            assert set(words(row.claim)) <= set(words(row.evidence)) | frames


def test_spoilt_claims_stand_nowhere_in_their_passage_and_come_in_every_kind(
    rows: list[Made],
) -> None:
    spoilt = [row for row in rows if not row.supported]
    assert not any(row.claim in row.evidence for row in spoilt)
    ways = {"number", "negation", "opposite", "swap", "name", "unrelated", "added"}
    assert set(kinds(spoilt)) == ways


def test_there_are_as_many_true_claims_as_spoilt_ones(rows: list[Made]) -> None:
    assert sum(row.supported for row in rows) * 2 == len(rows) > 50
    assert made(PASSAGES, 3) == made(PASSAGES, 3) and made([]) == []


def test_opposites_go_both_ways() -> None:
    assert all(OPPOSITES[other] == one for one, other in OPPOSITES.items())
