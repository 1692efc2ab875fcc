"""Asking a teacher's server for its models, which costs nothing, before any money is spent."""

from __future__ import annotations

import httpx

from configs.errors import TeacherUnavailable
from configs.teachers import Teacher
from generators.teachers.endpoint import ADAPTERS
from generators.teachers.faults import explained, of_status


def check_endpoint(teacher: Teacher, secret: str) -> None:
    """Whether the server is there and takes the key.

    Raises:
        TeacherUnavailable: it cannot be reached or refuses the key.
    """
    where = f"teacher {teacher.name!r}"
    try:
        headers = ADAPTERS[teacher.kind].headers(secret)
        url = f"{str(teacher.base_url).rstrip('/')}/models"
        response = httpx.get(url, headers=headers, timeout=teacher.connect_s)
    except httpx.HTTPError as error:
        raise TeacherUnavailable(
            f"{where}: no answer from {teacher.base_url} ({type(error).__name__}); is the server "
            "running, and the address right up to and including /v1?"
        ) from None
    if response.status_code in (401, 403):
        raise TeacherUnavailable(explained(of_status(response, secret), teacher))
