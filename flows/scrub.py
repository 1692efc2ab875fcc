"""Delete what a document or a person contributed, wherever it stands.

Versions never change, so of those it is only said which hold it, and what to do.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from configs.errors import ConfigError
from configs.locations import Location
from flows.progress import report
from flows.scrub_plan import RECORD, Known, Plan, has_journal, plan
from flows.scrub_seen import TEXTS, taken_from, versions_in
from flows.workspace import Workspace, nobody_works, workspace_at
from store.collect import withdraw
from store.journal_scrub import forget
from store.shards import Shards
from store.sought import Sought, plain
from store.text import now, sha256

_LEAST_TEXT = 3


@dataclass(frozen=True)
class Scrubbed:
    """What was found; and with ``done`` what is left of it after deleting, else the same."""

    found: Plan
    left: Plan
    done: bool
    compacted: bool = True

    @property
    def is_clean(self) -> bool:
        """Whether nothing holds it any more."""
        return self.compacted and not (self.left.deletes or self.left.leaves)


def scrub(
    root: Location, documents: Sequence[str], texts: Sequence[str], delete: bool, why: str = ""
) -> Scrubbed:
    """Look for documents by their ids, and for texts; with ``delete`` delete what can be, with a
    reason ``why`` also versions that hold it and are not in use.

    Raises:
        ConfigError: there is nothing to look for, or another process is at work there.
        StoreCorrupt: the journal cannot be read or written.
    """
    _check(documents, texts)
    space = workspace_at(root)
    if not delete:
        sought = _sought(root, space, documents, texts)
        found, _ = plan(root, space, sought, Known())
        return Scrubbed(found, found, False)
    with _alone(space):
        sought = _sought(root, space, documents, texts)
        found, known = plan(root, space, sought, Known())
        compacted = _delete(space, found)
        if why:
            _withdraw(found, why)
        left, _ = plan(root, space, sought, known)
        done = Scrubbed(found, left, True, compacted)
        _record(space, documents, texts, done)
    return done


def _check(documents: Sequence[str], texts: Sequence[str]) -> None:
    import polars as pl

    if not documents and not texts:
        raise ConfigError("say what to look for: --document ID, or --text 'a name'")
    short = plain(pl.Series(texts, dtype=pl.String)).str.strip_chars().str.len_chars()
    if any(length < _LEAST_TEXT for length in short) or not all(map(str.strip, documents)):
        raise ConfigError(f"--text needs {_LEAST_TEXT} characters at least, --document an id")


def _sought(
    root: Location, space: Workspace, documents: Sequence[str], texts: Sequence[str]
) -> Sought:
    taken = taken_from(documents, space.shards, versions_in(root)) if documents else set()
    return Sought(tuple(documents), (*texts, *sorted(taken)))


@contextmanager
def _alone(space: Workspace) -> Iterator[None]:
    """Keep builds out of the working folder: they would write again what is deleted."""
    with nobody_works(space):
        if has_journal(space) and space.journal.is_shared:
            raise ConfigError("another process has the journal open; wait until it has ended")
        yield


def _delete(space: Workspace, found: Plan) -> bool:
    """Delete what was found. What tells the way to the rest goes last, so that a killed scrub that
    is run again finds the rest.
    """
    compacted = True
    if has_journal(space):  # also where no row holds it: an earlier scrub may not have come so far
        forget(space.journal.database, found.journal, report)
        compacted = space.journal.compact()
    last = sorted(found.shards, key=lambda key: _has_texts(space.shards, key))
    paths = [*found.derived, *found.files, *(space.shards.root / key for key in last)]
    for done, path in enumerate(paths, start=1):
        if path.is_dir():
            # At once, so that nobody reads half of it.
            aside = path.with_name(f".tmp-{path.name}")
            path.replace(aside)
            shutil.rmtree(aside)
        else:
            path.unlink(missing_ok=True)
        report("deleting", done, len(paths))
    return compacted


def _withdraw(found: Plan, why: str) -> None:
    for one in found.affected:
        with suppress(ConfigError):  # it is in use, which is told
            withdraw(one.version, why)


def _has_texts(shards: Shards, key: str) -> bool:
    return any((shards.root / key / f"{name}.parquet").exists() for name in TEXTS)


def _record(
    space: Workspace, documents: Sequence[str], texts: Sequence[str], done: Scrubbed
) -> None:
    """Note that it was done; what was looked for only by its hash."""
    found = done.found
    kinds = [*(["document"] if documents else []), *(["text"] if texts else [])]
    line = {
        "at": now(),
        "kind": kinds,
        "sha256": sorted(sha256(one) for one in (*documents, *texts)),
        "deleted": {
            "replies": len(found.journal.replies),
            "details_of_attempts": len(found.journal.attempts),
            "shards": len(found.shards),
            "derived": len(found.derived),
            "files": len(found.files),
        },
        "versions": [one.version.name for one in done.left.affected],
        "clean": done.is_clean,
    }
    path: Path = space.root / RECORD
    with path.open("ab") as file:
        file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        file.flush()
        os.fsync(file.fileno())
