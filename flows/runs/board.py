"""What a running build shows in Prefect: a bar for each kind of work, and a page of counters.

Steps only leave figures here. A thread of its own sends them every few seconds, so that no record
waits for a server, and a server that is away stops nothing. The same thread hears of a cancellation
where nothing else would.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate

from flows.progress import notice
from flows.runs.names import artifact_key
from store.ledger import Spent

EVERY_S = 3.0
"""Seconds between two sendings."""
_WINDOW_S = 120.0
"""The time over which a rate is taken."""


@dataclass(frozen=True, slots=True)
class Bar:
    """How far one kind of work is."""

    done: int
    total: int


@dataclass
class Counts:
    """What a build has come to so far. ``standing`` are candidates that no verdict dropped, before
    they are compared with each other.
    """

    target: int
    standing: int = 0
    answered: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    stages: dict[str, tuple[int, float]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


class Board:
    """Artifacts of one flow run. Use as a context manager; ``show`` and ``counts`` are cheap."""

    def __init__(self, dataset: str, run: UUID, counts: Counts, spent: Callable[[], Spent]) -> None:
        """Nothing is sent yet; ``spent`` says what the ledger holds."""
        self.counts = counts
        self._dataset, self._run, self._spent = dataset, run, spent
        self._bars: dict[str, Bar] = {}
        self._sent: dict[str, tuple[UUID, object]] = {}
        self._before = spent()
        self._seen: deque[tuple[float, int]] = deque()
        self._began = time.monotonic()
        self._stop = threading.Event()
        # In the flow's context, which knows its server.
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._work,), name="board", daemon=True
        )

    def __enter__(self) -> Board:
        """Begin to send."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Send the last state."""
        self._stop.set()
        self._thread.join(2 * EVERY_S)

    def show(self, what: str, done: int, total: int) -> None:
        """How far a kind of work is; see :func:`flows.progress.report`."""
        self._bars[what] = Bar(done, total)

    def _work(self) -> None:
        told = False
        with get_client(sync_client=True) as client:
            while True:
                last = self._stop.wait(EVERY_S)
                try:
                    self._send(client)
                    if not last:
                        self._look(client)
                except Exception as error:  # A page that is not fresh is no reason to stop a build.
                    if not told:
                        notice(f"progress could not be sent to Prefect: {type(error).__name__}")
                    told = True
                if last:
                    return

    def _look(self, client: SyncPrefectClient) -> None:
        """Stop this process, as Ctrl-C does, where somebody cancels a run that no deployment has:
        nobody else does it.
        """
        run = client.read_flow_run(self._run)
        if run.deployment_id is None and run.state is not None and run.state.is_cancelling():
            self._stop.set()
            os.kill(os.getpid(), signal.SIGINT)

    def _send(self, client: SyncPrefectClient) -> None:
        key = artifact_key(self._dataset)
        for what, bar in [*self._bars.items()]:
            if not bar.total:
                continue
            share = round(100.0 * bar.done / bar.total, 1)
            text = f"{what}: {bar.done:,} of {bar.total:,}"
            self._put(client, f"progress-{key}-{artifact_key(what)}", "progress", share, text)
        page = self.page()
        self._put(client, f"counters-{key}", "markdown", page, f"{self._dataset}, as it runs")

    def _put(self, client: SyncPrefectClient, key: str, kind: str, data: object, text: str) -> None:
        """Make an artifact, or change it where it says something else than before."""
        there = self._sent.get(key)
        if there is None:
            wanted = ArtifactCreate(
                key=key, type=kind, description=text, data=data, flow_run_id=self._run
            )
            self._sent[key] = (client.create_artifact(wanted).id, (data, text))
        elif there[1] != (data, text):
            client.update_artifact(there[0], ArtifactUpdate(data=data, description=text))
            self._sent[key] = (there[0], (data, text))

    def page(self) -> str:
        """The counters as Markdown."""
        counts, spent = self.counts, self._spent()
        ours = spent.plus(self._before, -1)
        rate = self._rate(time.monotonic(), counts.standing)
        left = counts.target - counts.standing
        eta = "done" if left <= 0 else _duration(60 * left / rate) if rate else "unknown"
        rows = [
            ("accepted so far", f"{counts.standing:,} of {counts.target:,} wanted"),
            ("candidates", f"{counts.answered:,}"),
            ("accepted a minute", f"{rate:,.1f}"),
            ("time to the target at this rate", eta),
            ("running for", _duration(time.monotonic() - self._began)),
            ("cost of this run", f"{ours.requests:,} requests, {ours.tokens:,} tokens, "
                                 f"${ours.usd:,.4f}"),
            ("cost with earlier runs", f"{spent.requests:,} requests, ${spent.usd:,.4f}"),
        ]  # fmt: skip
        lines = [f"# {self._dataset}", "", "| what | now |", "|---|---:|"]
        lines += [f"| {name} | {value} |" for name, value in rows]
        lines += ["", "| stage | times | seconds | dropped |", "|---|---:|---:|---:|"]
        lines += [
            f"| {stage} | {times:,} | {seconds:,.1f} | {counts.dropped.get(stage, 0):,} |"
            for stage, (times, seconds) in [*counts.stages.items()]
        ]
        more = "What was accepted is compared with each other at the end, which drops duplicates."
        return "\n".join([*lines, "", more])

    def _rate(self, now: float, count: int) -> float:
        """Accepted records a minute, over the last two minutes."""
        self._seen.append((now, count))
        while now - self._seen[0][0] > _WINDOW_S:
            self._seen.popleft()
        since, before = self._seen[0]
        if now - since < 1:
            since, before = self._began, 0
        return max(0.0, 60 * (count - before) / max(now - since, 1e-9))


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
