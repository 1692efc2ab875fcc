"""Calls and the ledger: booked before they are sent, and settled also where a run is stopped."""

from __future__ import annotations

import asyncio

from configs.errors import BudgetExceeded, StillhouseError
from generators.teachers.faults import Fault
from generators.teachers.run import Run
from generators.teachers.tries import failed
from store.journal import Attempt, Reply


async def book(run: Run, keys: tuple[str, ...], attempt: Attempt) -> Reply | None:
    """Book an attempt and return None, or return the reply that one of ``keys`` has. Where the
    budget is all reserved, calls in flight may free some.

    Raises:
        BudgetExceeded: the call could pass a ceiling, and nothing is in flight.
    """
    while True:
        booking = asyncio.ensure_future(run.journal.begin(keys, attempt, run.budget))
        try:
            known = await asyncio.shield(booking)
        except asyncio.CancelledError:
            await _take_back(run, booking, attempt)
            raise
        except BudgetExceeded:
            if run.in_flight.count == 0:
                raise
            await run.in_flight.wait()
            continue
        if known is None:
            run.in_flight.count += 1
        return known


async def cut_off(run: Run, attempt: Attempt, body: bytes, sent: bool) -> None:
    """Settle a call of a run that was stopped: in full where it was sent, since the server may
    bill it.
    """
    fault = Fault("cancelled" if sent else "unsent", "the run was stopped")
    await run.journal.end(attempt, failed(fault, attempt, 0.0), body)


async def _take_back(run: Run, booking: asyncio.Task[Reply | None], attempt: Attempt) -> None:
    """Give back what was booked for a call that is not sent."""
    try:
        known = await booking
    except StillhouseError:
        return
    if known is None:
        await cut_off(run, attempt, b"", sent=False)
