"""Documents of a list of URLs: fetched once, kept, and read like files.

A URL that cannot be fetched does not stop the others. What was fetched stays as it is until it is
older than the source's ``max_age_days``; a failure stays for the day, if there is anything to go on
with. So a run that goes on finds the corpus that it had.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath

import httpx
from filelock import FileLock

from configs.corpus import CorpusSource
from configs.errors import ParseError, StoreCorrupt
from store.corpus import LeftOut
from store.event_loop import run_async
from store.reading.addresses import Unreachable
from store.reading.kept import Kept, folder_of, keep, look_up, note
from store.reading.links import checked, links_of, name_of, shown
from store.reading.local import Fetched, Local
from store.reading.transfer import Limits, Wanted, fetch, open_transport
from store.stages import Progress

_AT_ONCE = 2
_DOING = "fetching documents"


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


def fetch_urls(source: CorpusSource, cache: Path, progress: Progress) -> Fetched:
    """Files of the URLs of a source, fetched where they are not kept.

    Raises:
        ConfigError: the list cannot be read.
        StoreCorrupt: nothing can be written to the cache.
    """
    urls: dict[str, httpx.URL] = {}
    left_out = []
    for link in links_of(source):
        try:
            url = checked(link.written)
            urls.setdefault(str(url), url)
        except ParseError as error:
            left_out.append(LeftOut(link.where, str(error)))
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / ".lock"):
            run = _Run(source, cache, today())
            kept = run_async(_bring(run, list(urls.values()), progress))
    except OSError as error:
        raise StoreCorrupt(
            f"what is fetched cannot be kept in {cache}: {error.strerror or error}; make room, or "
            "give another folder as `cache` of the source or as output"
        ) from None
    return _named([(url, kept[key]) for key, url in urls.items()], cache, left_out)


@dataclass(frozen=True)
class _Run:
    """What holds for all URLs of a list."""

    source: CorpusSource
    cache: Path
    today: date

    def is_current(self, kept: Kept) -> bool:
        """Whether a URL is not asked again."""
        age = (self.today - kept.checked).days
        most = self.source.max_age_days
        if kept.said and age > 0:
            return False
        return most is None or age < most


async def _bring(run: _Run, urls: list[httpx.URL], progress: Progress) -> dict[str, Kept]:
    """What is known of each URL when all are fetched, a few at a time."""
    known: dict[str, Kept] = {}
    stale: list[httpx.URL] = []
    for url in urls:
        kept = look_up(folder_of(run.cache, url))
        if kept and run.is_current(kept):
            known[str(url)] = kept
        else:
            stale.append(url)
    if not stale:
        return known
    left = iter(stale)
    async with open_transport() as transport:

        async def work() -> None:
            for url in left:
                progress(_DOING, len(known), len(urls))
                known[str(url)] = await _one(run, transport, url)

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
    progress(_DOING, len(urls), len(urls))
    if not all(kept.said for kept in known.values()):
        for url in stale:
            if known[str(url)].said:
                note(folder_of(run.cache, url), known[str(url)])
    return known


async def _one(run: _Run, transport: httpx.AsyncHTTPTransport, url: httpx.URL) -> Kept:
    source, folder = run.source, folder_of(run.cache, url)
    folder.mkdir(exist_ok=True)
    old = look_up(folder)
    old = None if old and old.said else old
    content = folder / ".part"
    wanted = Wanted(url, content, *((old.final, old.validators) if old else ()))
    limits = Limits(source.max_mb, source.timeout_s, source.private_addresses)
    try:
        answer = await fetch(transport, wanted, limits)
        return keep(folder, url, answer, content, old, run.today)
    except ParseError as error:
        if old and isinstance(error, Unreachable):
            logging.getLogger("stillhouse").warning(
                "%s%s; what was fetched on %s stays in use", name_of(url), error, old.fetched
            )
            return old
        return Kept(shown(url), run.today, said=str(error))
    finally:
        content.unlink(missing_ok=True)


def _named(found: list[tuple[httpx.URL, Kept]], cache: Path, left_out: list[LeftOut]) -> Fetched:
    """Files and failures by the names of their URLs, which differ."""
    files: dict[str, Local] = {}
    for url, kept in found:
        if kept.said:
            left_out.append(LeftOut(name_of(url), kept.said))
            continue
        folder = folder_of(cache, url)
        name = name_of(url, PurePosixPath(kept.file).suffix)
        while name in files:
            name = f"{folder.name[:8]}-{name}"
        stated = {"source": kept.source, "retrieved_at": kept.fetched}
        files[name] = Local(name, folder / kept.file, stated, kept.changed)
    return Fetched(tuple(files.values()), tuple(left_out))
