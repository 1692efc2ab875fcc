"""Refreshes of datasets that ask more than one model, and of those in object storage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Server, StartServer
from lakes import FACT, LAKES, MORE, MOVED, NEW, YEAR, Place, files

from flows.pipeline import build
from flows.refresh import refresh
from store.checks import check_version

TOUCHED = {FACT, YEAR, MOVED, MORE, *NEW}


@pytest.fixture
def place(tmp_path: Path, start_server: StartServer) -> Place:
    (tmp_path / "documents").mkdir()
    place = Place(tmp_path, start_server())
    place.write(*LAKES.values())
    return place


def teacher(name: str, server: Server, **more: Any) -> dict[str, Any]:
    at = {"base_url": server.url, "api_key_env": "TEACHER_API_KEY", "model": "tiny-teacher"}
    return {"name": name, **at, **more}


def test_judges_and_tiers_hear_of_nothing_that_did_not_change(
    place: Place, start_server: StartServer
) -> None:
    strong, judge = start_server(), start_server()
    fields: dict[str, Any] = {
        "teachers": [
            teacher("small", place.server, tier=1),
            teacher("big", strong, tier=2),
            teacher("judge", judge, model="qwen3-judge"),
        ],
        "routing": {"enabled": True, "tolerance": 0.5},
        "filters": {"judge": {"teacher": "judge"}},
        "verifiers": {
            "grounding": {
                "claims": {"teacher": "judge"},
                "entailment": {"kind": "judge", "teacher": "judge"},
            }
        },
    }
    one = build(place.recipe(**fields)).version
    marks = [len(server.bodies()) for server in (place.server, strong, judge)]
    assert all(marks)
    place.change()
    made = refresh(place.recipe(**fields))
    assert made.version.manifest["parent"] == one.name
    assert made.changes.retired and made.changes.kept
    servers = (place.server, strong, judge)
    texts = [text for each in zip(marks, servers, strict=True) for text in place.asked_since(*each)]
    for text in texts:
        assert any(f"Lake {name}" in text for name in TOUCHED), text
    assert len(strong.bodies()) > marks[1] and len(judge.bodies()) > marks[2]
    assert made.changes.requests == len(texts)
    assert not [*check_version(made.version)]
    again = refresh(place.recipe(**fields))
    assert not again.is_new and again.changes.requests == 0


def test_in_object_storage_it_comes_to_the_same(
    place: Place, object_store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLHOUSE_WORK", str(place.root / "work"))
    there = {"output": f"{object_store}/refreshed"}
    for where in ({}, there):
        build(place.recipe(**where))
    place.change()
    here, away = refresh(place.recipe()), refresh(place.recipe(**there))
    assert str(away.version.path).startswith(f"{object_store}/refreshed/lakes/lakes-v2")
    assert files(away.version) == files(here.version)
    assert away.changes.retired == here.changes.retired
    assert not refresh(place.recipe(**there)).is_new
