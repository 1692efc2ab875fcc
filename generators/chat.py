"""The teacher ``openai``: any OpenAI-compatible chat-completions server, over httpx.

The aiohttp transport is used because httpx's own pool slows down with many calls in flight
(encode/httpx issue history: httpcore#1035). This is the one layer that retries.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from configs.errors import ConfigError, TeacherUnavailable
from configs.recipe import Teacher as TeacherSettings
from generators.budget import Ledger
from generators.teacher import Answered, Request, worst_case_tokens
from store.journal import Journal, Reply, Spent, request_key

_RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_LONGEST_WAIT_S = 60.0


class _TryAgain(Exception):
    """A fault that may pass; ``wait_s`` is what the server asked for, if it did."""

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


@dataclass
class ChatTeacher:
    """A model behind ``POST {base_url}/chat/completions``. Use as an async context manager."""

    settings: TeacherSettings
    run: str
    journal: Journal
    ledger: Ledger
    rule_based: bool = field(default=False, init=False)
    _client: httpx.AsyncClient | None = field(default=None, init=False, repr=False)

    @property
    def name(self) -> str:
        """The recipe's name for this teacher."""
        return self.settings.name

    async def __aenter__(self) -> ChatTeacher:
        """Open the connection pool."""
        import stamina.instrumentation
        from httpx_aiohttp import AiohttpTransport

        # Tries are counted in each reply; a log line for each would drown the progress bars.
        stamina.instrumentation.set_on_retry_hooks([])

        limits = httpx.Limits(max_connections=self.settings.concurrency)
        self._client = httpx.AsyncClient(
            transport=AiohttpTransport(limits=limits, retries=0),
            timeout=httpx.Timeout(self.settings.timeout_s, connect=10.0),
            headers=headers(self.settings),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection pool."""
        if self._client is not None:
            await self._client.aclose()

    async def ask(self, request: Request) -> Answered:
        """The reply to a request: from the journal if it ever arrived, else from the server.

        Raises:
            TeacherUnavailable: the server refuses, or faults outlast the attempts.
            BudgetExceeded: the call could pass a ceiling, so it was not made.
        """
        body = chat_body(request, self.settings)
        key = request_key(body, str(self.settings.base_url), request.task.seed.sample)
        known = self.journal.find(key)
        if known is not None:
            return Answered(known, key)
        reply = await self._send(body, request)
        self.journal.put(key, self.run, self.name, body, reply)
        return Answered(reply, key)

    async def _send(self, body: Mapping[str, Any], request: Request) -> Reply:
        """One call with its retries; each try is reserved in the ledger before it is sent."""
        import stamina

        tried = 0
        started = time.monotonic()
        try:
            async for attempt in stamina.retry_context(
                on=_wait, attempts=self.settings.attempts, timeout=None, wait_max=_LONGEST_WAIT_S
            ):
                with attempt:
                    tried += 1
                    with self._reserved(request) as used:
                        data = await self._post(body)
                        reply = self._reply(data, tried, time.monotonic() - started)
                        used.append(reply)
                    return reply
        except _TryAgain as error:
            raise TeacherUnavailable(
                f"teacher {self.name!r}: {error}; gave up after {tried} tries. What was answered "
                "is kept: run the same command again when the server is well"
            ) from None
        raise AssertionError("retry_context ends by returning or raising")

    @contextmanager
    def _reserved(self, request: Request) -> Iterator[list[Reply]]:
        sent, received = worst_case_tokens(request.messages, self.settings.max_tokens)
        worst = Spent(1, sent + received, self._usd(sent, received) or 0.0)
        self.ledger.reserve(worst)
        replies: list[Reply] = []
        try:
            yield replies
        finally:
            tokens = sum(r.input_tokens + r.output_tokens for r in replies)
            self.ledger.settle(worst, Spent(1, tokens, sum(r.usd or 0.0 for r in replies)))

    async def _post(self, body: Mapping[str, Any]) -> dict[str, Any]:
        assert self._client is not None, "use the teacher in an `async with`"
        url = f"{str(self.settings.base_url).rstrip('/')}/chat/completions"
        try:
            response = await self._client.post(url, content=orjson.dumps(body))
        except httpx.HTTPError as error:
            raise _TryAgain(f"no answer from {url} ({type(error).__name__})") from None
        if response.status_code in _RETRIED and not _is_final(response):
            wait = response.headers.get("retry-after", "")
            seconds = min(float(wait), _LONGEST_WAIT_S) if _is_number(wait) else None
            raise _TryAgain(f"HTTP {response.status_code} from {url}", seconds)
        if response.status_code != 200:
            raise TeacherUnavailable(explain_status(self.settings, response))
        try:
            data = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            raise _TryAgain(f"a reply from {url} that is not JSON") from None
        if not isinstance(data, dict) or not data.get("choices"):
            raise _TryAgain(f"a reply from {url} without choices")
        return data

    def _reply(self, data: Mapping[str, Any], attempts: int, latency_s: float) -> Reply:
        choice = data["choices"][0]
        message = choice.get("message") or {}
        usage = data.get("usage") or {}
        sent = int(usage.get("prompt_tokens") or 0)
        received = int(usage.get("completion_tokens") or 0)
        refused = bool(message.get("refusal"))
        return Reply(
            content=message.get("content"),
            finish_reason="refusal" if refused else str(choice.get("finish_reason") or "unknown"),
            model=str(data.get("model") or self.settings.model),
            input_tokens=sent,
            output_tokens=received,
            usd=self._usd(sent, received),
            attempts=attempts,
            latency_s=round(latency_s, 4),
        )

    def _usd(self, sent: int, received: int) -> float | None:
        """Price of that many tokens, or None where the recipe gives no price."""
        price_in = self.settings.usd_per_million_input
        price_out = self.settings.usd_per_million_output
        if price_in is None or price_out is None:
            return None
        return (sent * price_in + received * price_out) / 1e6


def chat_body(request: Request, settings: TeacherSettings) -> dict[str, Any]:
    """The JSON body of a call, all that decides the reply included."""
    return {
        "model": settings.model,
        "messages": [dict(message) for message in request.messages],
        "temperature": settings.temperature,
        "max_tokens": settings.max_tokens,
        "seed": int(request.task.seed.id[:7], 16),
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "record", "strict": True, "schema": request.schema},
        },
    }


def headers(settings: TeacherSettings) -> dict[str, str]:
    """Request headers, with the key from the environment.

    Raises:
        ConfigError: the variable the recipe names is not set.
    """
    found = {"content-type": "application/json"}
    if settings.api_key_env:
        key = os.environ.get(settings.api_key_env)
        if not key:
            raise ConfigError(
                f"teacher {settings.name!r}: the environment variable {settings.api_key_env} "
                "holds no key; export it, or take api_key_env out for a server without keys"
            )
        found["authorization"] = f"Bearer {key}"
    return found


def check_endpoint(settings: TeacherSettings) -> None:
    """Ask the server for its models, which costs nothing, before any money is spent.

    Raises:
        TeacherUnavailable: it cannot be reached or refuses the key.
    """
    url = f"{str(settings.base_url).rstrip('/')}/models"
    try:
        response = httpx.get(url, headers=headers(settings), timeout=10.0)
    except httpx.HTTPError as error:
        raise TeacherUnavailable(
            f"teacher {settings.name!r}: no answer from {settings.base_url} "
            f"({type(error).__name__}); is the server running, and the address right "
            "up to and including /v1?"
        ) from None
    if response.status_code in (401, 403):
        raise TeacherUnavailable(explain_status(settings, response))


def explain_status(settings: TeacherSettings, response: httpx.Response) -> str:
    """What a refusing status means and what to do; never repeats the key."""
    status = response.status_code
    where = f"teacher {settings.name!r} at {settings.base_url}: HTTP {status}"
    if status in (401, 403):
        source = f"in {settings.api_key_env}" if settings.api_key_env else "(none was sent)"
        return f"{where}: the key {source} is refused; check api_key_env and its value"
    if status == 404:
        return f"{where}: no such page or model; check base_url (with /v1) and model"
    said = response.text[:300].replace(os.environ.get(settings.api_key_env or "", "\0"), "***")
    return f"{where}: {said or 'no text'}"


def _is_final(response: httpx.Response) -> bool:
    """Whether a retriable status will not pass: an empty account, or our own mistake."""
    text = response.text[:2000]
    return "insufficient_quota" in text or "validation error" in text.casefold()


def _wait(error: Exception) -> bool | float:
    if not isinstance(error, _TryAgain):
        return False
    return True if error.wait_s is None else error.wait_s


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
