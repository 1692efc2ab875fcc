"""A finished folder becomes a version, whole or not at all.

On a disk by one rename. In object storage there is none: a number is claimed first, then the files
are sent, and the manifest comes last; without it there is no version. Nothing there is ever
written over, so a publisher that slept for a day cannot spoil what others have published.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from upath import UPath

from configs.errors import ConfigError, StoreCorrupt
from configs.locations import Location
from store import objects, pointers
from store.checks import files_in, verify
from store.files import sync_folder
from store.versions import Version

_MANIFEST = "manifest.json"
_PIECE = 1 << 23


@contextmanager
def aside(folder: Location) -> Iterator[Path]:
    """An empty folder on this machine to make a version of a dataset in; it is gone afterwards."""
    if isinstance(folder, Path):
        made = folder / f".tmp-{uuid.uuid4().hex}"
        made.mkdir(parents=True)
    else:
        objects.check_conditions(folder.parent)
        made = Path(tempfile.mkdtemp(prefix="stillhouse-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def one_at_a_time(folder: Location) -> Iterator[None]:
    """Publishers on one disk wait for each other; in object storage conditions decide instead."""
    if isinstance(folder, Path):
        with FileLock(folder / ".publish.lock"):
            yield
    else:
        yield


def fetch(version: Version, folder: Path) -> Path:
    """Copy a version into a folder of this machine, checked and whole; return where it is.

    Raises:
        ConfigError: something of that name is there.
        StoreCorrupt: what arrived is not what was published.
    """
    final = folder / version.name
    if final.exists():
        raise ConfigError(f"{final} is there already; choose another folder")
    with aside(folder) as made:
        for name in [*version.files, "manifest.json"]:
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            with version.open(name) as file, (made / name).open("wb") as copy:
                shutil.copyfileobj(file, copy, _PIECE)
        problems = verify(Version(made))
        if problems:
            raise StoreCorrupt(f"{version.name} did not arrive whole: {problems[0]}; try again")
        made.rename(final)
    return final


def put(made: Path, final: Location) -> bool:
    """Move or send a finished folder to its place; False where another publisher has taken it.

    Raises:
        StoreCorrupt: not all of it arrived; nobody sees what did.
    """
    if isinstance(final, Path):
        made.rename(final)
        sync_folder(final.parent)
        return True
    who = uuid.uuid4().hex
    if not pointers.claim(final.parent, final.name, who):
        return False
    _send(made, final)
    _check_arrived(made, final, who)
    return objects.create(final / _MANIFEST, (made / _MANIFEST).read_bytes())


def _send(made: Path, final: UPath) -> None:
    for name in sorted(set(files_in(made)) - {_MANIFEST}):
        if not objects.upload(final / name, made / name):
            raise StoreCorrupt(f"{final / name} is there already, from someone else; run again")


def _check_arrived(made: Path, final: UPath, who: str) -> None:
    """Before the manifest makes it a version: all files are there, and the number is still ours."""
    sizes = files_in(made)
    del sizes[_MANIFEST]
    folder, name = final.parent, final.name
    ours = pointers.claimed_by(folder, name).get("by") == who
    if files_in(final) != sizes or not ours or pointers.why_gone(folder, name):
        raise StoreCorrupt(f"{final} did not arrive whole; run again: what was generated is kept")
