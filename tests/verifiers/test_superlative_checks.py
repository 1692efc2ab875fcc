"""Superlatives, ranks and comparisons of a claim against those of its evidence."""

from __future__ import annotations

import time

import pytest

from verifiers.checks.comparatives import check_comparisons, comparisons
from verifiers.checks.superlatives import check_superlatives, superlatives


def status(claim: str, evidence: str) -> list[str]:
    found = check_superlatives(superlatives(claim), superlatives(evidence))
    return [finding.status for finding in found]


def compared(claim: str, evidence: str) -> list[str]:
    found = check_comparisons(comparisons(claim), comparisons(evidence))
    return [finding.status for finding in found]


@pytest.mark.parametrize(
    ("claim", "evidence", "state"),
    [
        ("the largest city", "the biggest city", "found"),
        ("the largest city", "the smallest city", "conflict"),
        ("the largest city", "the second largest city", "conflict"),
        ("the second-largest city", "the 2nd largest city", "found"),
        ("the second largest city", "the largest city", "conflict"),
        ("the largest city", "the second largest city and the largest port", "conflict"),
        ("the largest port", "the second largest city and the largest port", "found"),
        ("the largest city", "a large city", "missing"),
        ("the largest city", "one of the largest cities", "missing"),
        ("one of the largest cities", "the largest city", "found"),
        ("the highest peak", "the lowest peak", "conflict"),
        ("the oldest bridge", "the youngest bridge", "conflict"),
        ("the outermost moon", "the innermost moon", "conflict"),
        ("the most populous state", "the least populous state", "conflict"),
        ("the most populous state", "the most populous state", "found"),
        ("best known for it", "most famous for it", "found"),
        ("the first president", "the last president", "conflict"),
        ("the first president", "the third president", "conflict"),
        ("the third president", "the third governor and 21st mayor", "found"),
        ("the first president", "the third governor", "missing"),
        ("the 21st season", "the twenty-first season", "found"),
        ("its final season was its seventh season", "its seventh and final season", "found"),
    ],
)
def test_superlatives(claim: str, evidence: str, state: str) -> None:
    assert set(status(claim, evidence)) == {state}, (superlatives(claim), superlatives(evidence))


@pytest.mark.parametrize(
    "text",
    [
        "at first",
        "at least",
        "a second later",
        "5 m per second",
        "in the west",
        "5 July",
        "a forest",
    ],
)
def test_no_rank_is_read_where_there_is_none(text: str) -> None:
    assert superlatives(text) == ()


@pytest.mark.parametrize(
    ("claim", "evidence", "state"),
    [
        ("Oslo is larger than Bergen.", "Oslo is larger than Bergen.", "found"),
        ("Oslo is larger than Bergen.", "Bergen is larger than Oslo.", "conflict"),
        ("Oslo is larger than Bergen.", "Bergen is smaller than Oslo.", "found"),
        ("Oslo is larger than Bergen.", "Oslo is smaller than Bergen.", "conflict"),
        ("Oslo is larger than Bergen.", "Oslo is a city.", "missing"),
        ("Oslo is more humid than Rome.", "Rome is more humid than Oslo.", "conflict"),
        ("Oslo is less humid than Rome.", "Rome is more humid than Oslo.", "found"),
        ("Oslo is older than Rome.", "Paris is older than Madrid.", "missing"),
    ],
)
def test_comparisons(claim: str, evidence: str, state: str) -> None:
    assert compared(claim, evidence) == [state], (comparisons(claim), comparisons(evidence))


@pytest.mark.parametrize("text", ["more than 300 ships", "tea rather than milk", "other than that"])
def test_other_uses_of_than_are_no_comparison(text: str) -> None:
    assert comparisons(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "most " * 8_000,
        "second largest " * 2_700,
        "1st" * 13_000,
        "larger than " * 3_300,
        "a " * 20_000 + "than b",
        "x more " * 5_700 + "than b",
        " than " * 6_700,
    ],
)
def test_hostile_text_is_read_fast(text: str) -> None:
    start = time.process_time()
    found = comparisons(text)
    check_comparisons(found[:3], found)
    ranks = superlatives(text)
    check_superlatives(ranks[:3], ranks)
    assert time.process_time() - start < 4
