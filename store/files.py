"""Files put in their place whole or not at all, and files that the disk has for certain."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path

from configs.errors import StoreCorrupt


def put_whole(path: Path, content: bytes) -> None:
    """Write a file aside and move it into its place; folders are made.

    Raises:
        StoreCorrupt: the disk refused. What was there before still is.
    """
    aside = path.with_name(f".tmp-{os.getpid()}-{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        aside.replace(path)
    except OSError as error:
        raise StoreCorrupt(f"could not write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # where no folder could be made, there is nothing to take away
            aside.unlink(missing_ok=True)


def write_durably(path: Path, data: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
