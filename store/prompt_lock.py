"""Published prompts never change: a lock file in their folder holds the hash of each.

``prompts.lock`` has one line ``id@version sha256`` per prompt, sorted. Lines are added, and none is
ever changed.
"""

from __future__ import annotations

import re
from pathlib import Path

from configs.errors import StoreCorrupt
from store.files import put_whole
from store.prompts import prompt_names, read_prompt
from store.text import sha256

LOCK = "prompts.lock"
_LINE = re.compile(r"(\S+@\d+\.\d+\.\d+) ([0-9a-f]{64})")


def locked(folder: Path) -> dict[str, str]:
    """Hashes of the published prompts of a folder by their names; none where it has no lock file.

    Raises:
        StoreCorrupt: a line of the lock file is none, or names a prompt again.
    """
    path = folder / LOCK
    found: dict[str, str] = {}
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match is None or match[1] in found:
            why = "names a prompt again" if match else "is no `id@version sha256`"
            raise StoreCorrupt(f"{path}:{number}: this line {why}; put the lock file back")
        found[match[1]] = match[2]
    return found


def faults(folder: Path) -> list[str]:
    """What became of published prompts that are not what they were, each with what to do; an empty
    list where all are.

    Raises:
        StoreCorrupt: the lock file is damaged.
    """
    found = []
    for name, known in locked(folder).items():
        now = _hash(folder / f"{name}.md")
        if now is None:
            found.append(f"{name} was published and is gone: put it back")
        elif now != known:
            found.append(
                f"{name} was published and has changed: put it back and save the change as "
                f"{next_version(folder, name)}"
            )
    return found


def lock(folder: Path) -> list[str]:
    """Add the prompts that the lock file does not know yet, and return their names.

    Raises:
        StoreCorrupt: published ones are not what they were, or the disk refused.
        ConfigError: a new one is not fit to be sent.
    """
    wrong = faults(folder)
    if wrong:
        raise StoreCorrupt("\n".join(wrong))
    known = locked(folder)
    new = [name for name in prompt_names(folder) if name not in known]
    if new:
        known |= {name: read_prompt(folder, name).sha256 for name in new}
        text = "".join(f"{name} {known[name]}\n" for name in sorted(known))
        put_whole(folder / LOCK, text.encode())
    return new


def next_version(folder: Path, name: str) -> str:
    """A prompt's name with the next patch version that neither the folder nor its lock has."""
    id_, _, version = name.rpartition("@")
    major, minor, patch = version.split(".")
    taken = {*prompt_names(folder), *locked(folder)}
    number = int(patch) + 1
    while (found := f"{id_}@{major}.{minor}.{number}") in taken:
        number += 1
    return found


def _hash(path: Path) -> str | None:
    """As :func:`read_prompt` has it, also of what is not UTF-8; None where there is no file."""
    if not path.is_file():
        return None
    return sha256(path.read_text(encoding="utf-8", errors="surrogateescape"))
