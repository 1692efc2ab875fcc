"""The teacher layer under load: ``python -m benchmarks.teacher`` (about eight minutes).

Throughput beside bare loops, memory, faults, kill -9, and budgets, all against the project's own
loopback server and end to end through ``ask``: journal, booking, retries and validation are on.
"Of ideal" is calls a second ÷ (calls in flight ÷ latency). Ends with one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.load import KEY, Measured, bare_aiohttp, bare_httpx, server, stats, through_ask
from configs.teachers import Budget
from store.journal import Journal

FAULTS = {
    "busy": 0.03,
    "broken": 0.02,
    "cut": 0.01,
    "hang": 0.005,
    "reset": 0.005,
    "malformed": 0.01,
}
HANG_S = 30.0
EXPLAINED = {"record", "truncated", "refused", "empty", "unanswered", "rejected", "schema"}


@dataclass(frozen=True)
class Setting:
    """One load: its name in the results, calls in flight, latency in seconds, and calls made."""

    name: str
    in_flight: int
    latency: float
    calls: int
    bare_calls: int


SETTINGS = (
    Setting("of_ideal_64", 64, 0.2, 6_400, 3_200),
    Setting("of_ideal_256", 256, 0.2, 20_000, 800),
    Setting("of_ideal_256_slow", 256, 2.0, 5_120, 1_024),
)


_say = partial(print, flush=True)


def main() -> None:
    """Run everything and print a line for each part."""
    os.environ["TEACHER_API_KEY"] = KEY
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, Any] = {}
        for setting in SETTINGS:
            found |= throughput(setting, Path(folder))
        found |= memory(Path(folder))
        found |= faults(Path(folder))
        found |= kills(Path(folder))
        found |= budgets(Path(folder))
    names = [setting.name for setting in SETTINGS]
    names += ["cpu_ms_per_call", "faults_unexplained", "paid_twice", "overspend"]
    _say(json.dumps({name: found[name] for name in names}))


def throughput(setting: Setting, folder: Path) -> dict[str, float]:
    """Our layer and two bare loops at one setting."""
    ideal = setting.in_flight / setting.latency
    journal = folder / f"{setting.name}.sqlite"
    with server(latency=setting.latency) as url:
        ours = asyncio.run(through_ask(url, journal, setting.calls, setting.in_flight))
        loops = {
            "bare httpx": asyncio.run(bare_httpx(url, setting.bare_calls, setting.in_flight)),
            "bare aiohttp": asyncio.run(bare_aiohttp(url, setting.calls, setting.in_flight)),
        }
    _say(
        f"{setting.in_flight} in flight, {setting.latency:g} s latency, ideal {ideal:,.0f} calls/s"
    )
    _line("stillhouse", ours, ideal)
    for name, measured in loops.items():
        _line(name, measured, ideal)
    found = {setting.name: round(ours.rate / ideal, 3)}
    if setting.name == "of_ideal_256":
        found["cpu_ms_per_call"] = round(ours.cpu_ms, 3)
    return found


def _line(name: str, measured: Measured, ideal: float) -> None:
    share, cpu = measured.rate / ideal, measured.cpu_ms
    _say(f"  {name:<13} {measured.calls:>7,} calls  of ideal {share:.3f}  {cpu:6.3f} ms CPU a call")


def memory(folder: Path) -> dict[str, float]:
    """Peak memory of a process of its own, at 3,000 and at 100,000 prompts."""
    peaks = []
    with server() as url:
        for count in (3_000, 100_000):
            done = subprocess.run(
                _load(url, folder / f"memory-{count}.sqlite", count, 256),
                capture_output=True,
                text=True,
                check=True,
            )
            peaks.append(json.loads(done.stdout.splitlines()[-1])["peak_mb"])
    _say(f"memory: {peaks[0]:.0f} MB at 3,000 prompts, {peaks[1]:.0f} MB at 100,000")
    return {"memory_growth_mb": round(peaks[1] - peaks[0], 1)}


def faults(folder: Path) -> dict[str, float]:
    """A thousand prompts with and without faults, and random 429s alone."""
    count, in_flight = 1_000, 64
    more: dict[str, Any] = {"timeout_s": HANG_S}
    with server(latency=0.2) as url:
        smooth = asyncio.run(through_ask(url, folder / "smooth.sqlite", count, in_flight, **more))
    with server(latency=0.2, retry_after=1, faults=FAULTS) as url:
        rough = asyncio.run(through_ask(url, folder / "rough.sqlite", count, in_flight, **more))
        seen = stats(url)
    with server(latency=0.2, retry_after=1, faults={"busy": 0.03}) as url:
        asyncio.run(through_ask(url, folder / "busy.sqlite", 5_000, in_flight, **more))
        busy = stats(url)
    unexplained = count - sum(n for name, n in rough.results.items() if name in EXPLAINED)
    limit = 1.5 * smooth.wall_s + HANG_S
    _say(f"faults: {seen['faults']}")
    _say(f"  {count:,} prompts: {rough.results}, {seen['paid_twice']} paid twice")
    _say(f"  {rough.wall_s:.1f} s (limit {limit:.1f} s; {smooth.wall_s:.1f} s without faults)")
    _say(f"  3 % of 429 alone: {busy['in_flight_mean']:.1f} of {in_flight} calls stay in flight")
    return {"faults_unexplained": unexplained}


def kills(folder: Path, times: int = 20) -> dict[str, int]:
    """Kill a load with signal 9 at random points until all prompts are answered."""
    rng, journal, log = random.Random(7), folder / "killed.sqlite", folder / "requests.jsonl"
    count, in_flight, twice, most = 6_000, 32, 0, 0
    with server(latency=0.05, log=str(log)) as url:
        for _ in range(times):
            before, held = _bodies(log), _held(journal)
            process = subprocess.Popen(
                _load(url, journal, count, in_flight), stdout=subprocess.DEVNULL
            )
            _wait_for_calls(log, len(before) + rng.randrange(40, 280), process)
            process.kill()
            process.wait()
            again = _bodies(log)[len(before) :]
            twice += sum(body in held for body in again)
            most = max(most, len(set(before) & set(again)))
        before, held = _bodies(log), _held(journal)
        subprocess.run(_load(url, journal, count, in_flight), stdout=subprocess.DEVNULL, check=True)
        again = _bodies(log)[len(before) :]
        twice += sum(body in held for body in again)
        whole = len(_held(journal))
    _say(
        f"kill -9 at {times} points: {twice} replies that had arrived were paid for again; at most "
        f"{most} calls in flight at a kill were; {whole - 1:,} of {count:,} prompts answered"
    )
    return {"paid_twice": twice}


def _load(url: str, journal: Path, count: int, in_flight: int) -> list[str]:
    command = [sys.executable, "-m", "benchmarks.load", url, str(journal)]
    return [*command, str(count), str(in_flight)]


def _bodies(log: Path) -> list[str]:
    lines = log.read_text().splitlines() if log.exists() else []
    return [json.loads(line)["body"] for line in lines]


def _held(journal: Path) -> set[str]:
    """Hashes of the bodies whose replies the journal holds."""
    from store.text import sha256

    if not journal.exists():
        return set()
    engine = sa.create_engine(f"sqlite:///{journal}")
    with engine.connect() as connection:
        rows = connection.execute(sa.text("select request from replies")).scalars().all()
    engine.dispose()
    return {sha256(row) for row in rows}


def _wait_for_calls(log: Path, wanted: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if log.exists() and log.read_bytes().count(b"\n") >= wanted:
            return
        time.sleep(0.005)


def budgets(folder: Path, runs: int = 100) -> dict[str, float]:
    """Random prices and caps at 64 in flight: what the replies cost, over the cap."""
    rng, over, shares = random.Random(7), 0.0, []
    with server(latency=0.01) as url:
        for run in range(runs):
            prices = {
                "usd_per_million_input": rng.uniform(0.1, 30),
                "usd_per_million_output": rng.uniform(0.1, 90),
            }
            budget = Budget(max_usd=rng.uniform(0.01, 2.0))
            journal = folder / f"budget-{run}.sqlite"
            asyncio.run(through_ask(url, journal, 150, 64, budget, **prices))
            with closing(Journal(journal)) as store:
                spent = store.spent("load").usd
                paid = sum(row["usd"] or 0.0 for row in store.attempts("load"))
            assert budget.max_usd is not None
            over = max(over, spent - budget.max_usd, paid - budget.max_usd)
            shares.append(paid / budget.max_usd)
    stopped = sum(share > 0.5 for share in shares)
    _say(
        f"budgets: {runs} runs, {stopped} of them used over half of their cap; overspend {over:.6f}"
    )
    return {"overspend": round(max(0.0, over), 6)}


if __name__ == "__main__":
    main()
