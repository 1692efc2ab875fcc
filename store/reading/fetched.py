"""The files of a source that is not on this machine yet."""

from __future__ import annotations

from configs.corpus import CorpusSource
from configs.errors import ConfigError
from store.reading.hub import fetch_dataset
from store.reading.local import Fetched
from store.reading.urls import fetch_urls
from store.stages import Progress


def bring(source: CorpusSource, progress: Progress) -> Fetched:
    """What is kept of a source in its cache, fetched where it is not there or too old.

    Raises:
        ConfigError: it says not where to keep it, or what it asks for is not there.
        StoreCorrupt: nothing can be written to the cache.
    """
    if source.cache is None:
        raise ConfigError(
            "corpus: a source that is fetched needs a folder to keep it: give `cache`"
        )
    fetch = fetch_urls if source.reader == "urls" else fetch_dataset
    return fetch(source, source.cache, progress)
