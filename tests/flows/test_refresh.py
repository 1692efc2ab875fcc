"""A refresh of forty documents, of which some are new, changed and deleted, against a teacher."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import KEY, RunCommand, serving
from hypothesis import given
from hypothesis import strategies as st
from lakes import (
    FACT,
    GONE,
    LAKES,
    MORE,
    MOVED,
    NAMES,
    NEW,
    OPENING,
    RULES,
    YEAR,
    Lake,
    Place,
    documents_of,
    files,
    of,
)
from store_samples import content, manifest

from configs.errors import ConfigError
from configs.teachers import Budget
from flows.kept_corpus import document_changes
from flows.pipeline import build
from flows.refresh import Refreshed, refresh
from flows.refreshing.size import records_for
from store.checks import check_version
from store.publish import publish
from store.splits import split_of
from store.versions import Version


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The first version, built once."""
    root = tmp_path_factory.mktemp("lakes")
    (root / "documents").mkdir()
    (root / "log.jsonl").touch()
    log = root / "log.jsonl"
    with pytest.MonkeyPatch.context() as patch, serving(log, {"faults": {}}) as server:
        patch.setenv("TEACHER_API_KEY", KEY)
        place = Place(root, server)
        place.write(*LAKES.values())
        assert build(place.recipe()).version.manifest["status"] == "completed"
        yield place


@pytest.fixture
def place(built: Place, tmp_path: Path) -> Place:
    """A copy of it, with the same teacher."""
    shutil.copytree(built.root, tmp_path / "copy", ignore=shutil.ignore_patterns("*.lock"))
    return Place(tmp_path / "copy", built.server)


def test_only_what_changed_is_asked_and_just_what_rests_on_changed_facts_is_retired(
    place: Place,
) -> None:
    one = build(place.recipe()).version
    before = one.table("data").sort("id")
    place.change()
    mark = len(place.server.bodies())
    made = refresh(place.recipe())
    two, changes = made.version, made.changes
    assert made.is_new and two.manifest["parent"] == one.name
    assert [*changes.new] == of(*NEW) and [*changes.deleted] == of(*GONE)
    assert [*changes.changed] == of(FACT, YEAR, MOVED, MORE)

    asked = place.asked_since(mark)
    assert changes.requests == len(asked) == two.manifest["refresh"]["requests"] > 0
    touched = {FACT, YEAR, MOVED, MORE, *NEW}
    named = {name for name in [*NAMES, *NEW] if any(f"Lake {name}" in text for text in asked)}
    assert named <= touched and {FACT, YEAR, *NEW} <= named

    texts = {of(name)[0]: place.file(name).read_text() for name in NAMES if name not in GONE}
    rows = [
        (row["id"], row["sources"][0]["document_id"], row["quotes"]) for row in before.to_dicts()
    ]
    resting = {id_ for id_, document, _ in rows if document in of(*NAMES[:6])}
    lost = {i for i, document, said in rows if any(q not in texts.get(document, "") for q in said)}
    assert {*changes.retired} == lost and {*changes.kept} == resting - lost
    assert len(changes.kept) >= 3 and len(lost) >= 3

    after = two.table("data").sort("id")
    stayed = after.join(before.select("id"), on="id", how="semi")
    untouched = before.filter(~pl.col("id").is_in(resting))
    assert after.filter(pl.col("id").is_in(untouched["id"].implode())).equals(untouched)
    assert {*stayed["id"]} == {*before["id"]} - lost
    came = after.join(before.select("id"), on="id", how="anti")
    assert {*documents_of(came)} <= {*of(*touched)}
    assert 0 < len(came) <= two.manifest["refresh"]["wanted"]
    assert not [*check_version(two)], "every id that a table names is there"


def test_a_kept_record_points_to_where_its_text_stands_now(place: Place) -> None:
    before = build(place.recipe()).version.table("data")
    place.write(replace(LAKES[MOVED], opening=OPENING))
    two = refresh(place.recipe()).version
    old, new = (
        rows.filter(pl.col("quotes").list.join(" ").str.contains(f"Lake {MOVED} ", literal=True))
        for rows in (before, two.table("data").join(before.select("id"), on="id", how="semi"))
    )
    assert len(old) == len(new) > 0
    text = place.file(MOVED).read_text().partition("---\n")[2].partition("---\n")[2]
    for was, row in zip(old.sort("id").to_dicts(), new.sort("id").to_dicts(), strict=True):
        (source,), (first,) = row["sources"], was["sources"]
        assert source["sha256"] == first["sha256"] and source["start"] != first["start"]
        assert row["split"] == was["split"] and row["quotes"][0] in text
    said = two.table("verdicts").filter(pl.col("record_id").is_in(new["id"].implode()))
    details = said.filter(pl.col("stage") == "refresh")["detail"]
    assert details.unique().to_list() == [f"{of(MOVED)[0]} changed, and still supports it"]


def test_where_nothing_changed_nothing_is_asked_and_no_version_is_made(place: Place) -> None:
    one = build(place.recipe()).version
    mark = len(place.server.bodies())
    assert refresh(place.recipe()).version.path == one.path
    place.change()
    two = refresh(place.recipe())
    between = len(place.server.bodies())
    again = refresh(place.recipe())
    assert (again.version.path, again.is_new) == (two.version.path, False)
    assert not again.changes.documents
    assert len(place.server.bodies()) == between > mark


def test_a_refresh_of_a_refresh_accumulates(place: Place) -> None:
    place.change()
    two = refresh(place.recipe()).version
    mark, name = len(place.server.bodies()), NAMES[20]
    place.write(replace(LAKES[name], year=1811))
    made = refresh(place.recipe())
    three, changes = made.version, made.changes
    assert [*changes.changed] == of(name)
    asked = place.asked_since(mark)
    assert asked and all(f"Lake {name}" in text for text in asked)
    before, after = two.table("data"), three.table("data")
    stayed = before.filter(~pl.col("id").is_in(changes.verified_again))
    assert after.join(stayed.select("id"), on="id", how="semi").sort("id").equals(stayed.sort("id"))
    assert three.manifest["parent"] == three.manifest["refresh"]["from"] == two.name
    assert after["id"].is_unique().all() and not [*check_version(three)]


@pytest.fixture(scope="module")
def whole(built: Place, tmp_path_factory: pytest.TempPathFactory) -> Refreshed:
    """What a refresh comes to that nobody disturbs."""
    root = tmp_path_factory.mktemp("whole") / "copy"
    shutil.copytree(built.root, root, ignore=shutil.ignore_patterns("*.lock"))
    place = Place(root, built.server)
    place.change()
    return refresh(place.recipe())


def calls_of(made: Refreshed) -> int:
    assert made.changes.requests > 0
    return made.changes.requests


def test_a_refresh_that_its_budget_ends_goes_on_where_it_was(
    place: Place, whole: Refreshed
) -> None:
    calls = calls_of(whole)
    place.change()
    mark = len(place.server.bodies())
    half = refresh(place.recipe().within(Budget(max_requests=calls // 2))).version
    assert half.manifest["recipe"]["budget"]["max_requests"] is None, "it bound one run"
    assert half.manifest["status"] == "partial" and "not all that changed" in half.manifest["note"]
    made = refresh(place.recipe())
    sent = place.server.bodies()[mark:]
    assert len(sent) == len(set(sent)) == calls, "nothing was paid twice"
    assert made.version.manifest["status"] == "completed"
    assert files(made.version) == files(whole.version)


@pytest.mark.parametrize("dies_after", ["retire or keep", "generate 0-10", "publish"])
def test_a_refresh_that_is_killed_ends_in_the_same_version(
    place: Place, whole: Refreshed, dies_after: str
) -> None:
    place.change()
    mark = len(place.server.bodies())

    def dying(function: Callable[..., Any], *args: Any, label: str) -> Any:
        found = function(*args)
        if label == dies_after:
            raise KeyboardInterrupt
        return found

    with pytest.raises(KeyboardInterrupt):
        refresh(place.recipe(), dying)
    made = refresh(place.recipe())
    sent = place.server.bodies()[mark:]
    assert len(sent) == len(set(sent)) == calls_of(whole)
    assert files(made.version) == files(whole.version)
    assert made.version.number == whole.version.number == 2


def test_any_machine_can_refresh(place: Place, whole: Refreshed) -> None:
    one = build(place.recipe()).version
    shutil.rmtree(place.root / "out" / ".stillhouse")
    place.change()
    made = refresh(place.recipe())
    assert calls_of(made) == calls_of(whole)
    assert files(made.version) == files(whole.version)
    shutil.rmtree(place.root / "out" / ".stillhouse")
    found = document_changes(one, made.version)
    assert found is not None
    assert found.new == made.changes.new and found.gone == made.changes.deleted
    assert found.changed == made.changes.changed


def test_another_title_or_date_asks_nothing_and_verifies_again(place: Place) -> None:
    path = place.file(MORE)
    text = path.read_text().replace("title: Lake", "title: The Lake").replace("2024-05", "2023-05")
    path.write_text(text, encoding="utf-8")
    mark = len(place.server.bodies())
    made = refresh(place.recipe())
    assert made.is_new and [*made.changes.changed] == of(MORE)
    assert made.changes.kept and not made.changes.retired
    assert len(place.server.bodies()) == mark
    rows = made.version.table("data").filter(pl.col("id").is_in(made.changes.kept))
    titles = {source["title"] for sources in rows["sources"].to_list() for source in sources}
    assert titles == {f"The Lake {MORE}"}


def test_documents_that_are_only_gone_cost_nothing(place: Place) -> None:
    for name in GONE:
        place.file(name).unlink()
    mark = len(place.server.bodies())
    made = refresh(place.recipe())
    assert made.changes.retired and not made.changes.kept
    assert len(place.server.bodies()) == mark
    lost = made.version.table("rejected")
    assert {*lost["reason"]} == {"document_deleted"} and {*lost["stage"]} == {"refresh"}


def test_without_grounding_records_go_with_the_text_they_were_written_from(place: Place) -> None:
    blind = {"verifiers": {"grounding": None}, "name": "blind", "target": 40, "shard_size": 60}
    one = build(place.recipe(teachers=RULES, **blind)).version
    place.change()
    place.write(*(Lake(name, 888, 1777, more=" Few go there.") for name in (FACT, YEAR)))
    made = refresh(place.recipe(teachers=RULES, **blind))
    assert {*made.changes.retired} < {*one.table("data")["id"]}
    lost = made.version.table("rejected").filter(pl.col("stage") == "refresh")
    assert {*lost["reason"]} == {"document_deleted", "evidence_changed"}


def test_no_new_record_says_what_a_standing_one_of_another_split_says(place: Place) -> None:
    given: dict[str, Any] = {
        **{"name": "apart", "teachers": RULES, "target": 16, "max_candidates": 40},
        **{"methods": [{"styles": {"cloze": 1}}], "shard_size": 40},
        "filters": {"exact": None, "near": None, "semantic": None},
        "splits": {"train": 0.6, "validation": 0.0, "test": 0.4},
    }
    for name in NAMES[8:]:
        place.file(name).unlink()
    recipe = place.recipe(**given)
    one = build(recipe).version
    words = " ".join(f"The {word} is nearby too." for word in ("harbour", "village", "museum"))
    for name in NAMES[:8]:
        ids = (f"{name.lower()}-{number}.md" for number in range(99))
        here = split_of(of(name)[0], recipe.splits, recipe.seed)
        other = next(id_ for id_ in ids if split_of(id_, recipe.splits, recipe.seed) != here)
        text = LAKES[name].text.replace("2024", "2023").replace("## Ice", f"{words}\n\n## Ice")
        (place.root / "documents" / other).write_text(text, encoding="utf-8")
    two = refresh(recipe).version
    lost = two.table("rejected").filter(pl.col("reason") == "leaks_into_test")
    stood = {*one.table("data")["id"]}
    assert len(lost) >= 4 and {*lost["stage"]} == {"refresh"} and not {*lost["id"]} & stood
    assert {*lost["witness"]} <= stood <= {*two.table("data")["id"]}
    assert any(lost["detail"].str.ends_with("to a standing record of split train"))


@given(st.integers(1, 1_000), st.floats(0.01, 20), st.integers(0, 5_000), st.integers(0, 5_000))
def test_records_make_up_the_density_and_are_never_none(
    passages: int, density: float, stay: int, more: int
) -> None:
    wanted = records_for(passages, density, stay)
    assert 1 <= wanted <= math.ceil(density * passages)
    assert wanted >= min(1, density) * passages - 1e-6
    assert records_for(passages, density, stay + more) <= wanted


def test_an_older_version_says_that_a_build_is_needed(place: Place) -> None:
    publish(place.root / "out", "old", content(), manifest())
    with pytest.raises(ConfigError, match="old-v1 does not say which documents it was made from"):
        refresh(place.recipe(name="old"))


def test_without_a_version_one_is_built(place: Place) -> None:
    made = refresh(place.recipe(name="first", teachers=RULES, target=20, max_candidates=40))
    assert made.is_new and made.version.number == 1 and made.changes.requests == 0
    assert [*made.changes.new] == of(*NAMES)


def test_the_commands_know_a_refreshed_version(place: Place, stillhouse: RunCommand) -> None:
    place.change()
    recipe = place.recipe()
    said = stillhouse("refresh", place.root / "recipe.yaml")
    assert said.code == 0 and "Calls sent for what changed: 10." in said.out, said.err
    assert "refreshed from lakes-v1: documents 2 new, 4 changed, 2 deleted" in said.out
    again = stillhouse("refresh", place.root / "recipe.yaml")
    assert again.code == 0 and again.out.startswith("Nothing changed in the corpus")
    version = Version(place.root / "out" / "lakes" / "lakes-v2")
    lost = version.table("rejected").filter(pl.col("stage") == "refresh")
    kept = version.table("verdicts").filter(stage="refresh", decision="keep")["record_id"]
    out = ("--output", recipe.output)
    for words in (
        ("versions", "lakes"),
        ("show", "lakes", "--dropped"),
        ("show", "lakes", lost["id"][0]),
        ("explain", kept[0], "lakes"),
        ("lineage", kept[0], "lakes"),
        ("diff", "lakes@1", "lakes@2"),
        ("verify", "lakes@2"),
        ("fsck",),
    ):
        said = stillhouse(*words, *out)
        assert said.code == (words[0] == "diff"), (words, said.out, said.err)
    assert "document_deleted" in stillhouse("show", "lakes", "--dropped", *out).out


def test_refreshes_of_a_partial_version_add_up(place: Place) -> None:
    few = {"teachers": RULES, "target": 2_000, "max_candidates": 2_000, "name": "few"}
    first = build(place.recipe(**few)).version
    assert first.manifest["status"] == "partial"
    made = [first]
    for number, name in enumerate(NEW):
        place.write(Lake(name, 900 + number, 1800 + number))
        refreshed = refresh(place.recipe(**few))
        assert refreshed.is_new and refreshed.version.manifest["parent"] == made[-1].name
        assert refreshed.version.manifest["refresh"]["from"] == made[-1].name
        assert [*refreshed.changes.new] == [f"{name.lower()}.md"]
        again = refresh(place.recipe(**few))
        assert not again.is_new and not again.changes.documents
        made.append(refreshed.version)
    assert made[-1].manifest["note"] == made[1].manifest["note"] != ""
