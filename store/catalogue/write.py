"""Writing the catalogue: each file is put whole, and pages of unchanged versions stay."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
from ruamel.yaml import YAML

from configs.locations import Location
from store.catalogue.found import UNREADABLE, Dataset, Entry, read_dataset
from store.catalogue.render import dataset_page, index_page, looks, version_page
from store.checks import dataset_names, files_in
from store.files import put_whole
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
    root: Location,
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
        dataset = replace(dataset, entries=entries)
        put_whole(folder / "datasets" / name / "index.html", dataset_page(dataset).encode())
        _forget(folder, dataset)
        # Whoever is stopped here goes on from here.
        put_whole(folder / _STATE, orjson.dumps({**before, **after}, option=orjson.OPT_SORT_KEYS))
        found.append(dataset)
    put_whole(folder / "index.html", index_page(found).encode())
    put_whole(folder / _STATE, orjson.dumps(after, option=orjson.OPT_SORT_KEYS))
    progress("catalogue", len(wanted), len(wanted))
    broken = [text for each in found for text in each.broken]
    count = sum(len(each.entries) for each in found)
    return Outcome(folder / "index.html", len(found), count, written, broken)


def _write_version(
    place: Path, dataset: Dataset, entry: Entry, hide: Callable[[Any], Any]
) -> Entry:
    """Write a version's page, its report and its recipe; return it as broken where files lack."""
    if entry.facts:
        try:
            lost = sorted({*entry.version.files} - {*files_in(entry.version.path)})
            if lost:
                return _write_broken(place, dataset, entry, f"the file {lost[0]} is missing")
            card = entry.version.read("README.md").decode()
            put_whole(place / "report.html", entry.version.read("report.html"))
            text, yaml = StringIO(), YAML(typ="safe")
            yaml.default_flow_style = False
            yaml.dump(hide(entry.version.manifest["recipe"]), text)
            put_whole(place / "recipe.yaml", text.getvalue().encode())
            put_whole(place / "index.html", version_page(dataset, entry, card).encode())
            return entry
        except UNREADABLE as error:
            return _write_broken(place, dataset, entry, str(error) or type(error).__name__)
    return _write_broken(place, dataset, entry, entry.broken)


def _write_broken(place: Path, dataset: Dataset, entry: Entry, why: str) -> Entry:
    """Write the page of a version that cannot be read, and return it as such."""
    entry = Entry(entry.version, None, why, entry.tags)
    shutil.rmtree(place, ignore_errors=True)  # a report of better days would mislead
    put_whole(place / "index.html", version_page(dataset, entry, "").encode())
    return entry


def _forget(folder: Path, dataset: Dataset) -> None:
    """Take away the pages of versions that are gone."""
    for place in (folder / "datasets" / dataset.name).glob(f"{dataset.name}-v*"):
        if place.name not in dataset.names:
            shutil.rmtree(place, ignore_errors=True)


def _place(folder: Path, entry: Entry) -> Path:
    return folder / "datasets" / entry.version.dataset / entry.version.name


def _there(place: Path) -> bool:
    return all((place / name).exists() for name in ("index.html", "report.html", "recipe.yaml"))


def _key(dataset: Dataset, entry: Entry) -> str:
    """What a version's page depends on; empty where it must be written anyway."""
    if not entry.facts:
        return ""
    first = entry.version.name == dataset.latest
    parent = entry.facts.parent in dataset.names
    said = [entry.facts.sha256, first, parent, [*entry.tags], looks()]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()


def _state(folder: Path) -> dict[str, Any]:
    """Keys of the pages that are there; none where that is not known."""
    try:
        found = orjson.loads((folder / _STATE).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
