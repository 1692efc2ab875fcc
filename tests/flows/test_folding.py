"""Which documents of a corpus count as one, through the reading that a build does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from configs.documents import Chunking
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


TOLD = "Each lamp of the tower is lit at dusk, fed through the night and put out when day comes. "
LONG = STORY + " " + TOLD + STORY.replace("tower", "barn").replace("masons", "farmers")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("The dose is 5 mg daily.", "The dose is 5 ml daily."),
        ("It gives 5 mW then.", "It gives 5 MW then."),
        ("It has 5 million lamps.", "It has 5 billion lamps."),
        ("It opens at 9 am daily.", "It opens at 9 pm daily."),
        ("Oil takes 5 and gas takes 7 days.", "Oil takes 7 and gas takes 5 days."),
        ("From 2024-01-02 to 2025-02-03.", "From 2025-02-03 to 2024-01-02."),
        ("There Ana leads Bell.", "There Bell leads Ana."),
        ("\n| seat | Cove |\n", "\n| seat | Dun |\n"),
        ("The port ABC is open.", "The port CAB is open."),
        ("By default it is enabled.", "By default it is disabled."),
        ("You must close it.", "You may close it."),
        ("It does not start. It does stop.", "It does start. It does not stop."),
        ("It always works.", "It rarely works."),
        ("It works there.", "It rarely works there."),
        ("It holds nitrate there.", "It holds nitrite there."),
        ("See /etc/one there.", "See /etc/two there."),
        ("The lamp is red.", "The lamp is green."),
        ("Grease it before winter.", ""),
        ("\n```\nx = (a or b) and c\n```\n", "\n```\nx = a or (b and c)\n```\n"),
    ],
)
def test_other_facts_keep_both(one: str, two: str, tmp_path: Path) -> None:
    a, b = (
        Document(name, name, f"{LONG} {said} {TOLD}")
        for name, said in zip("ab", (one, two), strict=True)
    )
    b = replace(b, text=b.text + "They stand to this day and are painted white each year.")
    assert folded(tmp_path, a, b, threshold=0.7) == {}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("The lamp is recieved there.", "The lamp is received there."),
        ("The the lamp is there.", "The lamp is there."),
        ("“Oil” isn’t dear.", '"Oil" isn\'t dear'),
        ("\n\nPrint this page\n\n", "\n\nHome\n\n"),
        ("\n\nAll rights reserved.\n\n", "\n\n"),
        ("", "It stands in the sun."),
    ],
)
def test_copies_with_slips_and_other_surroundings_are_one(
    one: str, two: str, tmp_path: Path
) -> None:
    a, b = (
        Document(name, name, f"{LONG} {said} {TOLD}")
        for name, said in zip("ab", (one, two), strict=True)
    )
    b = replace(b, text=b.text + "They stand to this day.")
    assert folded(tmp_path, a, b, threshold=0.7).keys() == {"a"}


def test_indentation_is_no_white_space_apart_in_code(tmp_path: Path) -> None:
    inner = "```python\nfor i in x:\n    f(i)\n    g(i)\n```\n"
    a, b = Document("a", "A", inner), Document("b", "B", inner.replace("    g", "g"))
    assert folded(tmp_path, a, b, threshold=1) == {}
