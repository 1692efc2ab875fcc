"""Planted falsehoods: of every kind, certain, and the same for the same seed."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.corruptions import KINDS, Kind, corrupt, plant, plant_claims
from generators.corruptions.material import Material, values
from generators.corruptions.naming import alike, names_in
from generators.statements import Statement
from store.corpus import Corpus, Document
from store.python_api import read_modules

NOTES = """# Vega

## Overview

Vega is the largest moon of Altair and was discovered by Maria Novak on 5 July 1962 in Lisbon.
Karl Weber photographed Vega from Geneva in March 1971. The mean radius of Vega is 310.5 km, and
its mass is about 4.2 million tonnes. The survey says: "Vega rotates once in nine hours and turns
slowly." Vega follows ISO 8601 and the case No. 4711. Vega has not been visited since 1988.

- **Surface gravity:** 3.7 m/s²
- **Population:** 1,200,000 (2025 est.)
"""
OTHER = """# Deneb

## Overview

Deneb is the second moon of Altair and was discovered by Peter Hall on 1 May 1850 in Vienna.
The mean radius of Deneb is 77.1 km.

- **Population:** 900 (2025 est.)
"""
TRUE: dict[Kind, str] = {
    "number": "The mean radius of Vega is 310.5 km.",
    "unit": "The mean radius of Vega is 310.5 km.",
    "date": "Vega was discovered by Maria Novak on 5 July 1962 in Lisbon.",
    "name": "Vega was discovered by Maria Novak on 5 July 1962 in Lisbon.",
    "negation": "The mean radius of Vega is 310.5 km.",
    "superlative": "Vega is the largest moon of Altair.",
    "quote": 'The survey says: "Vega rotates once in nine hours and turns slowly."',
    "identifier": "Vega follows ISO 8601.",
    "parameter": "`json.loads` takes the parameters `s`, `cls`.",
    "default": "The default value of `indent` in `json.dumps` is `None`.",
    "entity_swap": "The mean radius of Vega is 310.5 km.",
    "stale": "The population of Vega is 1,200,000.",
}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    before = NOTES.replace("1,200,000", "1,100,000")
    old = Document("old", "Vega", before, valid_from=date(2020, 1, 1))
    new = Document("vega", "Vega", NOTES, valid_from=date(2026, 1, 1))
    api = read_modules(("json", "textwrap"))
    return Corpus((new, Document("deneb", "Deneb", OTHER), old, *api), ())


def false(kind: Kind, text: str, corpus: Corpus, seed: int = 1) -> str | None:
    about = re.search(r"`(json\.\w+)`", text)
    document = f"python:{about.group(1)}" if about else "vega"
    return corrupt(kind, text, document, random.Random(seed), Material(corpus))


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "parameter"])
def test_each_kind_changes_one_thing(kind: Kind, corpus: Corpus) -> None:
    text = TRUE[kind]
    lie = false(kind, text, corpus)
    assert lie is not None and lie != text
    kept = set(text.split()) & set(lie.split())
    assert len(kept) >= len(set(text.split())) - 3


def test_a_lie_is_the_same_for_the_same_seed(corpus: Corpus) -> None:
    claims = [Statement(text, "vega") for text in TRUE.values() if "`" not in text]
    one = plant_claims(claims, corpus, 40, seed=3)
    assert one == plant_claims(list(reversed(claims)), corpus, 40, seed=3)
    assert one != plant_claims(claims, corpus, 40, seed=4)
    kinds = {claim.form for claim in one}
    assert kinds == set(KINDS) - {"parameter", "default"}
    assert all(claim.text != claim.of for claim in one)


def test_the_old_value_stands_under_the_new_claim(corpus: Corpus) -> None:
    lie = false("stale", TRUE["stale"], corpus)
    assert lie == "The population of Vega is 1,100,000."
    alone = Corpus(tuple(d for d in corpus.documents if d.id != "old"), ())
    assert false("stale", TRUE["stale"], alone) is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "The radius of Vega is not 310.5 km."),
        ("number", "Vega is more than 310 km wide."),
        ("number", "The radius is 310 or 320 km."),
        ("number", "Voyager 2 flew past Vega."),
        ("date", "Vega was seen before 1962."),
        ("unit", "The radius of Vega is 0 km."),
        ("superlative", "Vega was at first unknown to Novak."),
        ("superlative", "Vega is at least as bright as Deneb."),
        ("negation", "If Vega is near, the survey ends."),
        ("negation", "Some moons are dark."),
        ("name", "Vega may be named by Maria Novak."),
        ("quote", 'The "largest known moon of them all" is Vega.'),
        ("entity_swap", "Vega is a moon."),
    ],
)
def test_what_may_stay_true_is_left_alone(kind: Kind, text: str, corpus: Corpus) -> None:
    assert all(false(kind, text, corpus, seed) is None for seed in range(8))


@pytest.mark.parametrize("seed", range(12))
def test_another_number_is_no_rounding_and_stands_nowhere(seed: int, corpus: Corpus) -> None:
    lie = false("number", "The mass of Vega is about 4.2 million tonnes.", corpus, seed)
    if lie is not None:
        (value,) = values(lie)
        assert abs(value - 4.2e6) > 0.2 * 4.2e6
        assert value not in Material(corpus).values["vega"]


@pytest.mark.parametrize("seed", range(8))
def test_since_goes_back_only(seed: int, corpus: Corpus) -> None:
    lie = false("date", "Vega has been dark since 1988.", corpus, seed)
    assert lie is not None and int(re.findall(r"\d{4}", lie)[0]) < 1988


@pytest.mark.parametrize("seed", range(8))
def test_another_name_is_no_alias_and_of_no_common_line(seed: int, corpus: Corpus) -> None:
    lie = false("name", "Vega was photographed from Geneva.", corpus, seed)
    if lie is not None:
        assert "Geneva" not in lie and "Karl Weber" not in lie


def test_equal_literals_are_no_other_default(corpus: Corpus) -> None:
    made = {
        false("default", "The default value of `x` in `json.dumps` is `0`.", corpus, seed)
        for seed in range(30)
    }
    assert not any(lie and "`False`" in lie for lie in made)


def test_what_the_corpus_says_is_no_lie() -> None:
    both = NOTES.replace("310.5 km,", "310.5 km and 310.5 miles,")
    corpus = Corpus((Document("vega", "Vega", both),), ())
    assert false("unit", "The mean radius of Vega is 310.5 km.", corpus) is None


def test_a_function_open_to_any_parameter_gets_none(corpus: Corpus) -> None:
    said = "`json.dumps` takes the parameters `obj`, `skipkeys`."
    assert all(false("parameter", said, corpus, seed) is None for seed in range(5))
    lie = corrupt(
        "parameter",
        "`textwrap.dedent` takes the parameter `text`.",
        "python:textwrap.dedent",
        random.Random(1),
        Material(corpus),
    )
    assert lie is not None and "`text`" not in lie


@given(st.integers(1, 10**9), st.integers(0, 5))
def test_a_changed_number_differs_by_a_hundredth(number: int, seed: int) -> None:
    corpus = Corpus((Document("d", "Vega", f"Its length is {number:,} km."),), ())
    text = f"The length of Vega is {number:,} km."
    lie = corrupt("number", text, "d", random.Random(seed), Material(corpus))
    if lie is not None:
        (value,) = values(lie)
        assert abs(value - number) > 0.01 * max(number, value)


@given(st.text(max_size=200), st.sampled_from(KINDS))
def test_any_text_gives_a_changed_text_or_none(text: str, kind: Kind) -> None:
    corpus = Corpus((Document("d", "Vega", NOTES),), ())
    lie = corrupt(kind, text, "d", random.Random(1), Material(corpus))
    assert lie is None or lie != text


def test_hostile_texts_take_no_time(corpus: Corpus) -> None:
    for text in ("A" * 40_000, "Aa " * 13_000, "1," * 20_000, '"a ' * 13_000, "is 5 " * 8_000):
        for kind in KINDS:
            assert corrupt(kind, text, "vega", random.Random(1), Material(corpus)) != text


def test_names_and_their_aliases() -> None:
    assert "Maria Novak" in set(names_in(NOTES)) and "The" not in set(names_in(NOTES))
    assert alike("Federal Republic of Germany", "FRG") and alike("Novak", "Maria Novak")
    assert not alike("Lisbon", "Geneva")


def rows() -> list[dict[str, Any]]:
    said = "The default value of `indent` in `json.dumps` is `None`."
    call = "json.dumps(obj, *, skipkeys=False, ensure_ascii=True, check_circular=True)"
    source = {"document_id": "python:json.dumps", "title": "json.dumps"}
    return [
        {
            "id": str(i),
            "question": "What is the default value of `indent` of `json.dumps`?",
            "answer": f"{said} It was {i + 3} years ago.",
            "quotes": [call],
            "sources": [source],
            "style": "question_answer",
        }
        for i in range(10)
    ]


def test_records_are_made_false() -> None:
    corpus = Corpus(tuple(read_modules(("json",))), ())
    lies = plant(rows(), corpus, 80, seed=1)
    kinds = Counter(json.loads(lie["metadata"])["planted"] for lie in lies)
    assert {"number", "unit", "negation", "default", "identifier", "parameter"} <= set(kinds)
    assert kinds["quote"]
    truths = {row["id"]: row for row in rows()}
    for lie in lies:
        truth = truths[json.loads(lie["metadata"])["of"]]
        assert (lie["answer"], lie["quotes"]) != (truth["answer"], truth["quotes"])
        assert lie["id"] not in truths
        assert lie["messages"][1]["content"] == lie["answer"]
    assert lies == plant(rows(), corpus, 80, seed=1)


def test_records_without_sources_stay_out() -> None:
    corpus = Corpus(tuple(read_modules(("json",))), ())
    bare = [{**row, "sources": [], "quotes": []} for row in rows()]
    assert plant(bare, corpus, 10, seed=1) == []


@pytest.mark.parametrize(("old", "told"), [("29,850 km", False), ("29,853.1 km", True)])
def test_a_rounding_of_the_new_value_is_no_stale_one(old: str, told: bool) -> None:
    line = "# Vega\n\n## Transport\n\n- **Railways:** {} (2022 est.)\n"
    documents = (
        Document("new", "Vega", line.format("29,849.9 km"), valid_from=date(2024, 1, 1)),
        Document("old", "Vega", line.format(old), valid_from=date(2020, 1, 1)),
    )
    lie = plant_claims(
        [Statement("The railways of Vega are 29,849.9 km.", "new")], Corpus(documents, ()), 4, 1
    )
    assert any(claim.form == "stale" for claim in lie) is told
