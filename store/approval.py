"""Versions that wait for somebody to approve them: published whole, and not the latest before.

<dataset>/rejections/<name>.json   why a version was rejected; it stays, and can be released

A version says in its manifest that it asked for approval. Whether it got it is not in the manifest,
which never changes, but in the moves of the pointer.
"""

from __future__ import annotations

from store.pointers import moves, pointed
from store.sealed import change, read_sealed
from store.text import now
from store.versions import Version


def awaits_approval(version: Version) -> bool:
    """Whether a version waits for somebody who releases or rejects it."""
    return _unreleased(version) and not rejection(version)


def was_rejected(version: Version) -> bool:
    """Whether a version was rejected, and not released since."""
    return _unreleased(version) and bool(rejection(version))


def rejection(version: Version) -> str:
    """Why a version was rejected, with the time; empty where it never was."""
    said = read_sealed(version.path.parent / "rejections" / f"{version.name}.json").said
    return f"{said['at'][:16]}: {said['reason']}" if said else ""


def reject(version: Version, reason: str) -> None:
    """Note why a version is not to be the latest one; whoever asks is told, and a rerun of the
    same recipe too.
    """
    path = version.path.parent / "rejections" / f"{version.name}.json"
    change(path, lambda _said: {"version": version.name, "at": now(), "reason": reason})


def _unreleased(version: Version) -> bool:
    """Whether a version that asked for approval was never the latest one."""
    if not version.manifest.get("approval"):
        return False
    folder = version.path.parent
    been = {move["version"] for move in moves(folder)}
    return version.name not in been | {pointed(folder)}
