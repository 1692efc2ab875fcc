"""The wire: one httpx client per endpoint, and the two ways to receive a reply.

The aiohttp transport is used because httpx's own pool is quadratic in the calls in flight
(httpcore#1035): at 256 of them it reaches a twentieth of what the server could give.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from ssl import SSLContext
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx
import orjson

from configs.teachers import Teacher
from generators.teachers.adapter import Adapter
from generators.teachers.faults import Fault, asked_wait, of_error, of_transport

_MOST_BYTES = 32 << 20
"""Bytes of a body after which no more is received."""
_MOST_ODD = 1 << 20
"""Bytes of a body that are read by the slower decoder."""
Headers = Mapping[str, str]
"""Headers of a reply, names in lower case."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A decoded body with its headers. Where it was streamed, ``ttft_s`` is the time to the first
    piece of the answer and ``gaps_s`` are the times between pieces.
    """

    data: Any
    headers: Headers
    ttft_s: float | None = None
    gaps_s: tuple[float, ...] = ()


class Wire:
    """Sends bodies to one endpoint. Use as an async context manager."""

    def __init__(self, settings: Teacher, adapter: Adapter, secret: str) -> None:
        """Nothing is opened yet."""
        self.url = httpx.URL(f"{str(settings.base_url).rstrip('/')}{adapter.PATH}")
        self._settings, self._adapter, self._secret = settings, adapter, secret
        # Replies are small: a server that compresses them costs more than it saves.
        self._headers = httpx.Headers({**adapter.headers(secret), "accept-encoding": "identity"})
        timeout = httpx.Timeout(settings.read_s, connect=settings.connect_s).as_dict()
        self._extensions = {"timeout": timeout}
        self._transport: httpx.AsyncBaseTransport | None = None

    async def __aenter__(self) -> Wire:
        """Open the connection pool."""
        from httpx_aiohttp import AiohttpTransport

        limits = httpx.Limits(max_connections=self._settings.concurrency + 16, keepalive_expiry=30)
        self._transport = AiohttpTransport(trusted(), limits=limits, proxy=proxy_for(self.url))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection pool."""
        if self._transport is not None:
            await self._transport.aclose()

    async def send(self, body: bytes, deadline_s: float) -> Arrived:
        """One call, unstreamed.

        Raises:
            Fault: with what went wrong; a call past its deadline is a ``hang``.
        """
        async with self._response(body, deadline_s) as (response, headers):
            parts = [part async for part in _chunks(response, headers)]
        return Arrived(_checked(_decoded(b"".join(parts)), self._secret), headers)

    async def stream(self, body: bytes, deadline_s: float) -> Arrived:
        """One call, as server-sent events.

        Raises:
            Fault: with what went wrong.
        """
        events: list[Any] = []
        times: list[float] = []
        started = time.perf_counter()
        async with self._response(body, deadline_s) as (response, headers):
            async for event in _events(_chunks(response, headers)):
                events.append(event)
                if self._adapter.has_text(event):
                    times.append(time.perf_counter())
        gaps = tuple(later - earlier for earlier, later in pairwise(times))
        first = times[0] - started if times else None
        return Arrived(self._adapter.gather(events), headers, first, gaps)

    @asynccontextmanager
    async def _response(
        self, body: bytes, deadline_s: float
    ) -> AsyncIterator[tuple[httpx.Response, Headers]]:
        """A response of status 200. The transport is used without httpx's client around it, which
        would take as long as the call itself and give nothing here (no cookies, no redirects).
        """
        import aiohttp

        assert self._transport is not None, "use the wire in an `async with`"
        request = httpx.Request(
            "POST", self.url, headers=self._headers, content=body, extensions=self._extensions
        )
        response = None
        try:
            async with asyncio.timeout(deadline_s):
                response = await self._transport.handle_async_request(request)
                headers = {k.decode("latin-1").lower(): v.decode("latin-1")
                           for k, v in response.headers.raw}  # fmt: skip
                if response.status_code != 200:
                    said = b"".join([part async for part in _chunks(response, headers)])
                    wait_s, text = asked_wait(response.headers), said.decode(errors="replace")
                    raise of_error(response.status_code, text, self._secret, wait_s)
                yield response, headers
        except TimeoutError:
            raise Fault("hang", f"no whole reply after {deadline_s:.0f} s") from None
        except (httpx.HTTPError, aiohttp.ClientError) as error:
            raise of_transport(error, begun=response is not None) from None
        finally:
            if response is not None:
                await response.aclose()


@cache
def trusted() -> SSLContext:
    """The certificates that servers are checked against. Reading them takes longer than a call."""
    return httpx.create_ssl_context()


def proxy_for(url: httpx.URL) -> httpx.Proxy | None:
    """The proxy that the environment names for an address; none for this machine itself."""
    if url.host in ("localhost", "127.0.0.1", "::1") or proxy_bypass(url.host):
        return None
    found = getproxies().get(url.scheme)
    return httpx.Proxy(found) if found else None


async def _chunks(response: httpx.Response, headers: Headers) -> AsyncIterator[bytes]:
    """The body as it comes; decompressed where the server compresses all the same."""
    assert isinstance(response.stream, httpx.AsyncByteStream)
    plain = headers.get("content-encoding", "identity") == "identity"
    size = 0
    async for chunk in response.stream if plain else response.aiter_bytes():
        size += len(chunk)
        if size > _MOST_BYTES:
            raise Fault("malformed", f"a reply of more than {_MOST_BYTES >> 20} MiB")
        yield chunk


async def _events(chunks: AsyncIterator[bytes]) -> AsyncIterator[Any]:
    """Decoded data of server-sent events (WHATWG HTML, 9.2); all we meet fit one line each."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            data = line.strip().removeprefix(b"data:").strip()
            if line.startswith(b"data:") and data not in (b"", b"[DONE]"):
                yield _decoded(data)


def _checked(data: Any, secret: str) -> Any:
    """Some gateways answer 200 with an error in place of a reply; its code is the status then."""
    error = data.get("error") if isinstance(data, dict) else None
    if not isinstance(error, dict) or "choices" in data or "content" in data:
        return data
    code = error.get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else 500
    raise of_error(status, json.dumps(error), secret)


def _decoded(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        if len(content) > _MOST_ODD:
            raise Fault("malformed", "a reply that is not JSON") from None
    try:
        # Slower, and reads halves of characters, which servers send where a reply was cut.
        return json.loads(content)
    except (ValueError, RecursionError):
        raise Fault("malformed", "a reply that is not JSON") from None
