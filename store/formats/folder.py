"""The folder of an export: there whole or not at all, and never over something else."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

from configs.errors import ConfigError

FACTS = "export.json"
"""What an export holds, beside its files; a folder with it is an export."""


def check_free(folder: Path, replace: bool) -> None:
    """See that an export may go there: nothing but an earlier export is ever replaced.

    Raises:
        ConfigError: something else is there, or an export that is not to be replaced.
    """
    if any((parent / "manifest.json").is_file() for parent in folder.resolve().parents):
        raise ConfigError(
            f"{folder} is inside a published version, which never changes; choose "
            "another folder with --into"
        )
    if not folder.exists():
        return
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if not (folder / FACTS).is_file():
        raise ConfigError(f"{folder} holds something else; choose another folder with --into")
    if not replace:
        raise ConfigError(f"{folder} holds an export; replace it with --force, or choose --into")


def put_in_place(aside: Path, folder: Path) -> None:
    """The export becomes the folder; an earlier one goes only once this one is there."""
    old = folder.with_name(f".old-{uuid.uuid4().hex}")
    if folder.exists():
        folder.rename(old)
    try:
        aside.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
