"""Versions that wait for approval: not the latest, found again by a rerun, released or rejected."""

from __future__ import annotations

from pathlib import Path

from conftest import RecipeFile, RunCommand

from store.approval import awaits_approval, was_rejected
from store.versions import find_version, latest


def test_a_version_waits_until_it_is_released(
    recipe_file: RecipeFile, stillhouse: RunCommand, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    path = recipe_file(approval=True)
    said = stillhouse("build", path, "--output", out)
    assert said.code == 10 and "Approval: it is not the latest version" in said.out
    assert latest(out, "rivers") is None
    version = find_version(out, "rivers@1")
    assert awaits_approval(version)
    assert "awaits approval" in stillhouse("versions", "rivers", "--output", out).out
    assert stillhouse("build", path, "--output", out).code == 10
    assert not (out / "rivers" / "rivers-v2").exists(), "a rerun makes no other version"
    reason = ("--reason", "I read it", "--output", out)
    assert stillhouse("release", "rivers@1", *reason).code == 0
    assert not awaits_approval(version) and latest(out, "rivers") == version
    assert stillhouse("build", path, "--output", out).code == 0


def test_what_was_rejected_stays_so_until_it_is_released(
    recipe_file: RecipeFile, stillhouse: RunCommand, tmp_path: Path
) -> None:
    from store.approval import reject
    from store.publish import release

    out = tmp_path / "out"
    stillhouse("build", recipe_file(approval=True), "--output", out)
    version = find_version(out, "rivers@1")
    reject(version, "too easy")
    said = stillhouse("build", recipe_file(), "--output", out)
    assert said.code == 10 and "too easy" in said.out and was_rejected(version)
    release(version, "easy is what we want")
    assert not was_rejected(version) and latest(out, "rivers") == version


def test_a_run_that_does_not_ask_releases_nothing_that_waits(
    recipe_file: RecipeFile, stillhouse: RunCommand, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert stillhouse("build", recipe_file(approval=True), "--output", out).code == 10
    assert stillhouse("build", recipe_file(), "--output", out).code == 10
    assert latest(out, "rivers") is None and awaits_approval(find_version(out, "rivers@1"))
