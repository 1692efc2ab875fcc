"""All that holds something that is looked for, and whether it can be deleted."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from configs.locations import OUTPUT, Location
from flows.progress import report
from flows.scrub_seen import Seen, look, versions_in
from flows.workspace import JOURNAL_VARIABLE, Workspace
from store import pointers
from store.checks import dataset_names
from store.holding import file_holds
from store.journal_scrub import Held, held
from store.sought import Sought
from store.versions import Version, dataset_folder

RECORD = "scrubs.jsonl"
"""What was scrubbed and when, never what was looked for."""
_DERIVED = ("vectors", "entailment", "stems")
_APART = {"shards", "fetched", *_DERIVED}


@dataclass(frozen=True)
class Affected:
    """A version that holds it: rows by table and split, other files, and who points to it."""

    version: Version
    rows: tuple[tuple[str, str, int], ...]
    files: tuple[str, ...]
    tags: tuple[str, ...]
    is_latest: bool


@dataclass(frozen=True)
class Plan:
    """What holds it. ``derived`` holds no text but was computed from it; ``stays`` is what we do
    not delete or could not look into, each with why.
    """

    journal: Held
    shards: tuple[str, ...]
    derived: tuple[Path, ...]
    files: tuple[Path, ...]
    affected: tuple[Affected, ...]
    stays: tuple[str, ...]

    @property
    def deletes(self) -> bool:
        """Whether there is something to delete."""
        return bool(self.journal or self.shards or self.derived or self.files)

    @property
    def leaves(self) -> bool:
        """Whether something is left when all is deleted that can be."""
        return bool(self.affected or self.stays)


@dataclass(frozen=True)
class Known:
    """What was found out before anything was deleted, and is looked for again after that."""

    keys: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()


def plan(root: Location, space: Workspace, sought: Sought, before: Known) -> tuple[Plan, Known]:
    """Look everywhere; and what leads on, for looking again."""
    versions = versions_in(root)
    seen = look(sought, space.shards, versions)
    known = Known(before.keys | seen.keys, before.sources | seen.sources, before.said)
    loose = sought
    if sought.ids:  # Elsewhere records stand without what they rest on.
        known = Known(known.keys, known.sources, before.said | seen.said)
        loose = sought.within(known.said)
    affected = [_affected(version, seen) for version in versions if _is_affected(version, seen)]
    files, unread = _files(root, space, loose, known, affected if sought.ids else [])
    stays = [*seen.unread, *(f"{path}: nobody can look into it" for path in unread)]
    stays += [f"{path}: its note holds it; write it anew" for path in _notes(root, sought)]
    found = Plan(
        _journal(space, sought, known),
        tuple(sorted(seen.shards)),
        tuple(_derived(space)) if seen.shards else (),
        tuple(files),
        tuple(affected),
        tuple(stays),
    )
    return found, known


def has_journal(space: Workspace) -> bool:
    """Whether there is one; looking makes none."""
    return bool(os.environ.get(JOURNAL_VARIABLE)) or (space.root / "journal.sqlite").exists()


def _journal(space: Workspace, sought: Sought, known: Known) -> Held:
    if not has_journal(space):
        return Held()
    return held(space.journal.database, sought, known.keys, report)


def _derived(space: Workspace) -> Iterator[Path]:
    """Nobody can tell whose text a vector was computed from, since only its hash is kept."""
    yield from sorted(space.shards.root.glob("embedding-*"))
    yield from (space.root / name for name in _DERIVED if (space.root / name).exists())


def _is_affected(version: Version, seen: Seen) -> bool:
    return bool(seen.rows.get(version.name) or seen.files.get(version.name))


def _affected(version: Version, seen: Seen) -> Affected:
    folder = version.path.parent
    counts = seen.rows.get(version.name, Counter())
    rows = sorted((table, split, count) for (table, split), count in counts.items())
    tags = [tag for tag, name in pointers.tags(folder).items() if name == version.name]
    is_latest = pointers.pointed(folder) == version.name
    files = seen.files.get(version.name, ())
    return Affected(version, tuple(rows), tuple(sorted(files)), tuple(tags), is_latest)


def _files(
    root: Location, space: Workspace, sought: Sought, known: Known, affected: list[Affected]
) -> tuple[list[Path], list[Path]]:
    """What goes as a whole: files of the working folder, fetched pages, exports, the catalogue; and
    files that nobody can look into.
    """
    units = [*_units(root, space)]
    exported = tuple(f"{one.version.name}-" for one in affected)
    found, unread = [], []
    for done, unit in enumerate(units, start=1):
        inside = sorted(unit.rglob("*")) if unit.is_dir() else [unit]
        answers = {path: file_holds(path, sought) for path in inside if path.is_file()}
        of_version = unit.parent.name == "exports" and unit.name.startswith(exported)
        if any(answers.values()) or of_version or _is_from(unit, known):
            found.append(unit)
        else:
            unread += [path for path, answer in answers.items() if answer is None]
        report("looking into files", done, len(units))
    return found, unread


def _units(root: Location, space: Workspace) -> Iterator[Path]:
    for path in sorted(space.root.glob("*")):
        if path.name == "fetched":
            yield from sorted(one for one in path.iterdir() if one.name != ".lock")
        elif path.is_dir() and path.name not in _APART:
            yield from sorted(one for one in path.rglob("*") if one.is_file())
        elif path.is_file() and not _is_ours(path.name):
            yield path
    # Of datasets in object storage, exports and the catalogue lie among the usual ones.
    base = root if isinstance(root, Path) else OUTPUT
    for name in dataset_names(root):
        yield from sorted((base / name).glob("exports/*"))
        yield from sorted((base / name).glob(".tmp-*"))
    if (base / "catalogue" / "index.html").exists():
        yield base / "catalogue"


def _is_ours(name: str) -> bool:
    """Files of the working folder that are looked into otherwise, or hold nothing."""
    is_journal = name.lstrip(".").startswith("journal.sqlite") and not name.endswith(".unread")
    return is_journal or name.endswith(".lock") or name == RECORD


def _is_from(unit: Path, known: Known) -> bool:
    """Whether it was fetched from where one of the documents came from, whatever its kind."""
    facts = unit / "fetched.json"
    if unit.parent.name != "fetched" or not facts.exists():
        return False
    try:
        said = orjson.loads(facts.read_bytes())
    except orjson.JSONDecodeError:
        return False
    return bool({said.get("url"), said.get("source")} & known.sources)


def _notes(root: Location, sought: Sought) -> Iterator[Location]:
    """Pointers, tags and notes on versions that are gone: people wrote their reasons."""
    for name in dataset_names(root):
        folder = dataset_folder(root, name)
        kinds = [path for kind in ("tags", "gone") for path in pointers.documents(folder, kind)]
        for path in [folder / "latest.json", *kinds]:
            if path.exists() and sought.is_in(path.read_bytes().decode("utf-8", "replace")):
                yield path
