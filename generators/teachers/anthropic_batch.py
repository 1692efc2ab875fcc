"""Anthropic's Message Batches: calls go up in one body, results come down as one file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

import httpx

from generators.teachers.adapter import number
from generators.teachers.batch_api import Http, Result, State
from generators.teachers.faults import Fault

MOST_CALLS = 90_000
MOST_BYTES = 240_000_000
"""Under the documented 100,000 calls and 256 MB."""
_PATH = "/messages/batches"
_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}


async def submit(http: Http, tag: str, bodies: Mapping[str, bytes]) -> str:
    """Make a batch of all calls; there is no place for a tag."""
    parts = (b'{"custom_id":"%s","params":%s}' % (k.encode(), body) for k, body in bodies.items())
    content = b'{"requests":[%s]}' % b",".join(parts)
    kind = {"content-type": "application/json"}
    return _state(await http.post(_PATH, content=content, headers=kind)).id


async def look(http: Http, id_: str) -> State:
    """Where a batch stands."""
    return _state(await http.get(f"{_PATH}/{id_}"))


async def listed(http: Http) -> AsyncIterator[State]:
    """All batches of the workspace, page by page."""
    query = {"limit": "100"}
    while True:
        page = await http.get(_PATH, **query)
        states = [_state(one) for one in page.get("data") or ()]
        for state in states:
            yield state
        if not states or not page.get("has_more"):
            return
        query["after_id"] = states[-1].id


def is_ours(state: State, tag: str, count: int) -> bool | None:
    """No, where it has another number of calls; else only its results tell."""
    counts = state.data.get("request_counts")
    same = isinstance(counts, dict) and sum(map(number, counts.values())) == count
    return None if same else False


async def results(http: Http, state: State) -> AsyncIterator[Result]:
    """One line per call."""
    async for line in http.lines(_results_path(http.base, state)):
        yield _result(line)


def silent(state: State) -> tuple[int | None, str]:
    """Every call has a result, as the API promises; one without was never made."""
    return None, "the batch ended without this call"


def _results_path(base: httpx.URL, state: State) -> str:
    """Where the results are. An address that the server names is followed only where it leads to
    the same server, since the key goes along.
    """
    named = str(state.data.get("results_url") or "")
    if named.startswith(f"{base}/"):
        return named.removeprefix(str(base))
    return f"{_PATH}/{state.id}/results"


def _result(line: Mapping[str, Any]) -> Result:
    key, result = str(line.get("custom_id")), line.get("result")
    kind = result.get("type") if isinstance(result, dict) else None
    if not isinstance(result, dict) or kind not in ("succeeded", "errored"):
        return Result(key, None, kind)
    if kind == "succeeded":
        return Result(key, 200, result.get("message"))
    error = result.get("error")
    inner = error.get("error", error) if isinstance(error, dict) else None
    named = inner.get("type") if isinstance(inner, dict) else None
    return Result(key, _STATUS.get(str(named), 500), error)


def _state(data: Mapping[str, Any]) -> State:
    if not isinstance(data.get("id"), str):
        raise Fault("malformed", "a batch without an id")
    ended = data.get("processing_status") == "ended"
    return State(data["id"], _seconds(data.get("created_at")), ended, data)


def _seconds(time: Any) -> float:
    """Seconds since the epoch of an RFC 3339 time."""
    try:
        return datetime.fromisoformat(str(time).replace("Z", "+00:00")).timestamp()
    except ValueError:
        raise Fault("malformed", "a batch without the time it was created") from None
