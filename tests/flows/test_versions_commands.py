"""What people do with versions after a run: the same in a folder and in object storage."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import RecipeFile, RunCommand
from store_samples import released

from configs.locations import location_of
from store.versions import find_version, latest, list_versions


@pytest.fixture(params=["folder", "objects"])
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "folder":
        return str(tmp_path / "outputs")
    bucket = request.getfixturevalue("object_store")
    monkeypatch.setenv("STILLHOUSE_WORK", str(tmp_path / "work"))
    return f"{bucket}/commands"


def test_versions_are_lived_with(
    root: str, recipe_file: RecipeFile, stillhouse: RunCommand, tmp_path: Path
) -> None:
    at = ("--output", root)
    for target in (8, 12):
        built = stillhouse("build", recipe_file(target=target), *at)
        assert built.code == 0, built.err
    assert f"{root}/rivers/rivers-v2" in built.out

    assert stillhouse("tag", "rivers@1", "paper", "--note", "as printed", *at).code == 0
    assert "paper" in stillhouse("versions", "rivers", *at).out
    assert stillhouse("verify", "rivers@paper", *at).code == 0
    assert stillhouse("show", "rivers", *at).code == 0
    sound = stillhouse("fsck", *at)
    assert (sound.code, sound.out) == (0, "2 versions of 1 datasets are sound.\n")
    differ = stillhouse("diff", "rivers@1", "rivers@2", *at)
    assert differ.code == 1
    assert "rivers@2" in differ.out

    record = find_version(location_of(root), "rivers@2").table("data")
    id_, document = record["id"][0], record["sources"][0][0]["document_id"]
    assert stillhouse("explain", id_, "rivers@2", *at).code == 0
    assert document in stillhouse("lineage", id_, "rivers@2", *at).out
    assert stillhouse("lineage", "--document", document, *at).code == 0
    pages = stillhouse("catalogue", tmp_path / "pages", *at)
    assert pages.code == 0, pages.out
    assert (tmp_path / "pages" / "datasets" / "rivers" / "rivers-v2" / "report.html").exists()
    pulled = stillhouse("pull", "rivers@2", tmp_path / "pulled", *at)
    assert pulled.out == f"Version: {tmp_path / 'pulled' / 'rivers-v2'}\n"
    exported = stillhouse("export", "rivers", "--to", "messages", "--into", tmp_path / "out", *at)
    assert exported.code == 0
    assert "manifest.json" in stillhouse("push", "rivers", "me/rivers", "--dry-run", *at).out

    back = stillhouse("rollback", "rivers", "--reason", "the second is worse", *at)
    assert back.out == "rivers-v1 is now the latest version.\n"
    assert "the second is worse" in stillhouse("versions", "rivers", *at).out
    again = stillhouse("rollback", "rivers", "--reason", "further", *at)
    assert "rivers has no version before its latest one" in again.err

    shown = stillhouse("gc", "--keep", "0", *at)
    assert "rivers-v2" in shown.out and "add --yes" in shown.out
    assert len(list_versions(location_of(root), "rivers")) == 2
    assert stillhouse("gc", "--keep", "0", "--yes", *at).code == 0
    assert [version.number for version in list_versions(location_of(root), "rivers")] == [1]
    gone = stillhouse("show", "rivers@2", *at)
    assert gone.code != 0
    assert "rivers-v2 is gone since" in gone.err

    held = stillhouse("withdraw", "rivers@1", "--reason", "asked for", *at)
    assert "rivers-v1 is in use (latest, paper)" in held.err
    assert stillhouse("build", recipe_file(target=12), *at).code == 0
    first = latest(location_of(root), "rivers")
    assert first is not None
    assert (first.number, first.manifest["parent"]) == (3, "rivers-v1")
    assert stillhouse("untag", "rivers", "paper", *at).code == 0
    assert stillhouse("withdraw", "rivers@1", "--reason", "asked for", *at).code == 0
    assert stillhouse("fsck", *at).code == 0


def test_what_is_not_sound_is_listed(stillhouse: RunCommand, tmp_path: Path) -> None:
    at = ("--output", tmp_path / "outputs")
    released(tmp_path / "outputs", name="rivers")
    report = tmp_path / "outputs" / "rivers" / "rivers-v1" / "report.html"
    report.write_text(report.read_text() + " ")
    found = stillhouse("fsck", *at)
    assert found.code == 1
    assert "report.html: altered" in " ".join(found.out.split())
    lost = stillhouse("fsck", "lakes", *at)
    assert "no dataset lakes" in lost.err
    (tmp_path / "outputs" / "rivers" / "latest.json").write_text("{")
    broken = stillhouse("show", "rivers", *at)
    assert broken.code != 0
    assert "latest.json" in broken.err


@pytest.mark.parametrize("output", ["gs://x/y", "s3://KEY:SECRET@bucket"])
def test_places_that_cannot_be_used_are_told(stillhouse: RunCommand, output: str) -> None:
    said = stillhouse("versions", "rivers", "--output", output)
    assert said.code == 2
    assert "SECRET" not in said.err + said.out
