"""A person and a document are forgotten: in the journal, in shards, in files, in versions."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path

import pytest
from conftest import RecipeFile, RunCommand, StartServer
from hypothesis import given
from hypothesis import strategies as st

from configs.errors import ConfigError
from store.holds import Wanted
from store.journal import Journal
from store.retention import older
from store.versions import list_versions

PERSON = "Jörg Q. Doe-Example"


def tree(folder: Path) -> dict[str, str]:
    """Hash of every file but locks and databases that are only opened."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "journal" not in path.name and path.suffix != ".lock"
    }


def held_in(folder: Path, text: str) -> list[str]:
    """Files that hold a text, tables by their rows, databases by their raw bytes."""
    wanted = Wanted((text,))
    found = []
    for path in folder.rglob("*"):
        raw = path.is_file() and "sqlite" in path.name
        raw_holds = raw and text.casefold() in path.read_bytes().decode(errors="replace").casefold()
        if path.is_file() and (raw_holds or (not raw and wanted.in_file(path))):
            found.append(path.relative_to(folder).as_posix())
    return found


def test_a_person_is_forgotten(
    documents: Path,
    recipe_file: RecipeFile,
    start_server: StartServer,
    stillhouse: RunCommand,
    tmp_path: Path,
) -> None:
    secret = documents / "harbour.md"
    secret.write_text(
        f"# Harbour of Lisse\n\nThe harbour master of Lisse is {PERSON}, who took office in 1987. "
        f"The harbour has 14 cranes. In 1990 {PERSON} opened the eastern quay of 300 metres.\n"
    )
    root = tmp_path / "outputs"
    at = ("--output", root)
    recipe = recipe_file(start_server().url, target=20)
    assert stillhouse("build", recipe, *at).code in (0, 7)
    note = root / "rivers" / "exports" / "note.json"
    note.parent.mkdir()
    note.write_text(json.dumps({"who": PERSON.replace(" ", "\n", 1)}))  # escaped, as JSON is
    mine = root / "my-own-notes.md"
    mine.write_text(f"Ask {PERSON}.")
    assert stillhouse("tag", "rivers@1", "asked", "--note", f"for {PERSON}", *at).code == 0
    assert held_in(root / ".stillhouse", PERSON)

    before = tree(root)
    shown = stillhouse("scrub", "--text", f"  {PERSON.upper()} ".replace(" ", "  "), *at)
    assert shown.code == 1
    assert "rivers-v1" in shown.out and "add --yes" in shown.out
    assert tree(root) == before

    done = stillhouse("scrub", "--text", PERSON, "--yes", *at)
    assert done.code == 1, "a version still holds it"
    assert held_in(root / ".stillhouse", PERSON) == []
    assert held_in(root / "rivers" / "exports", PERSON) == []
    assert mine.exists(), "what is no work of ours stays"
    assert "tags/asked.json holds it; that file is not deleted" in done.out
    assert stillhouse("untag", "rivers", "asked", *at).code == 0
    mine.unlink()
    assert [version.number for version in list_versions(root, "rivers")] == [1]

    secret.unlink()
    again = stillhouse("build", recipe, *at)
    assert again.code in (0, 7), again.err
    rest = stillhouse(
        "scrub", "--text", PERSON, "--yes", "--withdraw", "--reason", "a person asked", *at
    )
    assert rest.code == 0, rest.out
    assert [version.number for version in list_versions(root, "rivers")] == [2]
    assert held_in(root, PERSON) == []
    assert stillhouse("scrub", "--text", PERSON, *at).code == 0


def test_a_document_is_forgotten_with_what_was_asked_about_it(
    documents: Path,
    recipe_file: RecipeFile,
    start_server: StartServer,
    stillhouse: RunCommand,
    tmp_path: Path,
) -> None:
    root = tmp_path / "outputs"
    at = ("--output", root)
    assert stillhouse("build", recipe_file(start_server().url), *at).code in (0, 7)
    version = list_versions(root, "rivers")[0]
    rows = version.table("data")
    document = rows["sources"][0][0]["document_id"]
    resting = {
        key
        for row in rows.to_dicts()
        for key in row["request_keys"]
        if row["sources"][0]["document_id"] == document
    }
    others = {key for row in rows.to_dicts() for key in row["request_keys"]} - resting
    assert resting and others
    done = stillhouse("scrub", "--document", document, "--yes", *at)
    assert done.code == 1
    journal = Journal(root / ".stillhouse" / "journal.sqlite")
    try:
        assert journal.requests(resting) == []
        assert {row["key"] for row in journal.requests(others)} == others
    finally:
        journal.close()


def test_what_is_old_is_pruned_and_the_ledger_stays(
    recipe_file: RecipeFile, start_server: StartServer, stillhouse: RunCommand, tmp_path: Path
) -> None:
    root = tmp_path / "outputs"
    at = ("--output", root)
    assert stillhouse("build", recipe_file(start_server().url), *at).code in (0, 7)
    assert "0" in stillhouse("prune", "--older-than", "1", "--yes", *at).out
    journal = Journal(root / ".stillhouse" / "journal.sqlite")
    try:
        assert older(journal, "2020-01-01T00:00:00.000+00:00").replies == 0
        every = older(journal, "2999-01-01T00:00:00.000+00:00")
    finally:
        journal.close()
    assert every.replies > 0
    assert every.attempts >= every.replies


@given(
    st.text(alphabet="aäÖßé ñZ-.", min_size=3).filter(lambda text: len("".join(text.split())) >= 3),
    st.sampled_from(["NFC", "NFD"]),
    st.sampled_from([" ", "  ", "\n", "\u00a0"]),
)
def test_a_text_is_found_in_any_form(text: str, form: str, space: str) -> None:
    wanted = Wanted((text,))
    written = unicodedata.normalize(form, f"before {space.join(text.split())} after")  # type: ignore[arg-type]
    assert wanted.in_text(written)
    assert wanted.in_text(written.upper().lower()) or "ß" in text
    assert not wanted.in_text("nobody")


def test_escapes_and_broken_tables_hide_nothing(tmp_path: Path) -> None:
    wanted = Wanted(("Jörg Doe",))
    assert wanted.in_json('{"answer": "J\\u00f6rg Doe"}')
    assert wanted.in_bytes(b'{"answer": "J\\u00f6rg\\nDoe"}')
    (tmp_path / "x.parquet").write_bytes(b"broken")
    assert wanted.in_file(tmp_path / "x.parquet")


def test_ids_are_no_part_of_other_ids() -> None:
    wanted = Wanted((), ("docs/a.md",))
    assert wanted.in_text("docs/a.md") and wanted.in_text("docs/a.md#3")
    assert wanted.in_text('{"id": "docs/a.md"}')
    assert not wanted.in_text("docs/a.md2") and not wanted.in_text("other-docs/a.md")


@pytest.mark.parametrize(
    "wrong",
    [Wanted, lambda: Wanted(("a ",)), lambda: Wanted((), ("",)), lambda: Wanted(("Jane",), (" ",))],
)
def test_what_would_delete_everything_is_refused(wrong: object) -> None:
    with pytest.raises(ConfigError):
        wrong()  # type: ignore[operator]
