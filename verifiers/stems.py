"""How often each stem occurs in each text, as numbers; texts that were read once are kept on disk.

Reading is most of what an index costs, so a corpus of which little changed is mostly looked up.
The folder has parts that are only added and put together, each there whole or not at all; deleting
it costs time and nothing else.
"""

from __future__ import annotations

import logging
import shutil
import uuid
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from configs.errors import StoreCorrupt
from store.shards import Shards, shard_key
from store.text import WORD, digest
from store.vectors import hashes
from verifiers.wording import STOP, content

Ints = NDArray[np.int32]
Places = NDArray[np.int64]

_VERSION = "1"
_PARTS = 16
"""Parts from which on they are put together into one."""


class Stems(NamedTuple):
    """Text ``i`` has the stems ``words[ids[j]]``, each ``times[j]`` times, for ``j`` from
    ``starts[i]`` up to ``starts[i + 1]``.
    """

    words: list[str]
    starts: Places
    ids: Ints
    times: Ints


class _Known(NamedTuple):
    """Texts by hash."""

    keys: list[bytes]
    stems: Stems


def read_stems(texts: Iterable[str]) -> Stems:
    """The stems of texts."""
    place: dict[str, int] = {}
    ids, times, starts = array("i"), array("i"), array("q", [0])
    for text in texts:
        count = Counter(content(text))
        ids.extend(place.setdefault(word, len(place)) for word in count)
        times.extend(count.values())
        starts.append(len(ids))
    whole = (np.frombuffer(part, np.int32) if part else _none() for part in (ids, times))
    return Stems(list(place), np.frombuffer(starts, np.int64), *whole)


def known_stems(texts: Sequence[str], folder: Path) -> Stems:
    """The stems of texts, of which only those are read that ``folder`` lacks, and kept there.

    A part that cannot be read is deleted, with a warning, and its texts are read again.

    Raises:
        StoreCorrupt: the disk refused to keep what is new, for example because it is full.
    """
    shards = Shards(folder / _reading())
    parts = {name: part for name in _names(shards) if (part := _load(shards, name))}
    kept = _joined(list(parts.values()))
    place = {key: row for row, key in enumerate(kept.keys)}
    keys = _keys(texts)
    new = {key: text for key, text in zip(keys, texts, strict=True) if key not in place}
    if new:
        fresh = _Known(list(new), read_stems(new.values()))
        _put(shards, fresh)
        place |= {key: len(kept.keys) + i for i, key in enumerate(new)}
        kept = _joined([kept, fresh])
    if len(parts) >= _PARTS:
        _put(shards, kept)
        for name in parts:
            _delete(shards, name)
    return _rows(kept.stems, np.array([place[key] for key in keys], np.int64))


@lru_cache(maxsize=1)
def _reading() -> str:
    """Name of all that decides what the stems of a text are."""
    made_by = [_VERSION, sorted(STOP), WORD.pattern, version("snowballstemmer")]
    return digest(made_by)[:24]


def _keys(texts: Sequence[str]) -> list[bytes]:
    raw = hashes(texts).tobytes()
    return [raw[at : at + 32] for at in range(0, len(raw), 32)]


def _names(shards: Shards) -> list[str]:
    return sorted(path.name for path in shards.root.glob("stems-*"))


def _put(shards: Shards, part: _Known) -> None:
    """Named by its texts, so that two processes that add the same add it once."""
    words, starts, ids, times = part.stems
    offsets = pa.array(starts)
    texts = {
        "sha256": pa.array(part.keys, pa.binary(32)),
        "ids": pa.LargeListArray.from_arrays(offsets, pa.array(ids)),
        "times": pa.LargeListArray.from_arrays(offsets, pa.array(times)),
    }
    key = shard_key("stems", _VERSION, None, [key.hex() for key in part.keys])
    shards.put(key, {"texts": pa.table(texts), "words": pa.table({"word": words})})


def _load(shards: Shards, name: str) -> _Known | None:
    """A part, or None where it is not what was put there."""
    try:
        texts = shards.table(name, "texts").combine_chunks()
        words = shards.table(name, "words")["word"].to_pylist()
        ids, times = (pa.concat_arrays(texts[c].chunks) for c in ("ids", "times"))
        keys, starts = texts["sha256"].to_pylist(), ids.offsets.to_numpy()
        stems = Stems(words, starts, ids.flatten().to_numpy(), times.flatten().to_numpy())
        _check(keys, stems)
    except (
        StoreCorrupt,
        pa.ArrowException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
    ) as bad:
        if shards.has(name):  # else another process has just put it together with others
            logging.getLogger("stillhouse").warning(
                f"{shards.root / name} cannot be read ({bad}); it is deleted and its texts are "
                "read again"
            )
            _delete(shards, name)
        return None
    return _Known(keys, stems)


def _delete(shards: Shards, name: str) -> None:
    """At once, so that another process sees all of a part or nothing."""
    aside = shards.root / f".tmp-{uuid.uuid4().hex}"
    with suppress(OSError):  # another process was first
        (shards.root / name).replace(aside)
    shutil.rmtree(aside, ignore_errors=True)


def _check(keys: Sequence[bytes], stems: Stems) -> None:
    words, starts, ids, times = stems
    if not (len(keys) == len(starts) - 1 and len(ids) == len(times) == starts[-1]):
        raise ValueError("its columns do not fit each other")
    if ids.min(initial=0) < 0 or ids.max(initial=-1) + 1 != len(words) or times.min(initial=1) < 1:
        raise ValueError("its words are not those of its texts")


def _joined(parts: Sequence[_Known]) -> _Known:
    """Parts one after the other, with one vocabulary."""
    place: dict[str, int] = {}
    ids = [_none()]
    for _, stems in parts:
        same = [place.setdefault(word, len(place)) for word in stems.words]
        ids.append(np.array(same, np.int32)[stems.ids])
    size = np.concatenate([np.diff(stems.starts) for _, stems in parts] or [_none()])
    times = np.concatenate([_none(), *(stems.times for _, stems in parts)])
    starts = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    keys = [key for part in parts for key in part.keys]
    return _Known(keys, Stems(list(place), starts, np.concatenate(ids), times))


def _rows(stems: Stems, rows: Places) -> Stems:
    """The stems of some texts, and of the vocabulary what they use."""
    size = np.diff(stems.starts)[rows]
    starts = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    at = np.arange(starts[-1]) + np.repeat(stems.starts[rows] - starts[:-1], size)
    ids = stems.ids[at]
    used = np.bincount(ids, minlength=len(stems.words)) > 0
    number = np.cumsum(used, dtype=np.int32) - 1
    words = [stems.words[i] for i in np.flatnonzero(used)]
    return Stems(words, starts, number[ids].astype(np.int32), stems.times[at])


def _none() -> Ints:
    return np.zeros(0, np.int32)
