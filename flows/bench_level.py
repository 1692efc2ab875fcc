"""One level of a bench: prompts with so many calls in flight, watched, and judged afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TypeVar

from configs.errors import BudgetExceeded, TeacherUnavailable
from configs.recipe import Recipe
from configs.teachers import Teacher
from flows import stages, steps
from flows.measures import Call, Client, Level, Place, level_of, note_read, percentile
from flows.progress import report
from flows.secrets import secret_of
from flows.workspace import Workspace, run_of
from generators import candidates, provenance
from generators.candidates import Generated, request_of
from generators.library import Library
from generators.seeds import Seed
from generators.teachers.adapter import Limits
from generators.teachers.endpoint import Endpoint, key_of
from generators.teachers.pace import Pace
from generators.teachers.pool import Pool
from generators.teachers.wire import Arrived
from store.journal import Attempt, Ended
from store.records import RECORDS, VERDICTS, to_arrow
from store.shards import shard_key

Result = TypeVar("Result")
_TICK_S = 0.01


@dataclass
class Course:
    """What all levels of a sweep share, and what they have learnt of the server."""

    recipe: Recipe
    teacher: Teacher
    corpus: str
    passages: str
    space: Workspace
    first_read: dict[Place, float] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def pool(self) -> Pool:
        """A pool of this one teacher on the recipe's own budget, made when it is first used, since
        a teacher begins with what a probe has found by then.
        """
        secrets = {self.teacher.name: secret_of(self.teacher)}
        alone = self.recipe.model_copy(update={"teachers": (self.teacher,), "failover": False})
        return Pool(alone, run_of(self.recipe), self.space.journal, secrets)

    @property
    def endpoint(self) -> Endpoint:
        """The teacher's endpoint, which lives as long as the sweep."""
        return self.pool.endpoints[self.teacher.name]

    @property
    def library(self) -> Library:
        """The corpus with its facts."""
        return self.space.library(self.corpus)

    def key(self, seed: Seed) -> str:
        """Key of the request a build sends for a seed."""
        return key_of(request_of(seed, self.library, self.recipe), self.teacher)


def place_of(seed: Seed) -> Place:
    """The passage a seed asks about."""
    return seed.document_id, seed.passage_id


def measure(course: Course, level: int, seeds: Sequence[Seed]) -> Level:
    """Send the prompts with that many in flight, then judge what came back.

    Raises:
        BudgetExceeded: a ceiling was reached on the way.
        TeacherUnavailable: the teacher died on the way.
    """
    calls: list[Call] = []
    places = {course.key(seed): place_of(seed) for seed in seeds}
    course.endpoint.observe = partial(_note_call, course, places, calls)
    course.endpoint.pace = Pace(level)
    teacher = course.teacher.model_copy(update={"concurrency": level})
    alone = course.recipe.model_copy(update={"teachers": (teacher,)})

    def progress(_what: str, done: int, total: int) -> None:
        report(f"{level} in flight", done, total)

    asked = candidates.generate(seeds, course.library, alone, course.pool, progress)
    made, client = asyncio.run(_watched(asked, calls))
    if made.stopped:
        raise BudgetExceeded(made.stopped)
    if course.endpoint.dead is not None:
        raise TeacherUnavailable("; ".join(made.missing.values()))
    note_read(course.first_read, calls)
    return level_of(level, calls, course.first_read, _accepted(course, made), client)


def _note_call(
    course: Course,
    places: Mapping[str, Place],
    calls: list[Call],
    attempt: Attempt,
    ended: Ended,
    arrived: Arrived | None,
) -> None:
    """Keep what a call came to, and the rate limits its headers tell."""
    now = time.perf_counter()
    gaps = arrived.gaps_s if arrived else ()
    # Some servers leave the usage out of streams; then every piece counts as a token.
    tokens = (ended.reply.output_tokens or len(gaps) + 1) if ended.reply else 0
    ttft = ended.reply.ttft_s if ended.reply else None
    place = places.get(attempt.key)
    calls.append(Call(ended.outcome, now - ended.latency_s, now, place, ttft, gaps, tokens))
    told = course.endpoint.adapter.limits(arrived.headers) if arrived else Limits()
    if told != Limits():
        course.limits = told


async def _watched(work: Awaitable[Result], calls: Sequence[Call]) -> tuple[Result, Client]:
    """Do the work, and see how this process keeps up with its calls."""
    ticks: list[tuple[float, float]] = []

    async def tick() -> None:
        while True:
            due = time.perf_counter() + _TICK_S
            await asyncio.sleep(_TICK_S)
            ticks.append((time.perf_counter(), time.perf_counter() - due))

    ticking = asyncio.create_task(tick())
    cpu, started = time.process_time(), time.perf_counter()
    try:
        result = await work
    finally:
        ticking.cancel()
    share = (time.process_time() - cpu) / (time.perf_counter() - started)
    # What comes after the last reply is no one's waiting.
    last = max((call.ended for call in calls), default=0.0)
    late = sorted(over for at, over in ticks if at <= last)
    return result, Client(percentile(late, 0.99) if late else 0.0, share)


def _accepted(course: Course, made: Generated) -> int:
    """How many candidates the stages keep that look at one record at a time. No judge is asked:
    what is measured is the teacher that writes.
    """
    recipe, space, inputs = course.recipe, course.space, (course.corpus, course.passages)
    tables = {
        "records": to_arrow(made.records, RECORDS),
        "verdicts": to_arrow(made.verdicts, VERDICTS),
    }
    rows = made.records.select("id", "request_keys").rows()
    identity = [rows, made.verdicts["reason"].to_list(), recipe.language]
    shard = space.shards.put(shard_key("bench", provenance.VERSION, identity, inputs), tables)
    vector, said = steps.embed_records(recipe, shard), [shard]
    for name in (name for name in stages.alone(recipe) if name != "judge"):
        said.append(stages.judge(recipe, name, *inputs, [shard], [vector], [*said]))
    return len(stages.standing(space, [shard], (), said))
