"""Small JSON documents that are swapped and never written over unseen: pointers, tags, numbers.

Each holds its own SHA-256, so that a flipped byte is found; a document without one is of an older
version of Stillhouse.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock

from configs.errors import StoreCorrupt
from configs.locations import Location
from store import objects
from store.files import sync_folder, write_durably

_TRIES = 50
_MEND = "restore it from a copy, or delete it and write it anew (stillhouse untag, tag, rollback)"


@dataclass(frozen=True)
class Sealed:
    """What a document says, and what tells whether it has changed since; none where it was not
    there.
    """

    said: Mapping[str, Any] = field(default_factory=dict)
    seen: bytes | str | None = None


def read_sealed(path: Location) -> Sealed:
    """A document as it is now.

    Raises:
        StoreCorrupt: it cannot be read, or is not what was written.
    """
    try:
        raw, seen = _read(path)
    except OSError as error:
        raise StoreCorrupt(f"cannot read {path}: {error}") from None
    if raw is None:
        return Sealed()
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise StoreCorrupt(f"cannot read {path}: {error}; {_MEND}") from None
    if not isinstance(said, dict):
        raise StoreCorrupt(f"cannot read {path}: it is no mapping; {_MEND}")
    seal = said.pop("sha256", None)
    if seal is None and set(said) <= {"version", "released"} and said:
        return Sealed(said, seen)
    if seal != _seal(said):
        raise StoreCorrupt(f"{path} was altered (its SHA-256 is not the one it states); {_MEND}")
    return Sealed(said, seen)


def change(path: Location, to: Callable[[Mapping[str, Any]], Mapping[str, Any] | None]) -> bool:
    """Swap a document for what ``to`` makes of what it says now, again where another was faster;
    False where ``to`` wants no change.

    Raises:
        StoreCorrupt: it cannot be read or written.
    """
    for _ in range(_TRIES):
        now = read_sealed(path)
        wanted = to(now.said)
        if wanted is None:
            return False
        try:
            if swap(path, wanted, now):
                return True
        except OSError as error:
            raise StoreCorrupt(
                f"could not write {path}: {error.strerror or error}; it is as it was: make room "
                "and run the same command again"
            ) from error
    raise StoreCorrupt(f"could not write {path}: others write it all the time; try again")


def swap(path: Location, said: Mapping[str, Any], before: Sealed) -> bool:
    """Write a document unless it has changed since it was read; whether it was written."""
    raw = orjson.dumps({**said, "sha256": _seal(said)}, option=orjson.OPT_INDENT_2)
    if isinstance(path, Path):
        return _swap_file(path, raw, before.seen)
    if before.seen is None:
        return objects.create(path, raw)
    return objects.swap(path, raw, str(before.seen))


def _read(path: Location) -> tuple[bytes | None, bytes | str | None]:
    if not isinstance(path, Path):
        return objects.read(path) or (None, None)
    raw = path.read_bytes() if path.exists() else None
    return raw, raw


def _swap_file(path: Path, raw: bytes, seen: bytes | str | None) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    try:
        write_durably(aside, raw)
        with FileLock(path.with_name(f".{path.name}.lock")):
            if (path.read_bytes() if path.exists() else None) != seen:
                return False
            aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def _seal(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
