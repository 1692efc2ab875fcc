"""Two publishers that publish at the same moment, round by round: every version must be whole."""

from __future__ import annotations

import multiprocessing
from multiprocessing.synchronize import Barrier
from typing import Any

from configs.locations import location_of

_ROWS = 40
_WAIT_S = 120


def race(root: str, rounds: int) -> int:
    """Rounds in which a version was lost, half, or written over; two versions are due in each."""
    context: Any = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        told = manager.dict()
        start = context.Barrier(2)
        publishers = [
            context.Process(target=_publish, args=(root, who, rounds, start, told))
            for who in ("one", "two")
        ]
        for publisher in publishers:
            publisher.start()
        for publisher in publishers:
            publisher.join()
        checker = context.Process(target=_check, args=(root, rounds, told))
        checker.start()
        checker.join()
        return int(told["lost"])


def _publish(root: str, who: str, rounds: int, start: Barrier, told: Any) -> None:
    from benchmarks.store_content import content, manifest
    from store.publish import publish

    for turn in range(rounds):
        made = content(_ROWS, f"{who}-{turn}")
        start.wait(_WAIT_S)
        try:
            version = publish(location_of(root), "made", made, manifest(_ROWS))
        except Exception as error:  # whatever it is, the round is lost
            told[f"{who}-{turn}"] = f"{type(error).__name__}: {error}"
            continue
        told[f"{who}-{turn}"] = version.number


def _check(root: str, rounds: int, told: Any) -> None:
    """Each number was given once, and holds whole what its publisher said."""
    from store.checks import verify
    from store.versions import latest, list_versions

    place = location_of(root)
    versions = {version.number: version for version in list_versions(place, "made")}
    lost = set()
    for turn in range(rounds):
        for who in ("one", "two"):
            version = versions.pop(told.get(f"{who}-{turn}", 0), None)
            if version is None or verify(version):
                lost.add(turn)
                continue
            said = {text.partition(" ")[0] for text in version.table("data", ["answer"])["answer"]}
            if said != {f"{who}-{turn}"}:
                lost.add(turn)
    first = latest(place, "made")
    numbers = [each for each in told.values() if isinstance(each, int)]
    pointed_right = first is not None and first.number == max(numbers)
    told["lost"] = len(lost) + bool(versions) + (not pointed_right)
