"""Bad input ends with a clear error, before money is spent, and leaves no half version."""

from __future__ import annotations

import errno
from pathlib import Path

import orjson
import pytest
from conftest import RecipeFile, RunCommand, Said, StartServer


def nothing_published(output: Path) -> bool:
    return not list(output.glob("*/*-v*")) and not list(output.glob("*/.tmp-*"))


def build(stillhouse: RunCommand, recipe: object, output: Path) -> Said:
    said = stillhouse("build", recipe, "--output", output)
    assert said.code != 0
    assert said.err.startswith("error: ")
    assert "Traceback" not in said.err
    assert nothing_published(output)
    return said


def test_unknown_recipe(stillhouse: RunCommand, tmp_path: Path) -> None:
    said = build(stillhouse, "no-such-recipe", tmp_path)
    assert "quickstart" in said.err


def test_unknown_field(stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path) -> None:
    path = recipe_file()
    path.write_text("name: rivers\ncorpus:\n  - path: documents\nteachers: []\ntarge: 5\n")
    said = build(stillhouse, path, tmp_path)
    assert f"{path}:5: targe: unknown field; did you mean 'target'?" in said.err
    assert "teachers" in said.err, "all problems are told at once"


def test_missing_corpus(stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path) -> None:
    said = build(stillhouse, recipe_file(corpus=[{"path": "nowhere"}]), tmp_path)
    assert "nothing at" in said.err and "nowhere" in said.err


def test_empty_corpus(
    stillhouse: RunCommand, recipe_file: RecipeFile, documents: Path, tmp_path: Path
) -> None:
    for path in documents.glob("*.md"):
        path.write_text("")
    said = build(stillhouse, recipe_file(), tmp_path)
    assert said.err.count(".md: is empty, there is no text in it") == len(
        list(documents.glob("*.md"))
    )


def test_what_is_left_out_is_told_by_the_run_and_its_version(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    documents: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (documents / "latin.md").write_bytes("# Müll\n".encode("latin-1"))
    first = sorted(documents.glob("*.md"))[0]
    (documents / "twin.md").write_text(first.read_text() + "\n")
    assert stillhouse("build", recipe_file(), "--output", tmp_path).code == 0
    told = "2 documents of the corpus were left out: latin.md: not UTF-8 (byte 3)"
    assert told in caplog.text
    (path,) = tmp_path.glob("*/*-v1/manifest.json")
    manifest = orjson.loads(path.read_bytes())
    names = dict(manifest["corpus"]["left_out"])
    assert names["twin.md"] == f"says the same as {first.name}"
    assert names["latin.md"].startswith("not UTF-8")
    assert any(note.startswith(told) for note in manifest["notes"])


def test_unreachable_endpoint(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEACHER_API_KEY", "any")
    said = build(stillhouse, recipe_file("http://127.0.0.1:9/v1"), tmp_path)
    assert "no answer from http://127.0.0.1:9/v1" in said.err


def test_wrong_key(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = start_server()
    monkeypatch.setenv("TEACHER_API_KEY", "sk-planted-wrong-key")
    said = build(stillhouse, recipe_file(server.url), tmp_path)
    assert "401" in said.err and "TEACHER_API_KEY is refused" in said.err
    assert "sk-planted-wrong-key" not in said.err
    assert server.bodies() == [], "money could have been spent"


def test_no_key(stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path) -> None:
    said = build(stillhouse, recipe_file("http://127.0.0.1:9/v1"), tmp_path)
    assert "TEACHER_API_KEY" in said.err and "export it" in said.err


@pytest.mark.parametrize("key", ["sk-planted-é", "sk-plan\nted"])
def test_a_key_that_cannot_be_sent(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
) -> None:
    monkeypatch.setenv("TEACHER_API_KEY", key)
    said = build(stillhouse, recipe_file("http://127.0.0.1:9/v1"), tmp_path)
    assert "the key in the environment variable TEACHER_API_KEY has" in said.err
    assert "plan" not in said.err


def test_a_password_in_an_address_is_not_repeated(
    stillhouse: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEACHER_BASE_URL", "http://user:planted@host/v1")
    monkeypatch.setenv("TEACHER_MODEL", "m")
    said = stillhouse("doctor", "--output", tmp_path)
    assert said.code == 1 and "planted" not in said.out + said.err
    assert "TEACHER_BASE_URL cannot be used: keys never stand in a recipe" in said.out


def test_name_with_path(stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path) -> None:
    said = build(stillhouse, recipe_file(name="../evil"), tmp_path / "out")
    assert "name" in said.err
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize("command", ["versions", "show", "verify"])
def test_spec_with_path(stillhouse: RunCommand, tmp_path: Path, command: str) -> None:
    said = stillhouse(command, "../evil", "--output", tmp_path)
    assert said.code == 2 and "no dataset name" in said.err


def test_disk_full_at_publication(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import store.version_tables

    recipe, output = recipe_file(), tmp_path / "out"

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store.version_tables, "write_parquet", full)
        said = build(stillhouse, recipe, output)
    assert "No space left on device" in said.err and "run again" in said.err
    assert stillhouse("build", recipe, "--output", output).code == 0


def test_output_not_writable(
    stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    said = stillhouse("build", recipe_file(), "--output", tmp_path / "file" / "out")
    assert said.code == 2 and "cannot write" in said.err


def test_module_that_is_not_there(
    stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path
) -> None:
    corpus = [{"reader": "python-api", "modules": ["json", "no_such_module"]}]
    said = build(stillhouse, recipe_file(corpus=corpus), tmp_path)
    assert "no_such_module" in said.err


def test_prefect_server_that_is_not_there(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://me:hunter2@127.0.0.1:9/api")
    said = build(stillhouse, recipe_file(), tmp_path)
    assert "http://(hidden)@127.0.0.1:9/api does not answer" in said.err and "unset" in said.err
    assert "hunter2" not in said.err
