"""Thresholds tried over what was built, and moved later without paying or embedding again."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from conftest import RecipeFile, RunCommand, StartServer

import store.embedding
from configs.load import load_recipe
from flows.pipeline import build
from flows.sweep import THRESHOLDS, sweep
from store.versions import Version


def test_thresholds_move_without_requests_or_embeddings(
    recipe_file: RecipeFile,
    start_server: StartServer,
    stillhouse: RunCommand,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, out = start_server({"repeats": True}), tmp_path / "out"
    # Fewer candidates are asked for at the other threshold, so other canaries would be planted.
    size: dict[str, Any] = {"target": 5, "probes": {"canaries": None}}
    loose = {"near": {"threshold": 0.4}, "semantic": {"threshold": 0.8}}
    first = build(
        load_recipe(str(recipe_file(server.url, **size, filters=loose)), output=out)
    ).version
    sent = len(server.bodies())
    assert sent

    def fail(_settings: object) -> None:
        raise AssertionError("the model was asked for")

    monkeypatch.setattr(store.embedding, "load", fail)
    monkeypatch.setattr(store.embedding, "_caches", {})
    strict = {"near": {"threshold": 0.97}, "semantic": {"threshold": 0.99}}
    path = recipe_file(server.url, **size, filters=strict)
    swept = stillhouse("sweep", path, "--output", out)
    assert swept.code == 0, swept.err
    second = build(load_recipe(str(path), output=out))
    assert len(server.bodies()) == sent, "neither sweep nor build may send anything"
    assert second.is_new and second.version.number == first.number + 1
    kept = {v.name: _kept(v, "semantic") for v in (first, second.version)}
    assert kept[second.version.name] > kept[first.name]
    expected = {
        level.threshold: level.kept for level in sweep(str(path), out, (0.9,), 0).stages[1].levels
    }
    assert expected[0.99] == kept[second.version.name]


def _kept(version: Version, stage: str) -> int:
    return next(step["kept"] for step in version.manifest["funnel"] if step["stage"] == stage)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Version:
    """A version of documents that say almost the same."""
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "documents").mkdir()
    for number, name in enumerate(("Alder", "Birch", "Cedar", "Elm")):
        (folder / "documents" / f"{name}.md").write_text(
            f"# {name} River\n\nThe {name} River is {300 + number} km long and flows into the Grey "
            f"Lake. The {name} River was first surveyed in {1960 + number} by the Office.\n\n"
            f"- **Length:** {300 + number} km\n- **Mouth:** Grey Lake\n",
            encoding="utf-8",
        )
    recipe = folder / "recipe.yaml"
    data = {
        "name": "rivers",
        "target": 12,
        "shard_size": 10,
        "corpus": [{"path": str(folder / "documents")}],
        "teachers": [{"name": "templates", "kind": "grounded-templates"}],
        "methods": [{"styles": {"question_answer": 3, "cloze": 1, "true_false": 1}}],
    }
    recipe.write_text(json.dumps(data), encoding="utf-8")
    return build(load_recipe(str(recipe), output=folder / "out")).version


def test_the_sweep_agrees_with_the_funnel_and_is_in_the_report(built: Version) -> None:
    stages = built.manifest["sweep"]["stages"]
    assert [swept["stage"] for swept in stages] == ["near", "semantic"]
    for swept in stages:
        current = [level for level in swept["levels"] if level["current"]]
        assert [level["kept"] for level in current] == [_kept(built, swept["stage"])]
        assert len(swept["levels"]) == len(THRESHOLDS) + 1
    report = (built.path / "report.html").read_text(encoding="utf-8")
    section = report.partition("<h3>Thresholds</h3>")[2].partition("<h3>")[0]
    assert "0.60 (recipe)" in section and "0.96 (recipe)" in section and "0.95" in section


def test_a_version_is_swept(built: Version, stillhouse: RunCommand) -> None:
    root = built.path.parent.parent
    said = stillhouse("sweep", "rivers@1", "-o", root, "--thresholds", "0.5,0.7", "-n", "2")
    assert said.code == 0, said.err
    assert "0.60 *" in said.out and "0.96 *" in said.out and "0.70" in said.out
    page = root / ".stillhouse" / "sweeps" / "rivers.html"
    assert f"Page: {page}" in said.out
    text = page.read_text(encoding="utf-8")
    assert "0.60 (recipe)" in text and "<svg" in text and "<mark>" in text
    assert "polyline" in text and "prefers-color-scheme: dark" in text
    assert _Links.of(text) == []
    again = stillhouse("sweep", "rivers", "-o", root, "--thresholds", "0.5,0.7", "-n", "2")
    assert again.out == said.out


class _Links(HTMLParser):
    """Collects what a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = ("src", "href", "xlink:href")
        self.found += [f"{tag} {value}" for name, value in attrs if name in wanted]

    @classmethod
    def of(cls, text: str) -> list[str]:
        parser = cls()
        parser.feed(text)
        return parser.found


def test_what_cannot_be_swept_says_why(
    built: Version, stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path
) -> None:
    root = built.path.parent.parent
    said = stillhouse("sweep", recipe_file(), "-o", tmp_path / "new")
    assert said.code == 2 and "run `stillhouse build" in said.err and "first" in said.err
    assert "no dataset 'nope'" in stillhouse("sweep", "nope", "-o", root).err
    said = stillhouse("sweep", "rivers", "-o", root, "--thresholds", "0.8,2")
    assert said.code == 2 and "from 0.01 to 1" in said.err
    bare = recipe_file(filters={"near": None, "semantic": None})
    assert "no threshold to choose" in " ".join(stillhouse("sweep", bare, "-o", root).err.split())


def test_a_recipe_that_asks_for_something_else_is_told(
    built: Version, stillhouse: RunCommand, recipe_file: RecipeFile
) -> None:
    said = stillhouse("sweep", recipe_file(seed=8), "-o", built.path.parent.parent)
    assert said.code == 0
    assert "Note: the recipe asks for something else now" in said.out and "rivers-v1" in said.out


def test_a_very_large_build_is_left_to_the_command(
    tmp_path: Path, recipe_file: RecipeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.sweep._MOST_ROWS", 5)
    version = build(load_recipe(str(recipe_file()), output=tmp_path / "out")).version
    assert version.manifest["sweep"]["stages"] == []
    report = (version.path / "report.html").read_text(encoding="utf-8")
    assert "candidates are more than 5" in report and "`stillhouse sweep rivers --output " in report


def test_commands_stand_in_the_order_of_their_use(stillhouse: RunCommand) -> None:
    said = stillhouse("--help").out
    names = ["build", "preview", "calibrate", "bench", "sweep", "versions", "show", "doctor"]
    places = [said.index(f" {name}  ") for name in names]
    assert places == sorted(places)
