"""One document over HTTP, with redirects, size, time and addresses bounded whatever servers do.

Nothing is sent that says who asks: no cookies, and no keys or passwords of the environment, whose
proxies are not used either, since they would look up names for themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import httpx

from configs.errors import ParseError
from store.reading.addresses import PAUSE_S, Unreachable, addresses_of
from store.reading.body import check_status, write_body
from store.reading.content import suffix_of
from store.reading.links import checked
from store.text import sha256

REDIRECTS = 5
_MOVED = {301, 302, 303, 307, 308}
_QUIET_S = 30.0
"""Most seconds in which nothing arrives."""


@dataclass(frozen=True)
class Limits:
    """What a source of a recipe allows: megabytes and seconds for one document, and networks."""

    max_mb: float
    timeout_s: float
    private_addresses: bool


@dataclass(frozen=True)
class Wanted:
    """A URL, and the file that its content goes to. ``validators`` are headers with which the
    server can say that what is kept is still right; they go to the URL with the hash
    ``validated`` alone.
    """

    url: httpx.URL
    to: Path
    validated: str = ""
    validators: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """The end of the redirects. ``suffix`` tells who reads the content; it is empty where none came
    since what is kept is right.
    """

    url: httpx.URL
    headers: Mapping[str, str]
    suffix: str = ""

    @property
    def fresh(self) -> bool:
        """Whether content came."""
        return bool(self.suffix)


def open_transport() -> httpx.AsyncHTTPTransport:
    """Connections for many documents; certificates of the system, or of SSL_CERT_FILE.

    Each is closed after its answer. One that is kept open would be used for other hosts at the same
    address, whose certificates were not looked at.
    """
    limits = httpx.Limits(max_keepalive_connections=0)
    context = httpx.create_ssl_context()
    return httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=limits)


async def fetch(transport: httpx.AsyncHTTPTransport, wanted: Wanted, limits: Limits) -> Answer:
    """Write the content of a URL to its file. What may have failed by chance is tried twice.

    Raises:
        Unreachable: the server cannot be reached, is busy or too slow.
        ParseError: the document is refused; says why, never with a secret of the URL.
    """
    try:
        async with asyncio.timeout(limits.timeout_s):
            try:
                return await _follow(transport, wanted, limits)
            except Unreachable as error:
                if error.pause_s is None:
                    raise
                await asyncio.sleep(error.pause_s)
            return await _follow(transport, wanted, limits)
    except TimeoutError:
        raise Unreachable(
            f": was not there after {limits.timeout_s:g} s, timeout_s of its source in the recipe"
        ) from None


async def _follow(transport: httpx.AsyncHTTPTransport, wanted: Wanted, limits: Limits) -> Answer:
    url = wanted.url
    for _ in range(REDIRECTS + 1):
        known = wanted.validators if sha256(str(url)) == wanted.validated else {}
        async with _answer(transport, url, known, limits.private_addresses) as response:
            if response.status_code not in _MOVED:
                if known and response.status_code == 304:
                    return Answer(url, response.headers)
                check_status(response)
                kind = response.headers.get("content-type", "")
                suffix = suffix_of(kind, (url.path, wanted.url.path))
                await write_body(response, limits.max_mb, wanted.to)
                return Answer(url, response.headers, suffix)
            url = _next(url, response)
    raise ParseError(f": is redirected more than {REDIRECTS} times")


def _next(url: httpx.URL, response: httpx.Response) -> httpx.URL:
    """Where a redirect leads, if it may be gone to."""
    target = response.headers.get("location", "")
    try:
        return checked(str(url.join(target)))
    except (httpx.InvalidURL, ValueError):
        raise ParseError(": is redirected to what is no URL") from None
    except ParseError as error:
        raise ParseError(f": is redirected to where it may not go{error}") from None


@asynccontextmanager
async def _answer(
    transport: httpx.AsyncHTTPTransport, url: httpx.URL, more: Mapping[str, str], private: bool
) -> AsyncIterator[httpx.Response]:
    """The answer of a host, asked at an address that was looked at."""
    host = url.raw_host.decode("ascii")
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    headers = {
        "host": url.netloc.decode("ascii"),
        "user-agent": f"stillhouse/{version('stillhouse')}",
        "accept": "*/*",
        "accept-encoding": "gzip",
        **more,
    }
    waits = dict.fromkeys(("connect", "read", "write", "pool"), _QUIET_S)
    told = {"timeout": waits, "sni_hostname": host}
    requests = [
        httpx.Request("GET", url.copy_with(host=address), headers=headers, extensions=told)
        for address in await addresses_of(host, port, private)
    ]
    try:
        response = await _first(transport, requests)
        try:
            yield response
        finally:
            await response.aclose()
    except httpx.TransportError as error:
        said = str(error).partition("\n")[0][:100] or "nothing came"
        raise Unreachable(f": {host} does not answer as a server does ({said})", PAUSE_S) from None


async def _first(
    transport: httpx.AsyncHTTPTransport, requests: list[httpx.Request]
) -> httpx.Response:
    """The answer at the first address that takes a connection."""
    for request in requests[:-1]:
        try:
            return await transport.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            continue
    return await transport.handle_async_request(requests[-1])
