"""Quantities: how they are written, what agrees, what is another value, what is only less exact."""

from __future__ import annotations

import time
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.checks import numbers
from verifiers.checks.agreement import check_quantities
from verifiers.checks.quantities import held_quantities, quantities


def status(claim: str, evidence: str) -> list[str]:
    found = check_quantities(quantities(claim), held_quantities(evidence))
    return [finding.status for finding in found]


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("1.2 million people", "1,200,000 people"),
        ("1.2M people", "1 200 000 people"),
        ("1\u00a0200\u00a0000 people", "1\u202f200\u202f000 people"),
        ("1.200.000 people", "1'200'000 people"),
        ("1.2 × 10^6 people", "1.2e6 people"),
        ("4.80 × 10²² kg", "4.80 x 10^22 kg"),
        ("twenty-five thousand soldiers", "25,000 soldiers"),
        ("one hundred and twenty ships", "120 ships"),
        ("half a million people", "500,000 people"),
        ("two dozen ships", "24 ships"),
        ("a dozen ships", "12 ships"),
        ("It is 5 km long.", "It is 5,000 metres long."),
        ("It is 5km long.", "A 5-km road."),
        ("3,5 km", "3.5 km"),
        ("310 km", "193 miles"),
        ("26.2 miles", "42.195 km"),
        ("2 years", "24 months"),
        ("90 minutes", "1.5 hours"),
        ("three days", "72 hours"),
        ("100 °C", "212 °F"),
        ("20 degrees Celsius", "293.15 K"),
        ("36 km/h", "10 m/s"),
        ("36 kilometres per hour", "10 metres per second"),
        ("2 hectares", "20,000 m²"),
        ("1 MiB", "1,048,576 bytes"),
        ("2 MB", "2000 kB"),
        ("3 lb", "1.36 kg"),
        ("$5 million", "5 million US dollars"),
        ("$5bn", "US$5 billion"),
        ("$5m", "$5,000,000"),
        ("USD 5", "$5"),
        ("£3 billion", "3 billion pounds"),
        ("12 per cent", "12%"),
        ("a third of them", "33 % of them"),
        ("two-thirds of the land", "67 percent of the land"),
        ("half of the land", "50% of the land"),
        ("6.4 million", "6,371,000"),
        ("about 6,400 km", "6,371 km"),
        ("about 350 ships", "340 ships"),
        ("more than 300 ships", "310 ships"),
        ("at least 300 ships", "300 ships"),
        ("over 300 ships", "more than 310 ships"),
        ("fewer than 20 ships", "12 ships"),
        ("up to 15 km", "between 10 and 15 km"),
        ("10-15 km", "10 to 15 km"),
        ("between 10 and 15 km", "10–15 km"),
        ("between 10 and 15 km", "12 km"),
        ("about 12 km", "10-15 km"),
        ("rose to 15 percent", "rose from 10 to 15 percent"),
        ("15 or more ships", "at least 15 ships"),
        ("−5 °C", "minus 5 °C"),
        ("10:30 pm", "22:30"),
        ("only one ship", "one ship"),
    ],
)
def test_the_same_in_another_form_is_found(claim: str, evidence: str) -> None:
    assert set(status(claim, evidence)) == {"found"}, (quantities(claim), held_quantities(evidence))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("5 km", "5 miles"),
        ("5 km", "5 kg"),
        ("$5 million", "€5 million"),
        ("5 percent", "5 percentage points"),
        ("450 km", "193 miles"),
        ("5 million ships", "5 billion ships"),
        ("more than 300 ships", "290 ships"),
        ("at least 300 ships", "fewer than 200 ships"),
        ("fewer than 20 ships", "25 ships"),
        ("20 km", "10-15 km"),
        ("10-15 km", "10-20 km"),
        ("between 10 and 15 km", "17 km"),
        ("200 ships", "more than 300 ships"),
        ("6.5 million km", "6,371,000 km"),
        ("25 °C", "25 °F"),
        ("a third of them", "half of them"),
        ("10:30 pm", "10:30 am"),
    ],
)
def test_another_value_is_a_conflict(claim: str, evidence: str) -> None:
    assert status(claim, evidence) == ["conflict"], (quantities(claim), held_quantities(evidence))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("6,371,000 km", "6.4 million km"),
        ("6,371 km", "about 6,400 km"),
        ("12 km", "10-15 km"),
        ("310 ships", "more than 300 ships"),
        ("300 ships", "more than 300 ships"),
        ("12,595,000 workers", "aged 15 or older"),
        ("over 5 ships", "5,000 ships"),
        ("42.195 km", "26 miles"),
        ("3 months", "10 years"),
        ("7 days", "nothing of the kind"),
    ],
)
def test_what_the_source_leaves_open_is_missing(claim: str, evidence: str) -> None:
    assert status(claim, evidence) == ["missing"], (quantities(claim), held_quantities(evidence))


def test_a_value_that_the_claim_gives_elsewhere_is_no_rival() -> None:
    assert status("5 km long and 3 km wide", "5 km long") == ["found", "missing"]


@pytest.mark.parametrize(
    "text",
    [
        "Version 1.2.3 and v10.0.1.4",
        "COVID-19 and a 3D model",
        "Voyager 2 flew by.",
        "one of them",
        "1. The first point",
        "in 1962",
        "a second party",
    ],
)
def test_names_versions_and_marks_are_no_quantities(text: str) -> None:
    assert quantities(text) == []


FORMS = (
    "{:,} ships",
    "{} ships",
    "{:_} ships",
    "exactly {:,} ships",
    "{:,}-ship",
    "({:,} ships)",
)


@given(st.integers(10_000, 10**14), st.sampled_from(FORMS))
def test_whole_numbers_read_back(number: int, form: str) -> None:
    read = quantities(form.format(number).replace("_", "\u202f"))
    assert [item.exact for item in read] == [number]


@given(st.integers(2, 99), st.sampled_from(["", " thousand", " million"]))
def test_numbers_in_words_read_back(number: int, scale: str) -> None:
    ones = "zero one two three four five six seven eight nine".split()
    teens = """ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen""".split()
    tens = "twenty thirty forty fifty sixty seventy eighty ninety".split()
    word = (ones + teens)[number] if number < 20 else tens[number // 10 - 2]
    word += f"-{ones[number % 10]}" if number >= 20 and number % 10 else ""
    power = {"": 1, " thousand": 10**3, " million": 10**6}[scale]
    assert [item.exact for item in quantities(f"{word}{scale} ships")] == [number * power]


@given(st.integers(1, 999_999))
def test_ordinals_read_back(number: int) -> None:
    teen = number % 100 in (11, 12, 13)
    suffix = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    assert numbers.ordinal(f"{number}{suffix}") == number


@given(st.integers(10**6, 10**12 - 1), st.integers(0, 2))
def test_any_true_rounding_is_accepted_and_no_other_value(number: int, decimals: int) -> None:
    quantum = Decimal(1).scaleb(-decimals)
    rounded = (Decimal(number) / 10**6).quantize(quantum, ROUND_HALF_UP)
    evidence = f"{number:,} ships"
    if rounded:
        assert status(f"{rounded} million ships", evidence) == ["found"]
    for other in (rounded + quantum * 2, abs(rounded - quantum * 2) or quantum * 3):
        if abs(other * 10**6 - number) * 2 > quantum * 10**6:
            assert status(f"{other} million ships", evidence) == ["conflict"]


@given(st.integers(1, 10**6), st.sampled_from([("km", "m", 1000), ("hours", "minutes", 60)]))
def test_converted_values_agree(number: int, pair: tuple[str, str, int]) -> None:
    large, small, factor = pair
    assert status(f"{number:,} {large}", f"{number * factor:,} {small}") == ["found"]
    assert status(f"{number * factor:,} {small}", f"{number:,} {large}") == ["found"]


@pytest.mark.parametrize(
    "text",
    [
        "1" * 40_000,
        "1," * 20_000,
        "1 000" * 8_000,
        "1.1" * 13_000,
        "one hundred and " * 2_500,
        "twenty-" * 6_000,
        "5 km to " * 5_000,
        "-" * 40_000,
        "$" * 40_000,
        "1e9" * 13_000,
        "9 × 10^999 km " * 2_000,
        " " * 40_000,
        "a third of " * 4_000,
    ],
)
def test_hostile_text_is_read_fast(text: str) -> None:
    start = time.process_time()
    read = held_quantities(text)
    check_quantities(read[:3], read)
    assert time.process_time() - start < 4


def test_the_exponent_of_a_unit_is_no_number() -> None:
    assert [quantity.text for quantity in quantities("It is 3.7 m/s^2 on 5 km^2.")] == [
        "3.7 m/s^2",
        "5 km^2",
    ]
