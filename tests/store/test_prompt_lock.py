"""Published prompts never change."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_prompts import written

import filters.prompts
import generators.prompts
import verifiers.prompts
from configs.errors import ConfigError, StoreCorrupt
from store.prompt_lock import LOCK, faults, lock, locked, next_version
from store.prompts import prompt_names, read_prompt

ROOMS = (generators.prompts, filters.prompts, verifiers.prompts)


@pytest.mark.parametrize("folder", [room.FOLDER for room in ROOMS], ids=lambda p: p.parent.name)
def test_our_prompts_are_as_they_were_published(folder: Path) -> None:
    assert faults(folder) == []
    assert list(locked(folder)) == prompt_names(folder), "stillhouse prompts --lock adds new ones"
    assert all(read_prompt(folder, name).sha256 == sha for name, sha in locked(folder).items())


def test_lock_adds_and_never_changes(tmp_path: Path) -> None:
    written(tmp_path)
    assert lock(tmp_path) == ["made/ask@1.2.0"] and lock(tmp_path) == []
    first = (tmp_path / LOCK).read_text()
    written(tmp_path, name="made/ask@1.1.9", version="1.1.9")
    assert lock(tmp_path) == ["made/ask@1.1.9"]
    lines = (tmp_path / LOCK).read_text().splitlines(keepends=True)
    assert lines == sorted(lines) and first in lines

    (tmp_path / "made/ask@1.2.0.md").write_text("something else")
    (tmp_path / "made/ask@1.1.9.md").unlink()
    written(tmp_path, name="made/new@1.0.0", id="made/new", version="1.0.0")
    with pytest.raises(StoreCorrupt, match=r"ask@1\.1\.9 was published and is gone: put it back"):
        lock(tmp_path)
    assert (tmp_path / LOCK).read_text().splitlines(keepends=True) == lines


def test_the_next_version_is_free(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path, name="made/ask@1.2.2", version="1.2.2")
    lock(tmp_path)
    (tmp_path / "made/ask@1.2.2.md").unlink()
    assert next_version(tmp_path, "made/ask@1.2.0") == "made/ask@1.2.1"
    assert next_version(tmp_path, "made/ask@1.2.1") == "made/ask@1.2.3", "it was published once"
    written(tmp_path, reason="Edited.")
    assert (
        "made/ask@1.2.0 was published and has changed: put it back and save the change as "
        "made/ask@1.2.1" in faults(tmp_path)
    )


def test_what_is_not_fit_is_not_locked(tmp_path: Path) -> None:
    written(tmp_path, variables="[]")
    with pytest.raises(ConfigError, match="used and not declared: text"):
        lock(tmp_path)
    assert not (tmp_path / LOCK).exists()


@pytest.mark.parametrize("line", ["<<<<<<< HEAD", f"a/b@1.0.0 {'0' * 63}", f"a/b {'0' * 64}"])
def test_a_damaged_lock_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / LOCK).write_text(f"a/a@1.0.0 {'0' * 64}\n{line}\n")
    with pytest.raises(StoreCorrupt, match=rf"{LOCK}:2: this line is no `id@version sha256`"):
        locked(tmp_path)
    (tmp_path / LOCK).write_text(f"a/a@1.0.0 {'0' * 64}\n" * 2)
    with pytest.raises(StoreCorrupt, match=rf"{LOCK}:2: this line names a prompt again"):
        locked(tmp_path)
