"""A dataset of the hub, or of a folder like one, opened as a stream of rows."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from configs.corpus import CorpusSource, names_folder
from configs.errors import ConfigError, StillhouseError

TOKEN = "HF_TOKEN"
"""Environment variable with the key to datasets that are not public."""


def open_rows(source: CorpusSource, wanted: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """The rows of a dataset, one by one, with those of the columns ``wanted`` that it has.

    Raises:
        ConfigError: names the field of the source that is wrong, or says that the hub cannot be
            reached.
    """
    # In a cache of its own: the library answers for a hub out of reach from what it kept of any
    # revision, and knows folders by their last name.
    with tempfile.TemporaryDirectory() as cache:
        rows = _split_of(source, cache)
        with _telling(source, "dataset"):
            has = rows.column_names or list(next(iter(rows), {}))
        for field in ("text_column", "title_column", "id_column"):
            column = getattr(source, field)
            if column is not None and column not in has:
                raise _wrong(source, field, f"has no column {column!r}, but {', '.join(has)}")
        with _telling(source, "dataset"):
            rows = rows.select_columns([column for column in has if column in wanted])
            yield from rows if source.limit is None else rows.take(source.limit)


def _split_of(source: CorpusSource, cache: str) -> Any:
    import datasets

    name = str(source.dataset)
    if names_folder(str(source.dataset)) and not Path(name).is_dir():
        raise _wrong(source, "dataset", "is no folder (paths start at the recipe's folder)")
    if not names_folder(str(source.dataset)) and Path(name).exists():
        # The library would take that.
        raise _wrong(source, "dataset", f"is a folder here, too; write ./{name} to read that one")
    with _telling(source, "dataset, config and revision"):
        splits = datasets.load_dataset(
            name,
            source.config,
            revision=source.revision,
            cache_dir=cache,
            streaming=True,
            token=os.environ.get(TOKEN) or False,
        )
    if source.split not in splits:
        raise _wrong(source, "split", f"has no split {source.split!r}, but {', '.join(splits)}")
    return splits[source.split]


@contextmanager
def _telling(source: CorpusSource, fields: str) -> Iterator[None]:
    """Whatever the library and the network raise, as what is wrong with a source."""
    try:
        yield
    except StillhouseError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())[:300]
        if token := os.environ.get(TOKEN):
            said = said.replace(token, "...")
        raise _wrong(
            source,
            fields,
            f"cannot be read ({type(error).__name__}: {said}); correct the field, see that the hub "
            f"can be reached, and set {TOKEN} for what is not public",
        ) from None


def _wrong(source: CorpusSource, fields: str, said: str) -> ConfigError:
    return ConfigError(f"corpus: {fields}: the dataset {source.dataset} {said}")
