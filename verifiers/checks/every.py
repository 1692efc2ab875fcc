"""The checks that compare a claim with a stretch of text, in the order they are reported."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from verifiers.checks.agreement import check_quantities
from verifiers.checks.assignments import assignments, check_assignments
from verifiers.checks.code_words import check_code_words, code_words, held_code_words
from verifiers.checks.comparatives import check_comparisons, comparisons
from verifiers.checks.conjunctions import check_conjunctions
from verifiers.checks.dates import check_dates, dates, held_dates
from verifiers.checks.disguises import check_disguised, disguised, held_disguised
from verifiers.checks.entities import check_entities
from verifiers.checks.findings import Finding
from verifiers.checks.identifiers import check_identifiers, identifiers
from verifiers.checks.lists import check_lists, enumerations
from verifiers.checks.lists import held_words as listed_words
from verifiers.checks.names import check_names, held_words, names
from verifiers.checks.polarity import check_polarity
from verifiers.checks.quantities import held_quantities, quantities
from verifiers.checks.readings import readings
from verifiers.checks.superlatives import check_superlatives, superlatives


class Check(NamedTuple):
    """One kind of fact: how it is read from a claim (``wanted``) and from a piece of evidence
    (``held``), and what a comparison of the two finds, one finding per part of the claim.
    ``headed`` says that the heading above a piece of evidence is read with it.
    """

    name: str
    wanted: Callable[[str], Collection[Any]]
    held: Callable[[str], Collection[Any]]
    compare: Callable[[Any, Any], list[Finding]]
    headed: bool = False


CHECKS = (
    Check("quantity", quantities, held_quantities, check_quantities),
    Check("date", dates, held_dates, check_dates),
    Check("name", names, held_words, check_names, headed=True),
    Check("identifier", identifiers, identifiers, check_identifiers),
    Check("entity", readings, readings, check_entities),
    Check("polarity", readings, readings, check_polarity),
    Check("conjunction", readings, readings, check_conjunctions),
    Check("list", enumerations, listed_words, check_lists),
    Check("superlative", superlatives, superlatives, check_superlatives),
    Check("comparison", comparisons, comparisons, check_comparisons),
    Check("assignment", assignments, assignments, check_assignments),
    Check("code", code_words, held_code_words, check_code_words, headed=True),
    Check("disguise", disguised, held_disguised, check_disguised, headed=True),
)
