"""What the catalogue shows, read from manifests; what cannot be read is shown with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from configs.errors import StillhouseError
from configs.locations import Location
from store.catalogue.facts import Facts, facts_of
from store.pointers import documents, gone, move_by_hand, why_gone_text
from store.sealed import read_sealed
from store.versions import Version, dataset_folder, latest, list_versions, manifest_sha256

UNREADABLE = (StillhouseError, OSError, KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What a manifest or file can raise that people or disks have damaged."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A version with its figures, or with why there are none."""

    version: Version
    facts: Facts | None
    broken: str = ""
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset with its versions, oldest first, and the name of the one its pointer means.

    ``moved`` is the last move of the pointer by hand, ``gone`` are versions that are not there any
    more; both say when and why in words.
    """

    name: str
    entries: Sequence[Entry]
    latest: str
    problems: Sequence[str] = field(default=())
    moved: str = ""
    gone: Sequence[str] = ()

    @property
    def shown(self) -> Entry:
        """The version that stands for the dataset: the latest, else the newest that is readable."""
        there = [each for each in self.entries if each.version.name == self.latest and each.facts]
        sound = [each for each in self.entries if each.facts]
        return (there or sound or [*self.entries])[-1]

    @property
    def names(self) -> frozenset[str]:
        """The versions that have a page, which others may link to."""
        return frozenset(each.version.name for each in self.entries)

    @property
    def usd(self) -> float | None:
        """What all readable versions cost together; None where one's price is unknown."""
        known = [each.facts.usd for each in self.entries if each.facts]
        return None if None in known else sum(usd for usd in known if usd is not None)

    @property
    def broken(self) -> Sequence[str]:
        """Everything of it that could not be read."""
        own = [f"{e.version.name}: {e.broken}" for e in self.entries if e.broken]
        return [*self.problems, *own]


def read_dataset(root: Location, name: str) -> Dataset:
    """A dataset's versions, from their manifests alone, and what people noted beside them."""
    problems, pointed, moved = [], "", ""
    try:
        found = latest(root, name)
        pointed = found.name if found else ""
        moved = move_by_hand(dataset_folder(root, name))
    except UNREADABLE as error:
        problems.append(_said(error))
    tags, wrong = _tags(root, name)
    entries = [read_entry(each, tags.get(each.name, ())) for each in list_versions(root, name)]
    gone, unread = _gone(dataset_folder(root, name))
    return Dataset(name, entries, pointed, [*problems, *wrong, *unread], moved, gone)


def read_entry(version: Version, tags: Sequence[str] = ()) -> Entry:
    """A version's figures, or what is wrong with its manifest."""
    try:
        if version.manifest.get("sha256") != manifest_sha256(version.manifest):
            return Entry(
                version, None, "the manifest was altered (not the SHA-256 it states)", tags
            )
        return Entry(version, facts_of(version.manifest), "", tags)
    except UNREADABLE as error:
        return Entry(version, None, _said(error), tags)


def _tags(root: Location, name: str) -> tuple[Mapping[str, list[str]], list[str]]:
    """Tags by the name of the version they mean, and those that cannot be read."""
    found: dict[str, list[str]] = {}
    wrong = []
    for path in documents(dataset_folder(root, name), "tags"):
        try:
            found.setdefault(str(read_sealed(path).said["version"]), []).append(path.stem)
        except UNREADABLE as error:
            wrong.append(f"tag {path.stem}: {_said(error)}")
    return found, wrong


def _gone(folder: Location) -> tuple[list[str], list[str]]:
    """Why versions are not there any more, and notes on it that cannot be read."""
    found, wrong = [], []
    for name in gone(folder):
        try:
            found.append(why_gone_text(folder, name))
        except UNREADABLE as error:
            wrong.append(f"{name} is gone: {_said(error)}")
    return found, wrong


def _said(error: BaseException) -> str:
    if isinstance(error, KeyError):
        return f"the manifest lacks {error}"
    return str(error) or type(error).__name__
