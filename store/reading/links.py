"""URLs of documents: which are fetched, what they are called, and what of them may be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import httpx

from configs.corpus import SECRET_PARAMETER, CorpusSource
from configs.errors import ConfigError, ParseError
from store.reading.formats import READERS
from store.text import sha256


@dataclass(frozen=True)
class Link:
    """A line of a list of URLs; ``where`` is its place: ``urls[2]`` or ``list.txt:7``."""

    where: str
    written: str


def links_of(source: CorpusSource) -> list[Link]:
    """The URLs of a source in order: the recipe's, then those of its file.

    Raises:
        ConfigError: the file cannot be read, or there is no URL at all.
    """
    links = [Link(f"urls[{number}]", url.strip()) for number, url in enumerate(source.urls)]
    links += _lines(Path(source.path)) if source.path else []
    if not links:
        raise ConfigError(f"corpus: there is no URL in {source.path}; write one on each line")
    return links


def _lines(path: Path) -> Iterator[Link]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise ConfigError(
            f"corpus: the list of URLs {path} cannot be read ({why}); `path` of a source with "
            "reader urls is a text file with a URL on each line"
        ) from None
    for number, line in enumerate(text.splitlines(), start=1):
        written = re.split(r"(?:^|\s)#", line)[0].strip()
        if written:
            yield Link(f"{path.name}:{number}", written)


def checked(written: str) -> httpx.URL:
    """A URL that may be fetched, without its fragment.

    Raises:
        ParseError: it is none, or of another kind; its text is not repeated.
    """
    try:
        url = httpx.URL(written).copy_with(fragment=None)
        port = url.port
    except (httpx.InvalidURL, ValueError, TypeError):
        raise ParseError(": is no URL; write it as https://example.org/page.html") from None
    if url.scheme not in ("http", "https"):
        raise ParseError(": is no URL with http or https; a file is read by reader: files")
    if not url.host or not 0 < (port or 80) < 1 << 16:
        raise ParseError(": names no server; write it as https://example.org/page.html")
    if url.userinfo:
        raise ParseError(
            ": holds a user's name or password, which a corpus would publish; download it, and "
            "read it with reader: files"
        )
    return url


def shown(url: httpx.URL) -> str:
    """A URL as it may be published: without its query, if that seems to hold a secret."""
    if any(SECRET_PARAMETER.search(name) for name in url.params):
        return str(url.copy_with(query=None))
    return str(url)


def name_of(url: httpx.URL, suffix: str = "") -> str:
    """What the document of a URL is called: host and path, and a suffix that tells its reader."""
    host = url.host + (f"_{url.port}" if url.port else "")
    path = url.raw_path.partition(b"?")[0].decode("ascii")
    name = f"{host.replace(':', '-')}{path}{'index' if path.endswith('/') else ''}"
    if url.query:
        name += f"-{sha256(url.query.decode('ascii'))[:8]}"
    own = READERS.get(PurePosixPath(path).suffix.lower())
    if not suffix or (not url.query and own is READERS[suffix]):
        return name
    return name + suffix
