"""Writing the catalogue: each file is put whole, and pages of unchanged versions stay."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
from ruamel.yaml import YAML

from store.catalogue.found import UNREADABLE, Dataset, Entry, dataset_names, read_dataset
from store.catalogue.render import dataset_page, index_page, looks, version_page
from store.stages import Progress, silent

_STATE = "catalogue.json"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was written: counts of datasets, versions and new version pages, and what is broken."""

    index: Path
    datasets: int
    versions: int
    written: int
    broken: Sequence[str]


def write_catalogue(
    root: Path,
    folder: Path,
    names: Sequence[str] = (),
    hide: Callable[[Any], Any] = lambda recipe: recipe,
    progress: Progress = silent,
) -> Outcome:
    """Write the pages of some or all datasets. ``hide`` takes secrets out of a recipe."""
    before, after = _state(folder), {}
    wanted = [*names] or dataset_names(root)
    found, written = [], 0
    for done, name in enumerate(wanted):
        progress("catalogue", done, len(wanted))
        dataset = read_dataset(root, name)
        entries = []
        for entry in dataset.entries:
            key = _key(dataset, entry)
            place = _place(folder, entry)
            if not (key and before.get(entry.version.name) == key and _there(place)):
                entry = _write_version(place, dataset, entry, hide)
                written += 1
            if key and not entry.broken:
                after[entry.version.name] = key
            entries.append(entry)
        dataset = Dataset(name, entries, dataset.latest, dataset.problems)
        put(folder / "datasets" / name / "index.html", dataset_page(dataset).encode())
        found.append(dataset)
    put(folder / "index.html", index_page(found).encode())
    put(folder / _STATE, orjson.dumps(after, option=orjson.OPT_SORT_KEYS))
    progress("catalogue", len(wanted), len(wanted))
    broken = [text for each in found for text in each.broken]
    count = sum(len(each.entries) for each in found)
    return Outcome(folder / "index.html", len(found), count, written, broken)


def _write_version(
    place: Path, dataset: Dataset, entry: Entry, hide: Callable[[Any], Any]
) -> Entry:
    """Write a version's page, its report and its recipe; return it as broken where files lack."""
    card = ""
    if entry.facts:
        try:
            for name in entry.version.files:
                entry.version.open(name).close()
            card = entry.version.read("README.md").decode()
            put(place / "report.html", entry.version.read("report.html"))
            text, yaml = StringIO(), YAML(typ="safe")
            yaml.default_flow_style = False
            yaml.dump(hide(entry.version.manifest["recipe"]), text)
            put(place / "recipe.yaml", text.getvalue().encode())
            put(place / "index.html", version_page(dataset, entry, card).encode())
            return entry
        except UNREADABLE as error:
            entry = Entry(entry.version, None, _reason(error), entry.tags)
    put(place / "index.html", version_page(dataset, entry, "").encode())
    return entry


def _reason(error: BaseException) -> str:
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"the file {Path(str(error.filename)).name} is missing"
    return str(error) or type(error).__name__


def _place(folder: Path, entry: Entry) -> Path:
    return folder / "datasets" / entry.version.dataset / entry.version.name


def _there(place: Path) -> bool:
    return all((place / name).exists() for name in ("index.html", "report.html", "recipe.yaml"))


def _key(dataset: Dataset, entry: Entry) -> str:
    """What a version's page depends on; empty where it must be written anyway."""
    if not entry.facts:
        return ""
    first = entry.version.name == dataset.latest
    said = [entry.facts.sha256, first, [*entry.tags], looks()]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()


def _state(folder: Path) -> dict[str, Any]:
    """Keys of the pages that are there; none where that is not known."""
    try:
        found = orjson.loads((folder / _STATE).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def put(path: Path, data: bytes) -> None:
    """Write a file so that nobody sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(data)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
