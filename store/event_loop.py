"""Running a coroutine to its end such that a signal can stop it.

The loop has a thread of its own. A handler that raises in the main thread, as those of Ctrl-C and
of Prefect's cancelling do, raises wherever that thread is just then; within a loop the error could
end in a callback, where nobody sees it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any, TypeVar

_SETTLE_S = 5.0
"""How long calls that were cancelled may take to say what became of them."""
T = TypeVar("T")


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """What the coroutine returns. Where the wait for it is broken off, it is cancelled and awaited,
    so that what it began is settled.
    """
    done: Future[T] = Future()
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[T]]] = Future()

    async def main() -> T:
        task = asyncio.current_task()
        assert task is not None
        started.set_result((asyncio.get_running_loop(), task))
        try:
            return await work
        except asyncio.CancelledError:
            # Whoever gathered them has cancelled them all, and goes on with the first that ended.
            rest = asyncio.all_tasks() - {task}
            if rest:
                await asyncio.wait(rest, timeout=_SETTLE_S)
            raise

    def run() -> None:
        try:
            done.set_result(asyncio.run(main()))
        except BaseException as error:
            done.set_exception(error)

    thread = threading.Thread(target=copy_context().run, args=(run,), name="calls", daemon=True)
    try:
        thread.start()
        return done.result()
    except BaseException:
        if not done.done() and thread.is_alive():
            loop, task = started.result(_SETTLE_S)
            loop.call_soon_threadsafe(task.cancel)
            thread.join(2 * _SETTLE_S)
        raise
