"""Sending a version to a hub of our own, and what is refused before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import RunCommand
from hub_server import GOOD, Hub, hub
from store_samples import content, manifest, released

from store.formats.export import export_version
from store.formats.wanted import Wanted
from store.publish import publish


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_TOKEN", GOOD)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        yield running


def test_a_dry_run_lists_what_a_push_then_sends(
    tmp_path: Path, stillhouse: RunCommand, served: Hub
) -> None:
    first = released(tmp_path)
    said = stillhouse("push", "small@1", "me/rivers", "--dry-run", "-o", tmp_path)
    names = {p.relative_to(first.path).as_posix() for p in first.path.rglob("*") if p.is_file()}
    assert said.code == 0 and all(f" {name} " in said.out for name in names)
    assert (
        "would go to me/rivers, tag small-v1" in said.out and "passages of your corpus" in said.out
    )
    assert served.asked == []

    served.files["notes.md"] = b"mine"
    said = stillhouse("push", "small@1", "me/rivers", "-o", tmp_path)
    assert said.code == 0 and f"Sent: {served.url}/datasets/me/rivers/commit/1" in said.out
    assert {n: d for n, d in served.files.items() if n != "notes.md"} == {
        name: (first.path / name).read_bytes() for name in names
    }
    assert served.made[0]["visibility"] == "private" and served.made[0]["type"] == "dataset"
    assert served.tags == ["small-v1"] and served.commits == ["small-v1"]

    # An export takes its place: older files go, what others put there stays.
    folder = tmp_path / "exported"
    export_version(first, Wanted("messages", "jsonl"), folder)
    said = stillhouse("push", "small", "me/rivers", "--export", folder, "-o", tmp_path)
    assert said.code == 0, said.err
    assert served.files == {
        "notes.md": b"mine",
        **{path.name: path.read_bytes() for path in folder.iterdir()},
    }
    assert GOOD not in said.out + said.err


def test_a_refusal_is_told_without_the_token(
    tmp_path: Path, stillhouse: RunCommand, served: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    released(tmp_path)
    for token, why in (("hf_wrong", "401"), ("", "HF_TOKEN is not set")):
        monkeypatch.setenv("HF_TOKEN", token)
        said = stillhouse("push", "small", "me/rivers", "-o", tmp_path)
        assert said.code == 2 and why in said.err and "hf_wrong" not in said.out + said.err
    assert not served.files
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_TOKEN", GOOD)
    said = stillhouse("push", "small", "me/rivers", "-o", tmp_path)
    assert said.code == 2 and "offline mode is enabled" in said.err


def test_what_is_not_sound_or_not_of_this_version_stays_here(
    tmp_path: Path, stillhouse: RunCommand
) -> None:
    first, folder = released(tmp_path), tmp_path / "exported"
    export_version(first, Wanted("text"), folder)
    released(tmp_path, say="other")
    dry = ["-o", tmp_path, "--dry-run"]
    said = stillhouse("push", "small@2", "me/rivers", "--export", folder, *dry)
    assert said.code == 2 and "is an export of small-v1, not of small-v2" in said.err
    said = stillhouse("push", "small", "me/rivers", "--export", tmp_path, *dry)
    assert said.code == 2 and "holds no export" in said.err
    (folder / "train.parquet").write_bytes(b"x")
    said = stillhouse("push", "small@1", "me/rivers", "--export", folder, *dry)
    assert said.code == 6 and "is not what was exported" in said.err
    (first.path / "report.html").write_text("altered")
    said = stillhouse("push", "small@1", "me/rivers", *dry)
    assert said.code == 6 and "report.html: altered" in said.err
    publish(tmp_path, "small", content("third"), manifest(status="quarantined", note="It lost."))
    said = stillhouse("push", "small@3", "me/rivers", *dry)
    assert said.code == 2 and "small-v3 is quarantined: It lost." in said.err
    for name in ("rivers", "me/ri vers"):
        said = stillhouse("push", "small@2", name, *dry)
        assert said.code == 2 and repr(name) in said.err
