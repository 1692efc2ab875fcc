"""The files that a path means: one, a folder's, or those of a glob. Links to folders are not
followed, so that no circle of them is walked.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from configs.errors import ConfigError
from store.corpus import LeftOut
from store.reading.formats import READERS
from store.reading.local import Local


@dataclass(frozen=True)
class Place:
    """Readable files below ``base``, which ids are relative to, and links that lead to none."""

    base: Path
    files: tuple[Local, ...]
    dead_ends: tuple[LeftOut, ...]


def look_into(path: str) -> Place:
    """What is there to read.

    Raises:
        ConfigError: nothing is there, or nothing of a known suffix.
    """
    target = Path(path)
    if target.is_dir():
        base, found = target, list(_below(target))
    elif target.is_file():
        base, found = target.parent, [target]
    else:
        base, found = Path(re.split(r"[*?\[]", path)[0] + "*").parent, _matching(path)
        if not found:
            raise ConfigError(
                f"corpus: nothing at {path}; give a file, a folder or a glob "
                "(relative paths start at the recipe's folder), or URLs to a source of a recipe "
                "with reader: urls"
            )
    seen = sorted(p for p in found if not _hidden(p, base))
    readable = (
        p for p in seen if p.suffix.lower() in READERS and p.is_file() and not _misnamed(p, base)
    )
    files = tuple(Local(p.relative_to(base).as_posix(), p) for p in readable)
    dead_ends = [LeftOut(_name(p, base), said) for p in seen if (said := _dead_end(p, base))]
    if not files and not dead_ends:
        raise ConfigError(
            f"corpus: no readable document in {path}; "
            f"known suffixes are {', '.join(sorted(READERS))}"
        )
    return Place(base, files, tuple(dead_ends))


def _below(folder: Path) -> Iterator[Path]:
    """Files of a folder and of those in it, linked folders, and those that cannot be listed."""
    closed: list[OSError] = []
    for root, folders, files in os.walk(folder, onerror=closed.append):
        yield from (Path(root, name) for name in files)
        yield from (Path(root, name) for name in folders if Path(root, name).is_symlink())
    yield from (Path(error.filename) for error in closed)


def _matching(path: str) -> list[Path]:
    if "**" not in path:
        return [p for p in map(Path, glob.glob(path)) if p.is_file() or p.is_symlink()]
    # glob.glob would follow links to folders here, in circles too.
    fixed = Path(re.split(r"[*?\[]", path)[0] + "*").parent
    rest = path[len(str(fixed)) :] if fixed != Path() else path
    rest = re.sub(r"(?<=[^/])\*{2,}|\*{2,}(?=[^/])", "*", rest.strip("/"))
    pattern = rest + "/*" if rest.endswith("**") else rest
    return [p for p in fixed.glob(pattern) if p.is_file() or p.is_symlink()]


def _name(path: Path, base: Path) -> str:
    return os.fsencode(path.relative_to(base)).decode(errors="replace")


def _misnamed(path: Path, base: Path) -> bool:
    """Whether a name is not UTF-8, so that no document can be called by it."""
    return _name(path, base) != str(path.relative_to(base))


def _dead_end(path: Path, base: Path) -> str:
    if _misnamed(path, base) and path.suffix.lower() in READERS:
        return ": has a name that is not UTF-8; rename it"
    if path.is_symlink() and path.is_dir():
        return ": is a link to a folder, which is not followed; name that folder in the recipe"
    if path.is_dir():
        return ": is a folder that cannot be listed; allow it, or name what is below it"
    if path.is_symlink() and path.suffix.lower() in READERS and not path.exists():
        return ": is a link that leads nowhere, or in a circle"
    return ""


def _hidden(path: Path, base: Path) -> bool:
    """Whether the file, or a folder it is in below ``base``, has a name beginning with a dot."""
    return any(part.startswith(".") for part in path.relative_to(base).parts)
