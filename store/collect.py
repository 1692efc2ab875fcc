"""What of a dataset nobody needs any more, and how it goes: noted first, deleted after.

A number that was given is never given again, so what was written about a version stays true.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from configs.errors import ConfigError, StoreCorrupt
from configs.locations import Location
from store import pointers
from store.checks import dataset_names, files_in
from store.publish import QUARANTINED
from store.versions import Version, dataset_folder, latest, list_versions

_PINNED = re.compile(r"(.+-v\d+) sha256 ")
_DEAD = "a publication that did not end"
_UNFINISHED = timedelta(days=1)
"""Age from which a publication that did not end counts as dead; a slow one may still be sending."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """Something that nothing refers to: a version, or what is left of one. ``size`` is in bytes."""

    path: Location
    why: str
    size: int
    is_version: bool


def garbage(
    root: Location, name: str, stays: Mapping[str, str], at: datetime | None = None
) -> list[Garbage]:
    """What can go of a dataset: versions that are not among those that stay (:func:`kept`), and
    leftovers.
    """
    sizes = _sizes(dataset_folder(root, name))
    versions = [
        Garbage(version.path, _why(version), sizes[version.name], True)
        for version in list_versions(root, name)
        if version.name not in stays
    ]
    return [*versions, *_leftovers(dataset_folder(root, name), at or datetime.now(UTC))]


def kept(root: Location, name: str, newest: int) -> dict[str, str]:
    """Versions of a dataset that stay, each with what keeps it: a pointer, a tag, a reference, that
    it is among the ``newest``, or that one that stays was made from it.
    """
    folder, there = dataset_folder(root, name), list_versions(root, name)
    first = latest(root, name)
    found = {first.name: "the latest version"} if first else {}
    for tag, tagged in pointers.tags(folder).items():
        found.setdefault(tagged, f"tag {tag}")
    for version in there[len(there) - newest :] if newest else []:
        found.setdefault(version.name, f"among the newest {newest}")
    for version in _not_pointed_to_yet(there, first):
        found.setdefault(version.name, "later than the latest version")
    for user, version_name in _references(root):
        found.setdefault(version_name, f"{user} refers to it")
    return _with_parents(folder, found)


def collect(root: Location, name: str, found: Iterable[Garbage], newest: int) -> Iterator[Garbage]:
    """Delete garbage and yield each as it is gone; what someone refers to by now stays. All is
    noted before it is looked again who refers to what, so that this is read once.
    """
    folder = dataset_folder(root, name)
    noted = [
        one
        for one in found
        if not one.is_version or pointers.give_up(folder, one.path.name, {"reason": one.why})
    ]
    stays = kept(root, name, newest) if noted else {}
    for one in noted:
        if one.is_version and one.path.name in stays:
            pointers.bring_back(folder, one.path.name)
    for one in noted:
        if not one.is_version or one.path.name not in stays:
            _delete(one.path)
            yield one


def withdraw(version: Version, reason: str) -> None:
    """Delete a version for a reason that stays; versions made from it stay, too.

    Raises:
        ConfigError: it is the latest one, or has a tag.
    """
    folder = version.path.parent
    about = {"manifest_sha256": version.manifest["sha256"]}

    def held() -> list[str]:
        tags = [tag for tag, named in pointers.tags(folder).items() if named == version.name]
        return [*(["latest"] if pointers.pointed(folder) == version.name else []), *tags]

    if held():
        raise ConfigError(
            f"{version.name} is in use ({', '.join(held())}); point elsewhere first: "
            f"stillhouse rollback {version.dataset} --to N --reason ..., or untag"
        )
    # Whoever tags looks for the note after tagging, and we look for tags after noting: one of both
    # sees the other.
    noted = pointers.give_up(folder, version.name, {"reason": reason, **about})
    if noted and held():
        pointers.bring_back(folder, version.name)
        noted = False
    if not noted:
        raise ConfigError(f"{version.name} was pointed to or withdrawn meanwhile; look again")
    _delete(version.path)


def _not_pointed_to_yet(there: Iterable[Version], first: Version | None) -> Iterator[Version]:
    """Versions whose publisher is about to move the pointer, or died before; also all of a dataset
    whose pointer is lost. Not those that a gate held back, or that were rolled back from.
    """
    number = first.number if first else 0
    been = {move["version"] for move in pointers.moves(first.path.parent)} if first else set()
    for version in there:
        if version.number <= number or version.name in been:
            continue
        if version.manifest["status"] != QUARANTINED:
            yield version


def _with_parents(folder: Location, found: dict[str, str]) -> dict[str, str]:
    """What stays keeps its parent, and so on; also what is noted as gone at the moment, by someone
    who is about to take it back.
    """
    open_ = list(found)
    while open_:
        name = open_.pop()
        if not (folder / name / "manifest.json").exists():
            continue  # of another dataset, or really gone
        parent = Version(folder / name).manifest["parent"]
        if parent is not None and parent not in found:
            found[parent] = f"parent of {name}"
            open_.append(parent)
    return found


def _references(root: Location) -> Iterator[tuple[str, str]]:
    """Versions that other versions were made with: reference sets, and what teachers learnt."""
    for name in dataset_names(root):
        for version in list_versions(root, name):
            manifest = version.manifest
            states = [row["state"] or [] for row in manifest.get("references", [])]
            for found in (_PINNED.match(state) for row in states for state in row):
                if found:
                    yield version.name, found.group(1)
            for teacher in manifest.get("recipe", {}).get("teachers", []):
                if teacher.get("trained_on"):
                    yield version.name, str(teacher["trained_on"]).rstrip("/").rpartition("/")[2]


def _leftovers(folder: Location, at: datetime) -> Iterator[Garbage]:
    """What killed publishers left, and files of versions that are gone."""
    left = set(pointers.gone(folder))
    for name in sorted(left):
        if size := _size(folder / name):
            yield Garbage(folder / name, "rest of a version that is gone", size, False)
    if isinstance(folder, Path):
        for path in folder.glob(".tmp-*"):
            if at - datetime.fromtimestamp(path.stat().st_mtime, UTC) > _UNFINISHED:
                yield Garbage(path, _DEAD, _size(path), False)
        return
    for name in sorted(set(pointers.claims(folder)) - left):
        # A time without a zone is this machine's.
        since = datetime.fromisoformat(pointers.claimed_by(folder, name)["at"]).astimezone(UTC)
        if at - since > _UNFINISHED and not (folder / name / "manifest.json").exists():
            yield Garbage(folder / name, _DEAD, _size(folder / name), True)


def _why(version: Version) -> str:
    status = version.manifest["status"]
    return "nothing refers to it" + ("" if status == "completed" else f", {status}")


def _size(path: Location) -> int:
    return sum(files_in(path).values())


def _sizes(folder: Location) -> Counter[str]:
    """Sizes of what is in a folder, each folder in it as one."""
    sizes: Counter[str] = Counter()
    for name, size in files_in(folder).items():
        sizes[name.partition("/")[0]] += size
    return sizes


def _delete(path: Location) -> None:
    """Delete a folder; another who deletes it, too, is no harm.

    Raises:
        StoreCorrupt: some of it is still there.
    """
    if isinstance(path, Path) and path.is_symlink():
        path.unlink(missing_ok=True)
    elif isinstance(path, Path):
        shutil.rmtree(path, ignore_errors=True)
        if path.exists():
            raise StoreCorrupt(
                f"could not delete all of {path}: see that you may write there, then run "
                "stillhouse gc --yes, which takes what is left"
            )
    else:
        # One by one: stores differ in how they take lists. The manifest goes first.
        for name in sorted(files_in(path), key=lambda name: name != "manifest.json"):
            (path / name).unlink(missing_ok=True)
