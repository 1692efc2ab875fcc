"""Decontamination: what a build reports of it, and the check of a file that no recipe made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from configs.errors import ConfigError
from configs.filters import Decontamination
from configs.recipe import Recipe
from configs.references import ReferenceSet
from configs.stages import Embedding
from filters.decontamination import Match, distinct, find_matches
from filters.false_alarms import false_alarms
from flows.progress import report
from flows.references import rows_of
from flows.workspace import Workspace
from store.embedding import embedder
from store.references import read_reference, with_vectors


@dataclass(frozen=True)
class Checked:
    """A file held against evaluation sets: its rows, the items, each row's match, and what a
    control set said of false alarms.
    """

    rows: pl.DataFrame
    items: pl.DataFrame
    matches: Sequence[Match | None]
    control: Mapping[str, Any] | None

    @property
    def contaminated(self) -> int:
        """Rows that match an item."""
        return sum(match is not None for match in self.matches)


def check_file(
    file: Path, against: Sequence[Path], control: Path | None, settings: Decontamination
) -> Checked:
    """Hold the rows of a file against evaluation files; equal rows count once.

    Raises:
        ConfigError: a file is not there, is empty, or has a row without a question.
    """
    names = _names([file, *against, *([control] if control else [])])
    sets = [ReferenceSet(name=name, path=str(path)) for path, name in names]
    for path, _ in names:
        if not path.exists():
            raise ConfigError(f"no file {path}; give a JSONL, JSON, CSV or Parquet file")
    read = [read_reference(each, Path()) for each in sets]
    embed = embedder(Embedding(), report, "embedding questions")
    every = pl.concat(read[1 : 1 + len(against)])
    items = distinct(with_vectors(every, embed, answers=False))
    matches = find_matches(read[0], items, embed, settings, report)
    said = false_alarms(read[-1], items, embed, settings, report) if control else None
    return Checked(read[0], items, matches, said)


def _names(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """Files with names for them, made of their own and all different."""
    found: dict[str, Path] = {}
    for path in paths:
        own = re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._")[:50] or "set"
        number = next(n for n in range(1, 1 + len(paths)) if f"{own}-{n}" not in found)
        found[f"{own}-{number}"] = path
    plain = [name.rpartition("-")[0] for name in found]
    return [
        (path, own if plain.count(own) == 1 else name)
        for (name, path), own in zip(found.items(), plain, strict=True)
    ]


def about_decontamination(
    recipe: Recipe, space: Workspace, references: Sequence[str], verdicts: pl.DataFrame
) -> dict[str, Any] | None:
    """What a version states: records judged and matched, and false alarms on the control set, None
    where there is no such set. None as a whole where the recipe names no evaluation sets.
    """
    settings = recipe.filters.decontamination
    if settings is None or not settings.sets:
        return None
    own = verdicts.filter(pl.col("stage") == "decontamination")
    matched = len(own.filter(pl.col("reason") == "contaminated"))
    clean = rows_of(space, references, "control")
    said = None
    if settings.control:
        items = distinct(rows_of(space, references, "held-out"))
        embed = embedder(recipe.embedding, report, "embedding control", space.kept_vectors)
        said = false_alarms(clean, items, embed, settings, report)
    return {"judged": len(own), "matched": matched, "control": said}
