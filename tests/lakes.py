"""A dataset about forty lakes whose documents change: four are altered, two gone, two new."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import sqlalchemy as sa
from conftest import Server

from configs.load import load_recipe
from configs.recipe import Recipe
from store.versions import Version

_STEMS = "Abora Belin Corvan Delmo Eskar Fendel Garrow Hestin Ilmar Jorun".split()
NAMES = [f"{stem}{end}" for end in ("", "holm", "vik", "mere") for stem in _STEMS]
FACT, YEAR, MOVED, MORE = NAMES[:4]
GONE = NAMES[4:6]
NEW = ["Zandor", "Yestin"]
RULES = [{"name": "rules", "kind": "grounded-templates"}]
OPENING = "It lies in the far north.\n\n"


@dataclass(frozen=True)
class Lake:
    """What a document says."""

    name: str
    length: int
    year: int
    opening: str = ""
    more: str = ""

    @property
    def text(self) -> str:
        return (
            f"---\ntitle: Lake {self.name}\ndate: 2024-05-01\nlicence: CC0-1.0\n---\n"
            f"# Lake {self.name}\n\n{self.opening}## Overview\n\n"
            f"Lake {self.name} is {self.length} km long. Lake {self.name} was first charted in "
            f"{self.year} by the Northern Survey Office.\n\n## Ice\n\n"
            f"Lake {self.name} freezes over for about {self.length // 10} days in most winters."
            f"{self.more}\n"
        )


LAKES = {name: Lake(name, 100 + 7 * i, 1900 + i) for i, name in enumerate(NAMES)}


@dataclass(frozen=True)
class Place:
    """A dataset with its corpus and its teacher."""

    root: Path
    server: Server

    def recipe(self, **fields: object) -> Recipe:
        teacher = {
            **{"name": "teacher", "kind": "openai", "model": "tiny-teacher"},
            **{"base_url": self.server.url, "api_key_env": "TEACHER_API_KEY"},
        }
        given = {
            "name": "lakes",
            "target": 60,
            "max_candidates": 80,
            "shard_size": 80,
            "corpus": [{"path": str(self.root / "documents")}],
            "teachers": [teacher],
            "methods": [{"styles": {"question_answer": 3, "cloze": 1, "true_false": 1}}],
            "splits": {"train": 0.8, "validation": 0.1, "test": 0.1},
            "probes": {"collapse": None, "verifier": None, "canaries": None},
            "output": str(self.root / "out"),
            **fields,
        }
        (self.root / "recipe.yaml").write_text(json.dumps(given), encoding="utf-8")
        return load_recipe(str(self.root / "recipe.yaml"))

    def write(self, *lakes: Lake) -> None:
        for lake in lakes:
            self.file(lake.name).write_text(lake.text, encoding="utf-8")

    def file(self, name: str) -> Path:
        return self.root / "documents" / f"{name.lower()}.md"

    def change(self) -> None:
        """Four documents change, in two of them a fact; two are gone, two are new."""
        self.write(replace(LAKES[FACT], length=555), replace(LAKES[YEAR], year=1955))
        self.write(replace(LAKES[MOVED], opening=OPENING))
        self.write(replace(LAKES[MORE], more=" Its ice is thin."))
        self.write(*(Lake(name, 900 + i, 1800 + i) for i, name in enumerate(NEW)))
        for name in GONE:
            self.file(name).unlink()

    def asked_since(self, mark: int, server: Server | None = None) -> list[str]:
        """The requests that a server was sent after that many, as the journal holds them."""
        engine = sa.create_engine(f"sqlite:///{self.root / 'out/.stillhouse/journal.sqlite'}")
        with engine.connect() as connection:
            rows = connection.execute(sa.text("select request from replies")).scalars().all()
        engine.dispose()
        texts = {hashlib.sha256(row.encode()).hexdigest(): row for row in rows}
        return [texts[body] for body in (server or self.server).bodies()[mark:]]


def files(version: Version, *more: str) -> set[str]:
    """Names of the tables, which hold their hashes."""
    folders = ("data/", "rejected/", "evidence/", "passages/", "verdicts/", "corpus/", *more)
    return {name for name in version.files if name.startswith(folders)}


def documents_of(rows: pl.DataFrame) -> list[str]:
    return [sources[0]["document_id"] for sources in rows["sources"].to_list()]


def of(*names: str) -> list[str]:
    return sorted(f"{name.lower()}.md" for name in names)
