"""The content of an answer, written down piece by piece. What is packed is counted unpacked."""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from configs.errors import ParseError
from store.reading.addresses import PAUSE_S, Unreachable

_LONGEST_PAUSE_S = 10.0
_BUSY = {429, 500, 502, 503, 504}
_PIECE = 1 << 16
"""Most bytes that are unpacked at once."""
_GZIP = zlib.MAX_WBITS | 16


def check_status(response: httpx.Response) -> None:
    """See that a server sends what it was asked for.

    Raises:
        Unreachable: it cannot now, and may after a pause.
        ParseError: it does not.
    """
    status = response.status_code
    if status == 200:
        return
    # The server's own words would stand in manifests.
    said = f": the server answers {status} {httpx.codes.get_reason_phrase(status)}".rstrip()
    if status in _BUSY:
        pause = _pause(response.headers.get("retry-after", ""))
        if pause > _LONGEST_PAUSE_S:
            raise Unreachable(f"{said} and asks to wait {pause:,.0f} s")
        raise Unreachable(said, pause)
    raise ParseError(said)


def _pause(stated: str) -> float:
    """Seconds that a server asks to wait (RFC 9110, 10.2.3)."""
    if stated.strip().isdecimal():
        return float(stated)
    until = time_of(stated)
    return PAUSE_S if until is None else max(0.0, (until - datetime.now(UTC)).total_seconds())


def time_of(stated: str) -> datetime | None:
    """The time of a header in UTC (RFC 9110, 5.6.7); None where it is none."""
    try:
        found = parsedate_to_datetime(stated)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


async def write_body(response: httpx.Response, max_mb: float, to: Path) -> None:
    """Write the content to a file.

    Raises:
        ParseError: it is too large, or packed in a way that was not asked for or is broken.
    """
    most = int(max_mb * 1_000_000)
    stated = response.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > most:
        raise _too_large(max_mb)
    size = 0
    with to.open("wb") as file:
        async with aclosing(_unpacked(response)) as pieces:
            async for piece in pieces:
                size += len(piece)
                if size > most:
                    raise _too_large(max_mb)
                file.write(piece)


async def _unpacked(response: httpx.Response) -> AsyncGenerator[bytes]:
    """The content in pieces that stay small however well it is packed."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        async for data in response.aiter_raw():
            yield data
        return
    if encoding not in ("gzip", "x-gzip"):
        raise ParseError(f": is packed as {encoding[:40]}, which was not asked for")
    unpacker = zlib.decompressobj(_GZIP)
    async for data in response.aiter_raw():
        while data:
            if unpacker.eof:
                unpacker = zlib.decompressobj(_GZIP)
            try:
                yield unpacker.decompress(data, _PIECE)
            except zlib.error:
                raise ParseError(": is said to be packed as gzip, but is broken") from None
            data = unpacker.unconsumed_tail or unpacker.unused_data
    if not unpacker.eof:
        raise Unreachable(": ends in the middle of its gzip data", PAUSE_S)


def _too_large(max_mb: float) -> ParseError:
    return ParseError(
        f": has more than {max_mb:g} MB, max_mb of its source in the recipe; raise that, or leave "
        "the URL out"
    )
