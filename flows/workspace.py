"""Where a run keeps its shards and journal, and what its steps look up there."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from configs.corpus import CorpusSource
from configs.errors import ConfigError, DatasetBusy
from configs.locations import OUTPUT, Location
from configs.recipe import Recipe
from generators.library import Library
from store.corpus import Corpus
from store.journal import Journal
from store.opening import place_of
from store.shards import Shards
from store.stages import Vectors
from store.text import digest

HOW = (
    *(
        "weight",
        "max_share",
        "tier",
        "family",
        "api_key_env",
        "api_key_block",
        "structured",
        "stream",
        "mode",
        "batch_poll_s",
    ),
    *("connect_s", "read_s", "timeout_s", "concurrency", "concurrency_limit"),
    *("attempts", "retry_share", "patience_s"),
    *("requests_per_minute", "tokens_per_minute", "usd_per_million_input"),
    *("usd_per_million_output", "token_field", "generation_depth", "trained_on", "student"),
)
NOT_ASKED: dict[str, Any] = {
    "teachers": {"__all__": set(HOW)},
    "corpus": {"__all__": {"timeout_s", "max_age_days", "cache"}},
}
"""Fields of teachers that decide how calls are made, or what is known of a teacher, not what is
asked; and those of sources that decide how documents are fetched, not which.
"""

NOT_IDENTITY: dict[str, Any] = {
    "output": True,
    "card": True,
    "budget": True,
    "failover": True,
    "gate": True,
    "approval": True,
    "depth_limits": True,
    "allow_depth": True,
    "allow_unanchored": True,
    "canary": True,
    **NOT_ASKED,
}
"""Fields of a recipe that do not change what is made: a run goes on where it was when they change,
and its budget counts what was spent before.
"""

_ASKED = {
    *(
        "name",
        "corpus",
        "chunking",
        "folding",
        "teachers",
        "methods",
        "seed",
        "language",
        "as_of",
        "top_up",
        "standing",
    )
}

WORK_VARIABLE = "STILLHOUSE_WORK"
"""Environment variable with the folder of shards and journal, where that is not beside the
datasets."""
_DATABASE = "journal.sqlite"
JOURNAL_VARIABLE = "STILLHOUSE_JOURNAL_URL"
"""Environment variable with the URL of a journal: PostgreSQL, which several machines may share, or
a SQLite file."""


class Refreshing(Recipe):
    """A recipe as a refresh asks by it: what that spends is counted apart, by ``standing``, the
    version that it goes on from.
    """

    standing: str


@dataclass(frozen=True)
class Workspace:
    """The working folder ``<output>/.stillhouse``; deleting it costs what was paid for it."""

    root: Path

    @cached_property
    def shards(self) -> Shards:
        """Finished shards."""
        return Shards(self.root / "shards")

    @cached_property
    def journal(self) -> Journal:
        """The journal of requests, closed when the process ends."""
        journal = Journal(_journal_of(self.root))
        atexit.register(journal.close)
        return journal

    @property
    def kept_vectors(self) -> Path:
        """The folder of vectors that were computed once; deleting it costs only time."""
        return self.root / "vectors"

    @property
    def kept_entailment(self) -> Path:
        """The folder of what entailment models said; deleting it costs only time."""
        return self.root / "entailment"

    @property
    def kept_stems(self) -> Path:
        """The folder of the stems of passages that were read once; deleting it costs only time."""
        return self.root / "stems"

    def corpus(self, key: str) -> Corpus:
        """A corpus snapshot by its shard."""
        return _corpus(self.shards, key)

    def library(self, key: str) -> Library:
        """A corpus snapshot with its facts."""
        return _library(self.shards, key)

    def vectors(self, key: str) -> Vectors:
        """Embeddings of a shard, one row each."""
        return _vectors(self.shards, key)


def workspace(recipe: Recipe) -> Workspace:
    """The workspace of a recipe's output folder.

    Raises:
        ConfigError: the folder cannot be made or written.
    """
    return workspace_at(recipe.output)


def workspace_at(output: Location) -> Workspace:
    """The workspace of a folder of datasets. Of those in object storage it is on this machine, in
    the folder that the variable ``STILLHOUSE_WORK`` names, by default among the usual datasets.

    Raises:
        ConfigError: the folder cannot be made or written.
    """
    root = working_folder(output)
    try:
        root.mkdir(parents=True, exist_ok=True)
        probe = root / f".write-test-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise ConfigError(
            f"cannot write to {root}: {error.strerror}; choose another folder with "
            "`output:` in the recipe or --output"
        ) from None
    return _opened(root.absolute())


def existing_journal(output: Location) -> Journal:
    """The journal of a folder of datasets, where nothing is to be made.

    Raises:
        ConfigError: there is none.
    """
    place = place_of(_journal_of(working_folder(output)))
    if isinstance(place, Path) and not place.exists():
        raise ConfigError(
            f"there is no journal in {output}: no file {place}; name the folder of your datasets "
            f"with --output, or the journal with {JOURNAL_VARIABLE}"
        )
    return workspace_at(output).journal


def _journal_of(root: Path) -> Path | str:
    return os.environ.get(JOURNAL_VARIABLE) or root / _DATABASE


def working_folder(output: Location) -> Path:
    """Where the workspace of a folder of datasets is."""
    elsewhere = os.environ.get(WORK_VARIABLE)
    if isinstance(output, Path) and not elsewhere:
        return output / ".stillhouse"
    return Path(elsewhere) if elsewhere else OUTPUT / ".stillhouse"


@lru_cache(maxsize=64)
def _opened(root: Path) -> Workspace:
    """One workspace per folder, so that a process has one journal."""
    return Workspace(root)


def sources_of(recipe: Recipe, refresh: bool = False) -> tuple[CorpusSource, ...]:
    """The sources of a recipe, each that is fetched with the folder that keeps it; with ``refresh``
    what is kept is looked at again.
    """
    again = {"max_age_days": 0} if refresh else {}
    return tuple(
        source.model_copy(update={"cache": _cache(recipe, source), **again})
        if source.is_fetched
        else source
        for source in recipe.corpus
    )


def _cache(recipe: Recipe, source: CorpusSource) -> Path:
    return source.cache or workspace(recipe).root / "fetched"


def run_of(recipe: Recipe) -> str:
    """Identity of what is spent: all that decides what is asked. Previews, canaries, benches and
    builds of another size count together.
    """
    return digest(recipe.model_dump(mode="json", include=_ASKED, exclude=NOT_ASKED))


@contextmanager
def exclusively(recipe: Recipe) -> Iterator[None]:
    """Keep other processes from asking for the same dataset meanwhile: calls in flight in one would
    be sent and paid again by the other.

    Raises:
        DatasetBusy: another process builds it.
    """
    lock = FileLock(workspace(recipe).root / f"{recipe.name}.lock", is_singleton=True)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise DatasetBusy(
            f"another process is working on {recipe.name!r} in {recipe.output}; wait until it has "
            "ended, or choose another folder with --output"
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def nobody_works(space: Workspace) -> Iterator[None]:
    """Keep builds of every dataset of a working folder away meanwhile.

    Raises:
        ConfigError: one is at work.
    """
    with ExitStack() as held:
        locks = (path for path in space.root.glob("[!.]*.lock") if _DATABASE not in path.name)
        for path in sorted(locks):
            lock = FileLock(path, is_singleton=True)
            try:
                held.enter_context(lock.acquire(timeout=0))
            except Timeout:
                raise ConfigError(
                    f"another process is working on {path.stem!r} in {space.root}; wait until it "
                    "has ended"
                ) from None
        yield


@lru_cache(maxsize=2)
def _corpus(shards: Shards, key: str) -> Corpus:
    names = ("documents", "passages", "left_out")
    return Corpus.from_rows(*(shards.rows(key, name) for name in names))


@lru_cache(maxsize=2)
def _library(shards: Shards, key: str) -> Library:
    return Library(_corpus(shards, key))


@lru_cache(maxsize=4)
def _vectors(shards: Shards, key: str) -> Vectors:
    column = shards.table(key, "vectors")["embedding"].combine_chunks()
    width = column.type.list_size
    return np.asarray(column.flatten()).reshape(-1, width).astype(np.float32)
