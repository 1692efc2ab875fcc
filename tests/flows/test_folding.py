"""Which documents of a corpus count as one, through the reading that a build does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from configs.recipe import Chunking
from flows.reading import read_sources
from flows.snapshot import listed
from store.corpus import Document
from store.shards import Shards

STORY = " ".join(
    f"The tower of {name} was built by masons from the coast and stands on a hill by the harbour."
    for name in ("Ana", "Bell", "Cove", "Dun", "Esk", "Fell", "Gare", "Holm", "Iona", "Jura")
)


def folded(root: Path, *documents: Document, threshold: float = 0.9) -> dict[str, str]:
    shards = Shards(root / "shards")
    found = read_sources(shards, [], Chunking(), documents)
    return {one.name: one.said for one in listed(shards, found, threshold).twins}


def test_the_first_of_those_that_say_the_same_stays(tmp_path: Path) -> None:
    a, b = Document("a", "A", "Ana is deep.\n"), Document("b", "B", "Ana is\n\n deep.")
    c = Document("c", "C", "Ana is 12 m deep.")
    assert folded(tmp_path, a, b, c) == {"b": ": says the same as a"}


def test_the_same_text_of_another_time_says_something_else(tmp_path: Path) -> None:
    a = Document("a", "A", STORY, valid_from=date(2020, 1, 1))
    b = replace(a, id="b", valid_from=date(2021, 1, 1))
    c = replace(b, id="c", text=STORY + " It rained.")
    assert folded(tmp_path, a, b) == {}
    assert folded(tmp_path, a, c) == {}


def test_empty_texts_are_not_twins(tmp_path: Path) -> None:
    assert folded(tmp_path, Document("a", "A", ""), Document("b", "B", " ")) == {}


def test_of_those_nearly_the_same_the_one_that_says_more_stays(tmp_path: Path) -> None:
    a, b = Document("a", "A", STORY), Document("b", "B", STORY + " It has a view of the sea.")
    said = folded(tmp_path, a, b, threshold=0.8)
    assert said.keys() == {"a"} and said["a"].startswith(": says nearly the same as b (8")
    assert folded(tmp_path, a, b, threshold=1) == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("on a hill by the harbour.", "on a hill 40 m from the harbour."),
        ("The tower of Jura was", "The tower of Kerrera was"),
        ("stands on a hill", "does not stand on a hill"),
    ],
    ids=["number", "name", "negation"],
)
def test_a_particular_that_only_one_says_keeps_both(old: str, new: str, tmp_path: Path) -> None:
    at = STORY.rindex(old)
    other = STORY[:at] + new + STORY[at + len(old) :]
    # The one with the particular is shorter, so that it would be the one to go.
    a, b = Document("a", "A", STORY + " It has a view of the sea."), Document("b", "B", other)
    assert folded(tmp_path, a, b, threshold=0.7) == {}


def test_functions_with_like_documentation_are_two(tmp_path: Path) -> None:
    a = Document("a", "A", STORY, kind="python-api")
    assert folded(tmp_path, a, replace(a, id="b", text=STORY + " It rained.")) == {}
