"""A coroutine that is waited for ends whenever the waiting is broken off."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from store.event_loop import run_async


class Stopped(BaseException):
    """What a handler of a signal raises."""


@pytest.fixture
def stopped_soon() -> Iterator[None]:
    """A signal comes in a moment, whose handler raises."""

    def handle(_number: int, _frame: object) -> None:
        raise Stopped

    before = signal.signal(signal.SIGUSR1, handle)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    yield
    timer.join()
    signal.signal(signal.SIGUSR1, before)


def test_it_returns_and_raises_what_the_work_does() -> None:
    async def work(number: int) -> int:
        await asyncio.sleep(0)
        return 10 // number

    assert run_async(work(5)) == 2
    with pytest.raises(ZeroDivisionError):
        run_async(work(0))


@pytest.mark.usefixtures("stopped_soon")
def test_a_signal_ends_it_and_the_work_may_settle() -> None:
    settled: list[bool] = []

    async def busy() -> None:
        try:
            while True:  # Most of the time is spent in callbacks, where an error would be lost.
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            await asyncio.sleep(0.05)
            settled.append(True)
            raise

    async def work() -> None:
        await asyncio.gather(*(busy() for _ in range(20)))

    began = time.monotonic()
    with pytest.raises(Stopped):
        run_async(work())
    assert len(settled) == 20 and time.monotonic() - began < 2
