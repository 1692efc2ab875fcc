"""Asking a teacher's server for its models, which costs nothing, before any money is spent."""

from __future__ import annotations

import asyncio

import httpx

from configs.errors import TeacherUnavailable
from configs.teachers import Teacher
from generators.teachers.endpoint import ADAPTERS
from generators.teachers.faults import explained, of_error
from generators.teachers.wire import trusted

_LEAST_S = 10.0


def check_endpoint(teacher: Teacher, secret: str) -> None:
    """Whether the server is there and takes the key.

    Raises:
        TeacherUnavailable: it cannot be reached or refuses the key.
    """
    try:
        status = asyncio.run(_status(teacher, secret))
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise TeacherUnavailable(
            f"teacher {teacher.name!r}: no answer from {teacher.base_url} "
            f"({type(error).__name__}); is the server running, and the address right up to and "
            "including /v1?"
        ) from None
    if status in (401, 403):
        raise TeacherUnavailable(explained(of_error(status, "", secret), teacher))


async def _status(teacher: Teacher, secret: str) -> int:
    """The status of the answer, whose body is not waited for."""
    headers = ADAPTERS[teacher.kind].headers(secret)
    url = f"{str(teacher.base_url).rstrip('/')}/models"
    async with (
        asyncio.timeout(max(_LEAST_S, teacher.connect_s)),
        httpx.AsyncClient(verify=trusted(), timeout=teacher.connect_s) as client,
        client.stream("GET", url, headers=headers) as response,
    ):
        return response.status_code
