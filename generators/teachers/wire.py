"""The wire: one httpx client per endpoint, and the two ways to receive a reply.

The aiohttp transport is used because httpx's own pool is quadratic in the calls in flight
(httpcore#1035): at 256 of them it reaches a twentieth of what the server could give.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import httpx
import orjson

from configs.teachers import Teacher
from generators.teachers.adapter import Adapter
from generators.teachers.faults import Fault, of_status, of_transport


@dataclass(frozen=True, slots=True)
class Arrived:
    """A decoded body with its headers; ``ttft_s`` where it was streamed."""

    data: Any
    headers: httpx.Headers
    ttft_s: float | None = None
    gaps_s: tuple[float, ...] = ()


class Wire:
    """Sends bodies to one endpoint. Use as an async context manager."""

    def __init__(self, settings: Teacher, adapter: Adapter, secret: str) -> None:
        """Nothing is opened yet."""
        self.url = f"{str(settings.base_url).rstrip('/')}{adapter.PATH}"
        self._settings, self._adapter, self._secret = settings, adapter, secret
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Wire:
        """Open the connection pool."""
        from httpx_aiohttp import AiohttpTransport

        settings = self._settings
        limits = httpx.Limits(max_connections=settings.concurrency + 16, keepalive_expiry=30.0)
        self._client = httpx.AsyncClient(
            transport=AiohttpTransport(limits=limits),
            timeout=httpx.Timeout(settings.read_s, connect=settings.connect_s),
            headers=self._adapter.headers(self._secret),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection pool."""
        if self._client is not None:
            await self._client.aclose()

    async def send(self, body: bytes, deadline_s: float) -> Arrived:
        """One call, unstreamed.

        Raises:
            Fault: with what went wrong; a call past its deadline is a ``hang``.
        """
        assert self._client is not None, "use the wire in an `async with`"
        try:
            async with asyncio.timeout(deadline_s):
                response = await self._client.post(self.url, content=body)
        except TimeoutError:
            raise _late(deadline_s) from None
        except httpx.HTTPError as error:
            raise of_transport(error) from None
        if response.status_code != 200:
            raise of_status(response, self._secret)
        return Arrived(_decoded(response.content), response.headers)

    async def stream(self, body: bytes, deadline_s: float) -> Arrived:
        """One call, as server-sent events; ``gaps_s`` are the times between pieces of the answer.

        Raises:
            Fault: with what went wrong; a stream without an end is ``cut``.
        """
        assert self._client is not None, "use the wire in an `async with`"
        events: list[Any] = []
        times: list[float] = []
        started = time.perf_counter()
        try:
            async with (
                asyncio.timeout(deadline_s),
                self._client.stream("POST", self.url, content=body) as response,
            ):
                if response.status_code != 200:
                    await response.aread()
                    raise of_status(response, self._secret)
                async for line in response.aiter_lines():
                    if line.startswith("data:") and line[5:].strip() != "[DONE]":
                        events.append(_decoded(line[5:].strip().encode()))
                        if self._adapter.has_text(events[-1]):
                            times.append(time.perf_counter())
        except TimeoutError:
            raise _late(deadline_s) from None
        except httpx.HTTPError as error:
            raise of_transport(error) from None
        gaps = tuple(later - earlier for earlier, later in pairwise(times))
        first = times[0] - started if times else None
        return Arrived(self._adapter.gather(events), response.headers, first, gaps)


def _late(deadline_s: float) -> Fault:
    return Fault("hang", f"no whole reply after {deadline_s:.0f} s")


def _decoded(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise Fault("malformed", "a reply that is not JSON") from None
