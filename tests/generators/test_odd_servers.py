"""Servers that break the rules cost a fault, and neither time without end nor a traceback."""

from __future__ import annotations

import asyncio
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from asking import ask, prompt
from odd_server import dribbles, odd_server, says

from configs.errors import BudgetExceeded, TeacherUnavailable
from configs.teachers import Budget, Teacher
from generators.teachers import preflight
from generators.teachers.batch_api import Http
from generators.teachers.faults import Fault
from generators.teachers.preflight import check_endpoint

HEAD = b"HTTP/1.1 200 OK\r\n"


def teacher(url: str, **more: object) -> Teacher:
    return Teacher(**{"name": "t", "model": "m", "base_url": url, **more})


def test_a_check_does_not_wait_for_a_body() -> None:
    with odd_server(dribbles(HEAD + b"content-length: 100000\r\n\r\n")) as url:
        check_endpoint(teacher(url), "")


def test_a_check_ends_where_even_the_headers_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "_LEAST_S", 0.5)
    with (
        odd_server(dribbles(HEAD + b"x-more: ")) as url,
        pytest.raises(TeacherUnavailable, match=r"no answer from .*TimeoutError"),
    ):
        check_endpoint(teacher(url, connect_s=0.4), "")


def test_a_batch_api_that_dribbles_times_out() -> None:
    async def look(url: str) -> None:
        async with Http(teacher(url, timeout_s=0.5), {}, "") as http:
            await http.get("/batches/b")

    with (
        odd_server(dribbles(HEAD + b"content-length: 100000\r\n\r\n")) as url,
        pytest.raises(Fault, match=r"no whole answer after 0\.5 s") as caught,
    ):
        asyncio.run(look(url))
    assert caught.value.kind == "timeout" and caught.value.passing


def test_a_wait_that_is_asked_for_ends_with_the_time(tmp_path: Path) -> None:
    with odd_server(says(429, b"later", retry_after="3000")) as url:
        asked = ask(url, tmp_path / "j.sqlite", [prompt(1)], budget=Budget(max_wall_s=0.5))
    assert isinstance(asked.results[0], BudgetExceeded) and asked.outcomes == ["rate_limited"]


def test_a_wait_for_a_limit_ends_with_the_time(tmp_path: Path) -> None:
    limits = {"x_ratelimit_limit_requests": "1", "x_ratelimit_remaining_requests": "0"}
    answer = says(500, b"", **limits, x_ratelimit_reset_requests="1d")
    with odd_server(answer) as url:
        budget = Budget(max_wall_s=0.5)
        asked = ask(
            url, tmp_path / "j.sqlite", [prompt(1), prompt(2)], budget=budget, requests_per_minute=1
        )
    assert all(isinstance(result, BudgetExceeded) for result in asked.results)
    assert asked.outcomes == ["server"]


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_without_end_is_left(tmp_path: Path, status: int, stream: bool) -> None:
    def pours(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 %d Fine\r\n\r\n" % status)
        while True:
            request.wfile.write(b'data: "%s"\n' % (b"x" * 2**20))

    with odd_server(pours) as url:
        asked = ask(url, tmp_path / "j.sqlite", [prompt(1)], stream=stream, attempts=1)
    assert asked.attempts[0]["outcome"] == "malformed"
    assert asked.attempts[0]["detail"] == "a reply of more than 32 MiB"


def test_words_in_an_encoding_that_is_none_are_told(tmp_path: Path) -> None:
    with odd_server(says(400, b"no \xff way", content_type="text/plain; charset=idna")) as url:
        asked = ask(url, tmp_path / "j.sqlite", [prompt(1)])
    assert "no \ufffd way" in str(asked.results[0])


def test_an_error_that_comes_with_200_is_the_error_it_is(tmp_path: Path) -> None:
    empty = b'{"error": {"code": 402, "message": "insufficient credits"}}'
    with odd_server(says(200, empty)) as url:
        asked = ask(url, tmp_path / "j.sqlite", [prompt(n) for n in range(3)], concurrency=1)
    assert asked.outcomes[0] == "refused" and "insufficient credits" in str(asked.results[0])
    assert isinstance(asked.results[0], TeacherUnavailable) and asked.spent.tokens == 0
