"""Load for the teacher layer: prompts that differ, the project's own server, loops to compare.

``python -m benchmarks.load URL JOURNAL COUNT IN_FLIGHT`` sends prompts through ``ask`` and prints
one line of JSON, so that memory and a kill -9 can be measured from outside.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from configs.corpus import CorpusSource
from configs.errors import BudgetExceeded, ParseError, TeacherUnavailable
from configs.recipe import Recipe
from configs.teachers import Budget, Teacher
from generators.methods.grounded_qa import SCHEMA
from generators.replies import read_draft
from generators.teacher import Request
from generators.teachers.openai_chat import body
from generators.teachers.pool import Pool
from generators.writing import repair
from store.asking import Unanswered
from store.journal import Journal
from store.replies import check_ending

KEY = "sk-test-the-right-key"
_SERVER = Path(__file__).parent.parent / "tests" / "teacher_server.py"
_SENTENCE = (
    "The river carries its water past the mill and on to the lake in every month of the year"
)


@dataclass(frozen=True)
class Measured:
    """One load: calls a second, processor time of this process for a call, and what came back."""

    calls: int
    wall_s: float
    cpu_ms: float
    peak_mb: float
    results: dict[str, int]
    spent_usd: float

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.calls / self.wall_s


@contextmanager
def server(**settings: Any) -> Iterator[str]:
    """The project's test server in a process of its own; its base URL."""
    command = [sys.executable, str(_SERVER)]
    for name, value in settings.items():
        given = value if isinstance(value, str) else json.dumps(value)
        command += [f"--{name.replace('_', '-')}", given]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.kill()
        process.communicate()


def stats(url: str) -> dict[str, Any]:
    """What the server has seen."""
    found: dict[str, Any] = httpx.get(url.replace("/v1", "/stats")).json()
    return found


def prompt(number: int) -> Request:
    """A prompt with a passage of its own, which the server answers with about 200 tokens."""
    passage = f"In year {number}, " + ", and ".join([_SENTENCE] * 4) + "."
    messages = (
        {"role": "system", "content": "Answer with one JSON object."},
        {"role": "user", "content": f'Passage from "River":\n<passage>\n{passage}\n</passage>\n'},
    )
    return Request(messages, SCHEMA, "benchmark@1", "0" * 64, seed=number)


def teacher(url: str, in_flight: int, **more: Any) -> Teacher:
    """A teacher at the server."""
    settings = {"name": "t", "model": "tiny-teacher", "base_url": url, "max_tokens": 400, **more}
    return Teacher(concurrency=in_flight, api_key_env="TEACHER_API_KEY", **settings)


async def through_ask(
    url: str, journal: Path, count: int, in_flight: int, budget: Budget | None = None, **more: Any
) -> Measured:
    """Prompts through the whole layer: journal, retries, limits, validation."""
    settings = teacher(url, in_flight, **more)
    recipe = Recipe(
        name="load",
        corpus=(CorpusSource(path="not-read"),),
        teachers=(settings,),
        budget=budget or Budget(),
    )
    store = Journal(journal)
    results: Counter[str] = Counter()
    async with Pool(recipe, "load", store, {"t": KEY}) as pool:

        async def one(number: int) -> None:
            results[await _outcome(pool, number)] += 1

        await _outcome(pool, -1)  # Imports and the first connection are not what is measured.
        measured = await _measure(one, count, 2 * in_flight)
    spent = store.spent("load").usd
    store.close()
    return Measured(**{**asdict(measured), "results": dict(results), "spent_usd": spent})


async def _outcome(pool: Pool, number: int) -> str:
    """``record``, or the reason why there is none; a reply that breaks the schema is repaired."""
    request = prompt(number)
    try:
        for last in (False, True):
            answered = await pool.ask(request, "t")
            ending = check_ending(answered.reply)
            if ending is not None:
                return ending.reason
            try:
                read_draft(answered.reply.content or "", SCHEMA)
                return "record"
            except ParseError as error:
                request = request if last else repair(request, answered.reply, error)
    except Unanswered as failure:
        return failure.reason
    except (BudgetExceeded, TeacherUnavailable) as error:
        return type(error).__name__
    return "schema"


async def bare_httpx(url: str, count: int, in_flight: int) -> Measured:
    """The same calls by httpx alone: no journal, no retries, no validation."""
    limits = httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    headers = {"authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(limits=limits, timeout=300, headers=headers) as client:

        async def one(number: int) -> None:
            sent = body(prompt(number), teacher(url, in_flight), "json_schema")
            (await client.post(f"{url}/chat/completions", json=sent)).json()

        return await _measure(one, count, in_flight)


async def bare_aiohttp(url: str, count: int, in_flight: int) -> Measured:
    """The same calls by aiohttp alone."""
    import aiohttp

    connector = aiohttp.TCPConnector(limit=in_flight)
    headers = {"authorization": f"Bearer {KEY}"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as client:

        async def one(number: int) -> None:
            sent = body(prompt(number), teacher(url, in_flight), "json_schema")
            async with client.post(f"{url}/chat/completions", json=sent) as response:
                await response.json()

        return await _measure(one, count, in_flight)


async def _measure(one: Callable[[int], Awaitable[None]], count: int, workers: int) -> Measured:
    """Run ``one`` for every number, that many at a time."""
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await one(number)

    cpu, started = time.process_time(), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(workers)))
    wall, used = time.perf_counter() - started, time.process_time() - cpu
    per_mb = 2**20 if sys.platform == "darwin" else 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_mb
    return Measured(count, wall, 1000 * used / count, peak, {}, 0.0)


def main() -> None:
    """One load through ``ask``, as a process of its own."""
    os.environ.setdefault("TEACHER_API_KEY", KEY)
    url, journal, count, in_flight = sys.argv[1:5]
    more = json.loads(sys.argv[5]) if len(sys.argv) > 5 else {}
    measured = asyncio.run(through_ask(url, Path(journal), int(count), int(in_flight), **more))
    print(json.dumps(asdict(measured)))


if __name__ == "__main__":
    main()
