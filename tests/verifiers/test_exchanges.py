"""True sentences with two of their parts exchanged, or told of somebody else: never supported."""

from __future__ import annotations

import pytest

from verifiers.claims import claims_of
from verifiers.pairs import verify_pair

PROBES = """# Grey Moon

NASA's Kestrel 4 made the first flyby of the Grey Moon in July 1965. Kestrel 9 of NASA became the
first probe to orbit the Grey Moon in November 1971. ESA's Heron Express entered orbit around the
Grey Moon on 11 April 2006. The Japanese orbiter Akari of JAXA entered orbit around it on 7
December 2015. Carl Gerber calculated the orbit of the Grey Moon. Franz Lind found the Grey Moon
again on 31 December 1801 near the position that Gerber had predicted. NASA's rover Tern landed in
Holt crater and carried the helicopter Wren. Egret flew past the Grey Moon on 14 July 2015 and came
within 12,500 km of it. The Grey Moon lies beyond the orbit of Vesper, and its day is only slightly
longer than a day on Vesper.
"""


@pytest.mark.parametrize(
    "claim",
    [
        "Kestrel 9 made the first flyby of the Grey Moon in July 1965.",
        "The Heron Express of JAXA entered orbit around the Grey Moon on 11 April 2006.",
        "Carl Gerber found the Grey Moon again on 31 December 1801.",
        "Plover carried the helicopter Wren.",
        "The Grey Moon lies inside the orbit of Vesper.",
        "Its day on the Grey Moon is much longer than a day on Vesper.",
    ],
)
def test_what_is_said_of_another_supports_nothing(claim: str) -> None:
    assert verify_pair(claim, PROBES).verdict != "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "Kestrel 4 made the first flyby of the Grey Moon in July 1965.",
        "Kestrel 9 became the first probe to orbit the Grey Moon in November 1971.",
        "Gerber calculated the orbit of the Grey Moon.",
        "The NASA rover Tern carried the helicopter Wren.",
        "The Heron Express of ESA entered orbit around the Grey Moon in April 2006.",
        "Egret flew past the Grey Moon on 14 July 2015 and came near it.",
    ],
)
def test_the_same_is_supported_of_whom_it_was_said(claim: str) -> None:
    assert verify_pair(claim, PROBES).verdict == "supported"


AIR = """# Vesper

Vesper is the largest moon of Aldor and the second-largest moon in the Holt system. The air of
Vesper consists of about 95% nitrogen and about 5% methane. The agency confirmed the glider Tern,
with a launch planned for July 2028 and an arrival at Vesper in 2034. The seas of Vesper hold liquid
methane and ethane instead of water. Asa Holt discovered Vesper and Orm in August 1877. Vesper has a
radius of 606 km and Orm one of 1,188 km.
"""


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("Vesper is the largest moon in the Holt system.", False),
        ("Vesper is the second-largest moon of Aldor.", False),
        ("Vesper is the largest moon of Aldor.", True),
        ("Vesper is the second-largest moon in the Holt system.", True),
        ("The air of Vesper consists of about 5% nitrogen and about 95% methane.", False),
        ("The air of Vesper is about 5% methane.", True),
        ("The air of Vesper consists of 95% nitrogen and 5% methane.", True),
        ("The launch of Tern is planned for 2034.", False),
        ("The launch of Tern is planned for July 2028.", True),
        ("Tern will launch in 2034 and arrive at Vesper in July 2028.", False),
        ("Tern will launch in July 2028 and arrive at Vesper in 2034.", True),
        ("The seas of Vesper hold water instead of liquid methane and ethane.", False),
        ("The seas of Vesper hold liquid methane and water instead of ethane.", False),
        ("The seas of Vesper hold liquid methane and ethane, not water.", True),
        ("The seas of Vesper do not hold liquid methane and ethane instead of water.", False),
        ("Asa Holt discovered Vesper in August 1877.", True),
        ("Orm has a radius of 1,188 km.", True),
    ],
)
def test_values_and_superlatives_of_one_sentence_stay_with_their_words(
    claim: str, supported: bool
) -> None:
    assert (verify_pair(claim, AIR).verdict == "supported") is supported


RADII = """# Moons

## Orm

The mean radius of Orm is 469 km. Orm rotates once in 9.07 hours. Orm has two small moons.

## Vesper

The mean radius of Vesper is 1,188 km. Vesper rotates once in 24.62 hours.
"""


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("Orm's mean radius is 1,188 km.", False),
        ("Ormos' mean radius is 1,188 km.", False),
        ("Orm's mean radius is 469 km.", True),
        ("Vesper's mean radius is 1,188 km.", True),
    ],
)
def test_an_owner_is_a_name(claim: str, supported: bool) -> None:
    assert (verify_pair(claim, RADII).verdict == "supported") is supported


def test_what_a_question_asks_with_need_not_stand_in_the_source() -> None:
    said = verify_pair("Orm has two moons.", RADII, "How many moons does Orm have?")
    assert said.verdict == "supported"


def test_a_later_question_may_begin_with_and() -> None:
    said = ["What is Orm?", "Orm is a moon.", "And how long is its day?", "It rotates in 9 hours."]
    messages = [
        {"role": "assistant" if number % 2 else "user", "content": text}
        for number, text in enumerate(said)
    ]
    row = {"question": said[0], "answer": said[1], "messages": messages}
    assert claims_of(row)[-1].said == "Orm rotates in 9 hours."
