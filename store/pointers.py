"""What people and publishers point to: the latest version of a dataset, tags, numbers taken.

<dataset>/latest.json          the latest version, with the moves that led there
<dataset>/tags/<tag>.json      a version by a name that people gave it
<dataset>/claims/<name>.json   in object storage: who takes a number, before anything is sent
<dataset>/gone/<name>.json     why a version is not there any more; its number is never reused
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from configs.errors import ConfigError, StoreCorrupt
from configs.locations import Location
from store.sealed import Sealed, change, read_sealed, swap
from store.text import now

_MOVES = 100
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
_DOCUMENT = re.compile(r"[^./][^/]*\.json")
_NUMBER = re.compile(r"v?\d+|latest")


def pointed(folder: Location) -> str | None:
    """Name of the version that ``latest.json`` of a dataset points to, None before the first.

    Raises:
        StoreCorrupt: the pointer is unreadable or was altered.
    """
    said = read_sealed(folder / "latest.json").said
    if not said:
        return None
    name = said.get("version")
    if not isinstance(name, str):
        raise StoreCorrupt(f"cannot read {folder / 'latest.json'}: it names no version")
    return name


def moves(folder: Location) -> list[Mapping[str, Any]]:
    """How the pointer came to where it is, the last move first: ``version``, ``at``, ``reason``."""
    return list(read_sealed(folder / "latest.json").said.get("moves", []))


def move_by_hand(folder: Location) -> str:
    """The last move of the pointer that people gave a reason for, in words; empty where none is."""
    for move in moves(folder):
        if move["reason"]:
            return f"{move['at'][:16]}: {move['version']} became the latest: {move['reason']}"
    return ""


def point(folder: Location, name: str, reason: str = "", instead_of: str | None = None) -> None:
    """Let ``latest.json`` point to a version: for a reason to any, else only to one that is
    later, and that nobody has rolled back from. With ``instead_of`` only while it points to that.
    """

    def to(said: Mapping[str, Any]) -> Mapping[str, Any] | None:
        there = said.get("version")
        if instead_of is not None and there != instead_of:
            return None
        before = [one["version"] for one in said.get("moves", [])] or [there]
        if not reason and there and (name in before or number_of(there) > number_of(name)):
            return None
        move = {"version": name, "at": now(), "reason": reason}
        released = {"released": reason} if reason else {}
        return {"version": name, **released, "moves": [move, *said.get("moves", [])][:_MOVES]}

    change(folder / "latest.json", to)


def number_of(name: str) -> int:
    """The number in a version's name."""
    return int(name.rpartition("-v")[2])


def tags(folder: Location) -> dict[str, str]:
    """Versions by the tags of a dataset, in the order of the tags."""
    found = {path.stem: read_sealed(path).said for path in documents(folder, "tags")}
    # Of one that is taken away meanwhile nothing is said any more.
    return {tag: str(said["version"]) for tag, said in found.items() if "version" in said}


def tag(folder: Location, name: str, version: str, note: str, move: bool) -> None:
    """Give a version a name, or with ``move`` take the name from the version that has it.

    Raises:
        ConfigError: the name could be taken for a number, or another version has it.
    """
    if not _TAG.fullmatch(name) or _NUMBER.fullmatch(name.lower()):
        raise ConfigError(
            f"{name!r} is no tag: begin with a letter, use letters, digits, dot, _ and -, and not "
            "what means a number or the latest version"
        )
    held = ""

    def to(said: Mapping[str, Any]) -> Mapping[str, Any] | None:
        nonlocal held
        held = str(said.get("version", ""))
        if held and held != version and not move:
            return None
        return {"version": version, "at": now(), "note": note, "before": held or None}

    path = folder / "tags" / f"{name}.json"
    if not change(path, to):
        raise ConfigError(f"{held} has the tag {name!r}; add --move to give it to {version}")
    if version in gone(folder):  # whoever deletes notes it first, then looks for tags
        _take_back(path, version, held)
        raise ConfigError(f"{version} was deleted meanwhile; choose another")


def untag(folder: Location, name: str) -> None:
    """Take a tag away, also one that cannot be read.

    Raises:
        ConfigError: there is none.
    """
    there = [path.stem for path in documents(folder, "tags")]
    if name not in there:
        raise ConfigError(f"no tag {name!r}; there are: {', '.join(there) or 'none'}")
    (folder / "tags" / f"{name}.json").unlink(missing_ok=True)


def _take_back(path: Location, version: str, before: str) -> None:
    """Give a tag back to the version that had it, if any, unless another was given it by now."""
    if not before and read_sealed(path).said.get("version") == version:
        path.unlink(missing_ok=True)
    elif before:
        again = {"version": before, "at": now(), "note": "", "before": version}
        change(path, lambda said: again if said.get("version") == version else None)


def claim(folder: Location, name: str, who: str) -> bool:
    """Take a version's number before anything of it is written; False where another has it."""
    return swap(_claim(folder, name), {"by": who, "at": now()}, Sealed())


def claimed_by(folder: Location, name: str) -> Mapping[str, Any]:
    """Who took a number and when; nothing where nobody did."""
    return read_sealed(_claim(folder, name)).said


def claims(folder: Location) -> list[str]:
    """Names of the versions whose numbers were claimed."""
    return [path.stem for path in documents(folder, "claims")]


def give_up(folder: Location, name: str, about: Mapping[str, Any]) -> bool:
    """Say that a version is not there any more; False where that was said already."""
    return swap(folder / "gone" / f"{name}.json", {**about, "at": now()}, Sealed())


def bring_back(folder: Location, name: str) -> None:
    """Take it back that a version is gone, while its files are still there."""
    (folder / "gone" / f"{name}.json").unlink()


def gone(folder: Location) -> list[str]:
    """Names of the versions that are not there any more."""
    return [path.stem for path in documents(folder, "gone")]


def why_gone(folder: Location, name: str) -> Mapping[str, Any]:
    """Why a version is not there any more: ``reason``, ``at``, and what else was noted."""
    return read_sealed(folder / "gone" / f"{name}.json").said


def why_gone_text(folder: Location, name: str) -> str:
    """The same in words; empty where somebody has just thought again."""
    why = why_gone(folder, name)
    return f"{why['at'][:16]}: {name} is gone: {why['reason']}" if why else ""


def _claim(folder: Location, name: str) -> Location:
    return folder / "claims" / f"{name}.json"


def documents(folder: Location, kind: str) -> list[Location]:
    """The documents of a dataset of one kind: ``tags``, ``claims`` or ``gone``, in order."""
    inside = folder / kind
    if isinstance(inside, Path):
        found: list[Location] = [*inside.glob("[!.]*.json")]
    else:
        # Some stores list a folder that was emptied as if it were an object of that name.
        names = (key.removeprefix(f"{inside.path}/") for key in inside.fs.find(inside.path))
        found = [inside / name for name in names if _DOCUMENT.fullmatch(name)]
    return sorted(found, key=lambda path: path.name)
