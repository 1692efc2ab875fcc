"""What a refresh asks: nothing about documents that have not changed."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from benchmarks.load import KEY, server
from benchmarks.made_rivers import write_river, write_rivers
from configs.load import load_recipe
from configs.recipe import Recipe
from flows.pipeline import build
from flows.refresh import refresh
from flows.workspace import workspace
from store.tables import REPLIES


@dataclass(frozen=True)
class Refreshed:
    """Requests sent in all, those that name no document that is new or changed, and those of a
    second refresh, when nothing has changed.
    """

    requests: int
    untouched: int
    again: int


def refreshed(folder: Path, count: int) -> Refreshed:
    """Build over so many documents; change 10 %, delete 5 % and add 5 % of them; refresh."""
    documents = write_rivers(folder / "documents", count)
    os.environ["TEACHER_API_KEY"] = KEY
    with server() as url:
        recipe = _recipe(folder, documents, url, 2 * count)
        build(recipe)
        before = _requests(recipe)
        touched = _edit(documents, count)
        refresh(recipe)
        asked = _requests(recipe) - before
        refresh(recipe)
        again = _requests(recipe) - before - asked
    strange = [text for text in asked if not any(name in text for name in touched)]
    return Refreshed(len(asked), len(strange), len(again))


def _edit(documents: Path, count: int) -> list[str]:
    """Change, delete and add; the names of the rivers that may be asked about now."""
    tenth, twentieth = count // 10, count // 20
    changed = [write_river(documents, number, edition=1) for number in range(tenth)]
    new = [write_river(documents, number) for number in range(count, count + twentieth)]
    for path in sorted(documents.glob("*.md"))[tenth : tenth + twentieth]:
        path.unlink()
    return [path.read_text().splitlines()[1].removeprefix("title: ") for path in (*changed, *new)]


def _recipe(folder: Path, documents: Path, url: str, target: int) -> Recipe:
    teacher = {"base_url": url, "model": "m", "api_key_env": "TEACHER_API_KEY"}
    data = {
        "name": "rivers",
        "target": target,
        "shard_size": 50,
        "corpus": [{"path": str(documents)}],
        "teachers": [{"name": "teacher", "kind": "openai", "concurrency": 8, **teacher}],
        "methods": [{"styles": {"question_answer": 1}}],
    }
    path = folder / "recipe.yaml"
    path.write_text(json.dumps(data), encoding="utf-8")
    return load_recipe(str(path), output=folder / "out")


def _requests(recipe: Recipe) -> frozenset[str]:
    """The texts of all requests that were answered so far."""
    with workspace(recipe).journal.database.reading() as connection:
        return frozenset(connection.execute(sa.select(REPLIES.c.request)).scalars())
