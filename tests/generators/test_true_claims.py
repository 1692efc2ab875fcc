"""True claims and rewordings: other words, the same meaning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.corruptions.material import values
from generators.rewording import REWORDINGS, dates, numbers, rounded, shortened, units
from generators.true_claims import by_form, true_claims
from store.corpus import Corpus, Document
from store.python_api import read_modules

NOTES = """# Vega

## Overview

Vega was discovered by Maria Novak (an engineer) on 5 July 1962 in Lisbon. Vega has a mass of 4.2
million kg and a radius of 310 km. The planet turns around its star in nine days and a few hours.

## Area

- **total:** 1,234,567 sq km
- **Climate:** dry
- **note:** this is; a long note: with signs
- **Population:** 1,200,000 (2025 est.)
"""


def texts() -> dict[str, set[str]]:
    corpus = Corpus((Document("vega", "Vega", NOTES), Document("deneb", "Deneb", "")), ())
    found: dict[str, set[str]] = {}
    for claim in true_claims(corpus, 200, seed=1):
        assert claim.document_id == "vega"
        found.setdefault(claim.form, set()).add(claim.text)
    return found


def test_forms_of_prose_and_named_values() -> None:
    found = texts()
    assert "The total area of Vega is 1,234,567 sq km." in found["field"]
    assert "In 2025, the population of Vega was estimated at 1,200,000." in found["field"]
    assert "The total area of Vega is about 1,200,000 sq km." in found["rounded"]
    assert "The total area of Vega is 1,234,567 square kilometres." in found["units"]
    assert "In 2025, the population of Vega was estimated at 1.2 million." in found["numbers"]
    assert "Vega was discovered by Maria Novak on 5 July 1962 in Lisbon." in found["shortened"]
    assert "Vega turns around its star in nine days and a few hours." in found["title"]
    assert not any("note" in text for forms in found.values() for text in forms)


def test_the_same_seed_gives_the_same_claims_and_forms_take_turns() -> None:
    corpus = Corpus((Document("vega", "Vega", NOTES), *read_modules(("json",))), ())
    claims = true_claims(corpus, 24, seed=1)
    assert claims == true_claims(corpus, 24, seed=1) != true_claims(corpus, 24, seed=2)
    assert {"default", "signature", "field", "verbatim"} <= set(by_form(claims))


@pytest.mark.parametrize(
    ("reword", "sentence", "same"),
    [
        (dates, "Seen on 5 July 1962.", "Seen on July 5, 1962."),
        (dates, "Seen on July 5, 1962.", "Seen on 5 July 1962."),
        (numbers, "It has 2.5 million rows.", "It has 2,500,000 rows."),
        (numbers, "It has 2,500,000 rows.", "It has 2.5 million rows."),
        (numbers, "It has 2,512,345 rows.", None),
        (rounded, "It has 2,512,345 rows.", "It has about 2,500,000 rows."),
        (rounded, "It has more than 2,512,345 rows.", None),
        (rounded, "It owes $2,512,345.", None),
        (units, "It is 5% wet.", "It is 5 percent wet."),
        (units, "It is 3.7 m/s² strong.", None),
        (shortened, "Vega, which is dark, was seen by Novak in 1962.",
         "Vega was seen by Novak in 1962."),
        (shortened, "Vega (a moon).", None),
    ],
)  # fmt: skip
def test_rewordings(reword: object, sentence: str, same: str | None) -> None:
    assert callable(reword)
    assert reword(sentence) == same


@given(st.integers(1, 999_999), st.sampled_from(["million", "billion"]))
def test_numbers_keep_their_value(thousandths: int, scale: str) -> None:
    sentence = f"It has {thousandths / 1000:.3f} {scale} rows."
    new = numbers(sentence)
    assert new is not None and values(new) == values(sentence)


@given(st.text(max_size=300))
def test_any_text_can_be_reworded_or_not(text: str) -> None:
    for reword in REWORDINGS.values():
        new = reword(text)
        assert new is None or new != text


def test_hostile_texts_take_no_time() -> None:
    for text in (" (" * 20_000, ", which " * 5_000, "1," * 20_000, "1 " * 20_000, "; a" * 13_000):
        for reword in REWORDINGS.values():
            assert reword(text) != text
