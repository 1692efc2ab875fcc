"""What can go wrong with a call, and what follows from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

import httpx

from configs.teachers import Teacher

Kind = Literal[
    "rate_limited",  # 429: come back later
    "server",  # 408, 409, 425, 5xx, 529: the server's own trouble
    "cancelled",  # the run was stopped while it was in flight
    "unsent",  # it was not wanted any more when its turn came
    "connection",  # no connection came about, so nothing was sent
    "reset",  # the connection broke before the reply began
    "timeout",  # silent or slow beyond the limits
    "hang",  # much slower than all other replies
    "cut",  # the reply broke off on the way
    "malformed",  # 200, but not what the protocol promises
    "rejected",  # the server does not want this very request
    "refused",  # the server does not want us: key, model, empty account
]
_PASSING = frozenset({408, 409, 425, 500, 502, 503, 504, 520, 522, 524, 529})
_SENDING = frozenset({"reset", "timeout", "hang", "cut", "malformed"})
_LONGEST_WAIT_S = 3600.0


@dataclass
class Fault(Exception):
    """A call without a usable reply. ``wait_s`` is what the server asked for, if it did;
    ``asked_otherwise`` says that the way of asking was changed since.
    """

    kind: Kind
    message: str
    status: int | None = None
    wait_s: float | None = None
    asked_otherwise: bool = False

    def __str__(self) -> str:
        """The message."""
        return self.message

    @property
    def passing(self) -> bool:
        """Whether another try may succeed."""
        return self.kind not in ("rejected", "refused")

    @property
    def maybe_paid(self) -> bool:
        """Whether the server may have done the work and bill it."""
        return self.kind in ("cancelled", *_SENDING)

    @property
    def unwell(self) -> bool:
        """Whether it says that the endpoint is unwell, rather than busy or asked wrongly."""
        return self.kind in ("server", "connection", *_SENDING)

    @property
    def about_schema(self) -> bool:
        """Whether the server rejects the way the reply is bound to the schema."""
        text = self.message.casefold()
        words = ("response_format", "json_schema", "structured", "schema", "tool", "output_config")
        return self.kind == "rejected" and any(word in text for word in words)


def of_status(response: httpx.Response, secret: str) -> Fault:
    """The fault behind a status other than 200; ``secret`` is kept out of its text."""
    # The encoding that a server names may be one that Python does not decode to text.
    text = response.content.decode(errors="replace")
    return of_error(response.status_code, text, secret, asked_wait(response.headers))


def of_error(status: int, body: str, secret: str, wait_s: float | None = None) -> Fault:
    """The fault behind a status other than 200 and what came with it."""
    text = body[:2000]
    said = redacted(text, secret)[:300].strip() or "no text"
    if status in (401, 402, 403, 404) or "insufficient_quota" in text:
        return Fault("refused", said, status)
    if status == 429:
        return Fault("rate_limited", said, status, wait_s)
    # Some servers answer 500 to mistakes of the client's; another try would change nothing.
    if status in _PASSING and "validation error" not in text.casefold():
        return Fault("server", said, status, wait_s)
    return Fault("rejected", said, status)


def redacted(text: str, secret: str) -> str:
    """A server's words without the key, however its characters were escaped (JSON, URLs)."""
    if not secret:
        return text
    forms = (rf"(?:\\*{re.escape(c)}|\\+u{ord(c):04x}|%{ord(c):02x})" for c in secret)
    return re.sub("".join(forms), "***", text, flags=re.IGNORECASE)


def explained(fault: Fault, teacher: Teacher) -> str:
    """What a refusal means and what to do; never repeats the key."""
    where = f"teacher {teacher.name!r} at {teacher.base_url}: HTTP {fault.status}"
    if fault.status in (401, 403):
        name = teacher.api_key_env or teacher.api_key_block
        source = f"in {name}" if name else "(none was sent)"
        return f"{where}: the key {source} is refused; check it and its name in the recipe"
    if fault.status == 404:
        what = "batch API" if teacher.mode == "batch" else "page"
        return f"{where}: no such {what} or model; check base_url (with /v1) and model"
    return f"{where}: {fault.message}"


def of_transport(error: Exception, begun: bool) -> Fault:
    """The fault behind an exception of the transport, before or after the reply had ``begun``.

    The transport maps a server that hung up to httpx's ConnectTimeout, so its cause decides.
    """
    import aiohttp

    no_connection = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
    cause = error.__cause__ if isinstance(error.__cause__, aiohttp.ClientError) else error
    name = type(cause).__name__
    if isinstance(cause, (httpx.ConnectError, httpx.ConnectTimeout, *no_connection)):
        return Fault("connection", f"no connection ({name})")
    if isinstance(cause, aiohttp.ServerTimeoutError | httpx.TimeoutException):
        return Fault("timeout", f"the server went silent ({name})")
    if begun:
        return Fault("cut", f"the reply broke off ({name})")
    return Fault("reset", f"the connection broke before the reply ({name})")


def asked_wait(headers: httpx.Headers) -> float | None:
    """Seconds the server asks to wait: ``retry-after-ms``, ``retry-after`` in seconds or as a date
    (RFC 9110, 10.2.3); None where it says nothing readable.
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        given = headers.get(name, "").strip()
        try:
            seconds = float(given) / unit
        except ValueError:
            seconds = _until(given) if given else -1.0
        if 0 <= seconds < float("inf"):
            return min(seconds, _LONGEST_WAIT_S)
    return None


def _until(date: str) -> float:
    try:
        return (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return -1.0
