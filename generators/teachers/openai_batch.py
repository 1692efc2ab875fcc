"""OpenAI's Batch API: a file of calls goes up, files of replies and of errors come down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from generators.teachers.adapter import number
from generators.teachers.batch_api import Http, Result, State
from generators.teachers.faults import Fault

MOST_CALLS = 45_000
MOST_BYTES = 90_000_000
"""Under the documented 50,000 calls and 100 MB, since compatible servers count differently."""
_ENDPOINT = "/v1/chat/completions"
_TAG = "stillhouse"
_ENDED = ("completed", "failed", "expired", "cancelled")


async def submit(http: Http, tag: str, bodies: Mapping[str, bytes]) -> str:
    """Upload the file of calls, then make a batch of it that carries our tag."""
    lines = (
        b'{"custom_id":"%s","method":"POST","url":"%s","body":%s}\n'
        % (key.encode(), _ENDPOINT.encode(), body)
        for key, body in bodies.items()
    )
    file = ("calls.jsonl", b"".join(lines), "application/jsonl")
    sent = await http.post("/files", data={"purpose": "batch"}, files={"file": file})
    wanted = {
        "input_file_id": sent.get("id"),
        "endpoint": _ENDPOINT,
        "completion_window": "24h",
        "metadata": {_TAG: tag},
    }
    return _state(await http.post("/batches", json=wanted)).id


async def look(http: Http, id_: str) -> State:
    """Where a batch stands."""
    return _state(await http.get(f"/batches/{id_}"))


async def listed(http: Http) -> AsyncIterator[State]:
    """All batches of the account, page by page."""
    query = {"limit": "100"}
    while True:
        page = await http.get("/batches", **query)
        states = [_state(one) for one in page.get("data") or ()]
        for state in states:
            yield state
        if not states or not page.get("has_more"):
            return
        query["after"] = states[-1].id


def is_ours(state: State, tag: str, count: int) -> bool:
    """Whether it carries our tag."""
    return (state.data.get("metadata") or {}).get(_TAG) == tag


async def results(http: Http, state: State) -> AsyncIterator[Result]:
    """Replies and errors, which come in two files, either of which may be missing."""
    for name in ("output_file_id", "error_file_id"):
        if state.data.get(name):
            async for line in http.lines(f"/files/{state.data[name]}/content"):
                yield _result(line)


def silent(state: State) -> tuple[int | None, str]:
    """A batch that failed as a whole says why; a queue that is full is no fault of the calls."""
    why = (state.data.get("errors") or {}).get("data") or [{}]
    if state.data.get("status") != "failed":
        return None, f"the batch ended as {state.data.get('status')} without this call"
    full = why[0].get("code") == "token_limit_exceeded"
    return 429 if full else 400, f"the batch failed: {why[0].get('message') or 'no reason given'}"


def _result(line: Mapping[str, Any]) -> Result:
    response, key = line.get("response"), str(line.get("custom_id"))
    if not isinstance(response, dict):
        return Result(key, None, line.get("error"))
    return Result(key, number(response.get("status_code")), response.get("body"))


def _state(data: Mapping[str, Any]) -> State:
    if not isinstance(data.get("id"), str):
        raise Fault("malformed", "a batch without an id")
    ended = data.get("status") in _ENDED
    return State(data["id"], number(data.get("created_at")), ended, data)
