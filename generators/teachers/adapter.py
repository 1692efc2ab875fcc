"""What a provider's module must offer: render the request, read the reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from configs.teachers import Structured, Teacher
from store.asking import Question
from store.journal import Reply


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate limit as headers tell it: ``most`` at once, ``left`` of it, full again in ``full_s``
    seconds. None where the header is missing.
    """

    most: float | None = None
    left: float | None = None
    full_s: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on requests and on tokens."""

    requests: Limit = Limit()
    tokens: Limit = Limit()


class Adapter(Protocol):
    """One protocol of teachers. Modules with these functions are adapters."""

    @property
    def PATH(self) -> str:
        """Where calls go, after the base URL."""
        ...

    @property
    def LADDER(self) -> Sequence[Structured]:
        """Ways to bind a reply to a schema, strictest first."""
        ...

    def headers(self, secret: str) -> dict[str, str]:
        """Request headers; ``secret`` is empty for servers without keys."""
        ...

    def body(self, request: Question, settings: Teacher, structured: Structured) -> dict[str, Any]:
        """The JSON body of a call."""
        ...

    def streamed(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body that asks for the same reply as a stream."""
        ...

    def read(self, data: Any, structured: Structured) -> Reply:
        """The reply in a decoded body.

        Raises:
            ParseError: it is not of the protocol's form.
        """
        ...

    def gather(self, events: Sequence[Any]) -> Any:
        """The body that a stream of decoded events amounts to; see :func:`read` for errors."""
        ...

    def has_text(self, event: Any) -> bool:
        """Whether an event of a stream carries something of the answer."""
        ...

    def limits(self, headers: Mapping[str, str]) -> Limits:
        """What the headers of a reply say of the rate limits."""
        ...


def number(value: Any) -> int:
    """A count out of a reply: 0 where it is missing or no number."""
    usable = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12
    return int(value) if usable else 0


def header_number(headers: Mapping[str, str], name: str) -> float | None:
    """A header as a number, or None."""
    try:
        return float(headers[name])
    except (KeyError, ValueError):
        return None
