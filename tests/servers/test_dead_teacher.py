"""A teacher that dies while many wait for it: all of them are told soon."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import ask, prompt
from conftest import StartServer
from teacher_server import KEY

from configs.errors import TeacherUnavailable


@pytest.mark.timeout(40)  # They used to wait for their retries, one of which is allowed in 5 s.
def test_those_that_wait_to_try_again_are_told_too(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server({"dies_after": 5})
    requests = [prompt(number) for number in range(60)]
    asked = ask(server.url, tmp_path / "journal.db", requests, KEY, patience_s=2)
    told = [result for result in asked.results if isinstance(result, TeacherUnavailable)]
    assert len(asked.answers) == 5 and len(told) > 40
    assert all("no probe has succeeded for 2 s" in str(failure) for failure in told)
    assert "sent" not in asked.outcomes, "a call has no end"
