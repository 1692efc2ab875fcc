"""Bytes that flip in what was published: each must be found."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.store_content import content, manifest
from store import pointers
from store.checks import check_pointers, check_version
from store.collect import withdraw
from store.publish import publish
from store.versions import list_versions

_ROWS = 40


def missed(root: Path, flips: int, seed: int = 7) -> tuple[int, list[str]]:
    """How many single bits were flipped, ``flips`` in each file of a dataset, and those that
    nothing found, as ``file:byte``.
    """
    _publish(root)
    draw = random.Random(seed)
    files = sorted(p for p in root.rglob("*.*") if p.is_file() and p.suffix != ".lock")
    count, lost = 0, []
    for path in files:
        whole = path.read_bytes()
        for place in draw.sample(range(len(whole)), min(flips, len(whole))):
            bit = 1 << draw.randrange(8)
            path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
            count += 1
            if not any(_problems(root)):
                lost.append(f"{path.relative_to(root)}:{place}")
        path.write_bytes(whole)
    if any(_problems(root)):
        raise RuntimeError("files that were put back are not sound")
    return count, lost


def _publish(root: Path) -> None:
    """A dataset with two versions, one that is gone, and a tag."""
    first = publish(root, "made", content(_ROWS, "gone"), manifest(_ROWS))
    for say in ("old", "new"):
        publish(root, "made", content(_ROWS, say), manifest(_ROWS))
    withdraw(first, "it is made up")
    pointers.tag(root / "made", "production", "made-v2", "for the benchmark", move=False)


def _problems(root: Path) -> Iterator[object]:
    try:
        yield from check_pointers(root, "made")
        versions = list_versions(root, "made")
    except Exception as error:  # an unreadable document is found, however it is told
        yield error
        return
    for version in versions:
        yield from check_version(version)
