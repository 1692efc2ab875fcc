"""Each deterministic check on its own."""

from __future__ import annotations

import time

import pytest

from store.corpus import Corpus
from store.python_api import read_modules
from verifiers.api import ApiIndex
from verifiers.checks.agreement import check_quantities
from verifiers.checks.assignments import assignments, check_assignments
from verifiers.checks.dates import check_dates, dates
from verifiers.checks.names import check_names, held_words, names
from verifiers.checks.python_api import check_api, unknown_identifiers
from verifiers.checks.quantities import quantities
from verifiers.checks.quotes import quoted


def quantity(claim: str, evidence: str) -> list[str]:
    return [f.status for f in check_quantities(quantities(claim), quantities(evidence))]


@pytest.mark.parametrize(
    ("claim", "evidence", "status"),
    [
        ("It has 1.2 million rows.", "It has 1,200,000 rows.", "found"),
        ("12% of it", "12 percent of it", "found"),
        ("It is 310 km long.", "It is 310 kilometres long.", "found"),
        ("It is 310 km long.", "It is 311 km long.", "conflict"),
        ("about 6,400 km", "6,371 km", "found"),
        ("exactly 6,400 km", "6,371 km", "conflict"),
        ("6.4 million km", "6,371,000 km", "found"),
        ("$5 million", "$5,000,000", "found"),
        ("13,800 sq km", "13,800 km²", "found"),
        ("4.80 × 10^22 kg", "4.80 × 10^22 kg", "found"),
        ("4.80 × 10^23 kg", "4.80 × 10^22 kg", "conflict"),
        ("7 days", "nothing of the kind", "missing"),
        ("-5 °C", "5 °C", "conflict"),
    ],
)
def test_quantities(claim: str, evidence: str, status: str) -> None:
    assert quantity(claim, evidence) == [status]


@pytest.mark.parametrize("text", ["Voyager 2 flew by.", "On 5 July 1962 it began.", "In 1962."])
def test_names_and_dates_are_no_quantities(text: str) -> None:
    assert quantities(text) == []


@pytest.mark.parametrize(
    ("claim", "evidence", "status"),
    [
        ("5 July 1962", "1962-07-05", "found"),
        ("July 5, 1962", "5th of July 1962", "found"),
        ("in July 1962", "on 5 July 1962", "found"),
        ("in 1962", "on 5 July 1962", "found"),
        ("on 5 July 1962", "on 6 July 1962", "conflict"),
        ("in 1963", "in 1962", "conflict"),
        ("in 1963", "no date", "missing"),
    ],
)
def test_dates(claim: str, evidence: str, status: str) -> None:
    assert [f.status for f in check_dates(dates(claim), dates(evidence))] == [status]


def test_names() -> None:
    claim = "The probe Voyager 2 was built by the Jet Propulsion Laboratory in Pasadena."
    assert names(claim) == ["Voyager 2", "Jet Propulsion Laboratory", "Pasadena"]
    held = held_words("Voyager 2 was built by the Jet Propulsion Laboratory (Pasadena).")
    assert [f.status for f in check_names(names(claim), held)] == ["found"] * 3
    other = held_words("Voyager 1 and 2 crates from the Jet Propulsion Laboratory, Pasadena")
    assert check_names(["Voyager 2"], other)[0].status == "missing"


def test_assignments() -> None:
    held = assignments("f(a, indent=4, name='x')")
    assert [f.status for f in check_assignments(assignments("indent=4"), held)] == ["found"]
    assert [f.status for f in check_assignments(assignments("indent=2"), held)] == ["conflict"]
    assert [f.status for f in check_assignments(assignments("depth=2"), held)] == ["missing"]


def test_quoted() -> None:
    text = 'It says "one two three four five." and "short one" and “a b c d e”.'
    assert quoted(text) == ["one two three four five.", "a b c d e"]


@pytest.fixture(scope="module")
def api() -> ApiIndex:
    return ApiIndex(Corpus(tuple(read_modules(("json", "statistics"))), ()))


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("The default value of `indent` in `json.dumps` is `None`.", "supported"),
        ("In `json.dumps` the parameter `indent` defaults to `4`.", "contradicted"),
        ("The default of `skipkeys` in `json.dumps` is False.", "supported"),
        ("The default of `skipkeys` in `json.dumps` is `0`.", "contradicted"),
        ("The default value of `obj` in `json.dumps` is `None`.", "contradicted"),
        ("`json.load` takes the parameters `fp` and `cls`.", "supported"),
        ("`statistics.mode` takes the parameter `turbo`.", "unknown"),
        ("`statistics.mode` takes 1 named parameter: `data`.", "supported"),
        ("`statistics.mode` takes 3 named parameters.", "contradicted"),
        ("The signature of `statistics.mode` is `statistics.mode(data)`.", "supported"),
        ("The signature of `statistics.mode` is `statistics.mode(data, n=1)`.", "contradicted"),
    ],
)
def test_api(api: ApiIndex, claim: str, verdict: str) -> None:
    finding = check_api(claim, "", api, absent=False)
    assert finding is not None and finding.verdict == verdict, finding


def test_api_absence(api: ApiIndex) -> None:
    lacking = check_api("`statistics.mode` has no parameter named `n`.", "", api, absent=True)
    assert lacking is not None and lacking.verdict == "supported"
    there = check_api("`statistics.mode` has no parameter named `data`.", "", api, absent=True)
    assert there is not None and there.verdict == "contradicted"


@pytest.mark.parametrize(
    ("claim", "unknown"),
    [
        ("`json.dump_all` writes all.", ["json.dump_all"]),
        ("Call json.dumps_fast() to be fast.", ["json.dumps_fast"]),
        ("`json.JSONEncoder.encode` encodes.", []),
        ("Pass `max_turbo_depth` to it.", ["max_turbo_depth"]),
        ("Use `None`, `int` or `obj`.", []),
        ("Call `statistics.mode(data, turbo=1)`.", ["turbo"]),
        ("numpy.array is not documented here.", []),
    ],
)
def test_unknown_identifiers(api: ApiIndex, claim: str, unknown: list[str]) -> None:
    assert [finding.part for finding in unknown_identifiers(claim, api)] == unknown


@pytest.mark.parametrize("part", ["`", "`a", "1.1.1.", "a.a.", "f(a=", "`a`, ", "parameter `a` "])
def test_long_monotonous_code_is_read_quickly(api: ApiIndex, part: str) -> None:
    text = part * (40_000 // len(part))
    began = time.process_time()
    unknown_identifiers(text, api)
    check_api(text, "`json.dumps`", api, absent=False)
    assert time.process_time() - began < 4
