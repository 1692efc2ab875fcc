"""`stillhouse prompts`: what there is, what is published, and what was tampered with."""

from __future__ import annotations

from pathlib import Path

from conftest import RunCommand
from made_prompts import written

from flows.views.prompts import FOLDERS
from store.prompt_lock import LOCK, locked
from store.prompts import read_prompt


def test_our_prompts_are_listed(stillhouse: RunCommand) -> None:
    said = stillhouse("prompts")
    assert said.code == 0, said.err
    for folder in FOLDERS:
        for name, sha in locked(folder).items():
            (line,) = (line for line in said.out.splitlines() if f" {name} " in line)
            assert sha[:8] in line and line.rstrip("│ ").endswith("yes")
            assert read_prompt(folder, name).front.reason.split()[0] in line


def test_new_prompts_are_locked_once_and_for_all(stillhouse: RunCommand, tmp_path: Path) -> None:
    written(tmp_path)
    said = stillhouse("prompts", tmp_path)
    assert said.code == 0 and not (tmp_path / LOCK).exists()
    assert "made/ask@1.2.0" in said.out and "yes" not in said.out
    said = stillhouse("prompts", tmp_path, "--lock")
    assert "made/ask@1.2.0 is published now." in said.out and "yes" in said.out
    known = locked(tmp_path)

    written(tmp_path, reason="Edited.")
    for option in ((), ("--lock",)):
        said = stillhouse("prompts", tmp_path, *option)
        assert said.code == 6
        assert said.err == (
            "error: made/ask@1.2.0 was published and has changed: put it back and save the change "
            "as made/ask@1.2.1\n"
        )
    (tmp_path / "made/ask@1.2.0.md").unlink()
    said = stillhouse("prompts", tmp_path)
    assert said.code == 6 and "made/ask@1.2.0 was published and is gone: put it back" in said.err
    assert locked(tmp_path) == known


def test_what_is_wrong_is_told(stillhouse: RunCommand, tmp_path: Path) -> None:
    said = stillhouse("prompts", tmp_path / "nowhere")
    assert said.code == 2 and "no folder" in said.err
    written(tmp_path, variables="[text, title]")
    said = stillhouse("prompts", tmp_path)
    assert said.code == 2 and "variables: declared and not used: title" in said.err
