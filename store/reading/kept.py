"""What was fetched of URLs, kept in a folder: for each a folder, with the file and what is known of
it. What names the file is replaced at once, so that a crash leaves the old state or the new one.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath

import httpx
import orjson
from pydantic import TypeAdapter, ValidationError

from store.reading.body import time_of
from store.reading.content import as_utf8
from store.reading.links import shown
from store.reading.transfer import Answer
from store.text import sha256

_FACTS = "fetched.json"
_FIRST_YEAR = 1990
"""Earlier days of servers are those of files without one."""


@dataclass(frozen=True)
class Kept:
    """What is known of a URL.

    ``said`` is why there is nothing to read; where it is empty ``file`` is there. ``fetched`` is
    the day on which these bytes first came, ``checked`` that on which they were last seen to be
    right, ``changed`` that of the server's Last-Modified. ``source`` is what may be shown of the
    URL behind the redirects, ``final`` its hash; ``etag`` and ``modified`` are its validators.
    """

    url: str
    checked: date
    said: str = ""
    file: str = ""
    source: str = ""
    final: str = ""
    fetched: date | None = None
    changed: date | None = None
    etag: str = ""
    modified: str = ""

    @property
    def validators(self) -> dict[str, str]:
        """Headers with which the server can say that the file is still right."""
        found = {"if-none-match": self.etag, "if-modified-since": self.modified}
        return {name: value for name, value in found.items() if value}


_KEPT = TypeAdapter(Kept)


def folder_of(cache: Path, url: httpx.URL) -> Path:
    """Where a URL is kept."""
    return cache / sha256(str(url))[:32]


def look_up(folder: Path) -> Kept | None:
    """What is kept in a folder; None where it is nothing, or not whole."""
    try:
        kept = _KEPT.validate_json((folder / _FACTS).read_bytes())
        whole = kept.said or _digest((folder / kept.file).read_bytes()) in kept.file
    except (OSError, ValidationError):
        return None
    return kept if whole else None


def keep(
    folder: Path, url: httpx.URL, answer: Answer, content: Path, old: Kept | None, today: date
) -> Kept:
    """Keep an answer, whose content lies in the file ``content`` where it is fresh.

    Bytes that are kept already keep their days, so that a document does not change by being
    looked at.

    Raises:
        ParseError: the content is not in the encoding that it claims.
    """
    if old and not answer.fresh:
        return note(folder, replace(old, checked=today))
    headers = answer.headers
    data = as_utf8(content.read_bytes(), answer.suffix, headers.get("content-type", ""))
    modified = headers.get("last-modified", "")
    new = Kept(
        url=shown(url),
        checked=today,
        file=f"{_stem(url)}-{_digest(data)}{answer.suffix}",
        source=shown(answer.url),
        final=sha256(str(answer.url)),
        fetched=today,
        changed=_day(modified, today),
        etag=_sendable(headers.get("etag", "")),
        modified=_sendable(modified),
    )
    if old and old.file == new.file:
        return note(folder, replace(new, fetched=old.fetched, changed=old.changed))
    content.write_bytes(data)
    content.replace(folder / new.file)
    note(folder, new)
    for other in folder.iterdir():
        if other.name not in (_FACTS, new.file):
            other.unlink()
    return new


def note(folder: Path, kept: Kept) -> Kept:
    """Write down what is known of a URL, at once."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{_FACTS}"
    aside.write_bytes(orjson.dumps(kept))
    aside.replace(folder / _FACTS)
    return kept


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _stem(url: httpx.URL) -> str:
    """The name of a file in messages about it: ``ocrmypdf report-1f00.pdf``."""
    return re.sub(r"[^\w.-]+", "-", PurePosixPath(url.path).stem)[:60].strip(".") or "index"


def _sendable(header: str) -> str:
    """A header as it can be sent back; nothing, where servers put into it what is none."""
    return header if header.isascii() and header.isprintable() else ""


def _day(stated: str, today: date) -> date | None:
    """The day of a Last-Modified, as far as it is one."""
    found = time_of(stated)
    if found is None or found.year < _FIRST_YEAR or found.date() > today:
        return None
    return found.date()
