"""What a provider's batch module must offer, and the plain HTTP calls it is written with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

import httpx
import orjson

from configs.teachers import Teacher
from generators.teachers.faults import Fault, of_status, of_transport
from generators.teachers.wire import proxy_for, trusted

_SLOWEST = 100_000
"""Bytes a second that an upload may take at the least."""
_DOWNLOAD_S = 3600.0
"""Longest wait for a file of replies."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a batch stands at the provider; ``created`` in seconds since the epoch."""

    id: str
    created: float
    ended: bool
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one call: a body with its status. None is the status of calls that the
    provider never made: expired, cancelled.
    """

    key: str
    status: int | None
    data: Any


class Http:
    """Calls to a provider with its key. Use as an async context manager."""

    def __init__(self, settings: Teacher, headers: Mapping[str, str], secret: str) -> None:
        """Nothing is opened yet."""
        self.base = httpx.URL(str(settings.base_url).rstrip("/"))
        self.secret = secret
        self._timeout_s = settings.timeout_s
        self._timeout = httpx.Timeout(settings.read_s, connect=settings.connect_s)
        # Uploads have a content type of their own.
        self._headers = {name: text for name, text in headers.items() if name != "content-type"}
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        """Open a client."""
        from httpx_aiohttp import AiohttpTransport

        self._client = httpx.AsyncClient(
            transport=AiohttpTransport(trusted(), proxy=proxy_for(self.base)),
            headers=self._headers,
            timeout=self._timeout,
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        if self._client is not None:
            await self._client.aclose()

    async def get(self, path: str, **query: str) -> Any:
        """A decoded JSON object; for errors see :meth:`post`."""
        return await self._call("GET", path, params=query)

    async def post(self, path: str, **content: Any) -> Any:
        """Send content as httpx takes it.

        Raises:
            Fault: with what went wrong.
        """
        return await self._call("POST", path, **content)

    async def lines(self, path: str) -> AsyncIterator[Any]:
        """The decoded lines of a JSONL file; for errors see :meth:`post`."""
        assert self._client is not None, "use it in an `async with`"
        rest, until = b"", time.monotonic() + _DOWNLOAD_S
        try:
            async with self._client.stream("GET", self._url(path)) as response:
                if response.status_code != 200:
                    await response.aread()
                    raise of_status(response, self.secret)
                async for chunk in response.aiter_bytes():
                    if time.monotonic() > until:
                        raise Fault("timeout", f"no whole file after {_DOWNLOAD_S:.0f} s")
                    *whole, rest = (rest + chunk).split(b"\n")
                    for line in filter(bytes.strip, whole):
                        yield _object(line)
        except httpx.HTTPError as error:
            raise of_transport(error, begun=True) from None
        if rest.strip():
            yield _object(rest)

    async def _call(self, method: str, path: str, **content: Any) -> Any:
        assert self._client is not None, "use it in an `async with`"
        request = self._client.build_request(method, self._url(path), **content)
        longest_s = self._timeout_s + int(request.headers.get("content-length", 0)) / _SLOWEST
        try:
            async with asyncio.timeout(longest_s):
                response = await self._client.send(request)
        except TimeoutError:
            raise Fault("timeout", f"no whole answer after {longest_s:.3g} s") from None
        except httpx.HTTPError as error:
            raise of_transport(error, begun=False) from None
        if response.status_code not in (200, 201):
            raise of_status(response, self.secret)
        return _object(response.content)

    def _url(self, path: str) -> str:
        return f"{self.base}{path}"


class Provider(Protocol):
    """One provider's batch API. Modules with these functions are providers."""

    @property
    def MOST_CALLS(self) -> int:
        """Calls that fit into a batch."""
        ...

    @property
    def MOST_BYTES(self) -> int:
        """Bytes of bodies that fit into a batch."""
        ...

    async def submit(self, http: Http, tag: str, bodies: Mapping[str, bytes]) -> str:
        """Submit bodies by their keys; the batch's id. For errors see :meth:`Http.post`."""
        ...

    async def look(self, http: Http, id_: str) -> State:
        """Where a batch stands."""
        ...

    def listed(self, http: Http) -> AsyncIterator[State]:
        """All batches there are, latest first."""
        ...

    def is_ours(self, state: State, tag: str, count: int) -> bool | None:
        """Whether that is the batch with our tag; None where only its results can tell."""
        ...

    def results(self, http: Http, state: State) -> AsyncIterator[Result]:
        """The results of a batch that has ended, in any order."""
        ...

    def silent(self, state: State) -> tuple[int | None, str]:
        """Status and reason of calls for which a batch that has ended has no result."""
        ...


def _object(content: bytes) -> Any:
    """A decoded JSON object, for which everything that comes can be taken."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Fault("malformed", "an answer of the batch API that is no JSON object")
    return found
