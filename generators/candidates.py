"""From seeds to candidates: each task to its teacher, and what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from configs.errors import BudgetExceeded, StillhouseError, TeacherUnavailable
from configs.recipe import Recipe
from generators.catalogue import catalogue, settings_of
from generators.conditions import language_of
from generators.library import Library
from generators.provenance import record_of, verdict_on
from generators.repair import Correction
from generators.seeds import Seed
from generators.teacher import Ask, Request, task_of
from generators.teachers.pool import Pool
from generators.templates import GroundedTemplates
from generators.writing import Outcome
from store.asking import Answered
from store.records import RECORDS, VERDICTS, frame
from store.replies import Unusable
from store.stages import Progress

_POISON_SHARE, _POISON_FEW = 0.2, 3
"""Requests without an answer are poison while they are few; more are the teacher's fault."""
_AHEAD = 2
"""Tasks per call in flight: some wait for the journal, or for another try."""
AskOf = Callable[[Seed], Ask]
"""Who is asked for a seed."""


@dataclass(frozen=True)
class Generated:
    """Candidates of a batch of seeds in their order, and a verdict on each reply. ``missing`` says
    why seeds have none, by teacher: their teacher is down, and they are to be asked again. So are
    those few that were ``set_aside``, since what failed today may not fail tomorrow, and all that
    were not asked because the budget ``stopped`` it, which says the ceiling that did.
    """

    records: pl.DataFrame
    verdicts: pl.DataFrame
    missing: Mapping[str, str]
    set_aside: int = 0
    stopped: str = ""


async def generate(
    seeds: Sequence[Seed],
    library: Library,
    recipe: Recipe,
    pool: Pool,
    progress: Progress,
    corrections: Mapping[str, Correction] | None = None,
) -> Generated:
    """Ask for every seed. A reply that cannot be used becomes a dropped candidate with its text.
    ``corrections`` are what failed before, by the seed that asks for it again.
    Where the budget is used up, the candidates are those that were answered by then.
    """
    async with pool:
        return await generate_by(
            lambda seed: _ask(seed.teacher, pool), seeds, library, recipe, progress, corrections
        )


async def generate_by(
    ask_of: AskOf,
    seeds: Sequence[Seed],
    library: Library,
    recipe: Recipe,
    progress: Progress,
    corrections: Mapping[str, Correction] | None = None,
) -> Generated:
    """As :func:`generate`, with whoever is asked for each seed."""
    missing: dict[str, str] = {}
    back = corrections or {}

    def request(seed: Seed) -> Request:
        return request_of(seed, library, recipe, back.get(seed.id))

    outcomes, stopped = await _write_all(seeds, request, recipe, ask_of, missing, progress)
    aside = _set_aside(seeds, outcomes, missing)
    rows, verdicts = [], []
    for seed in seeds:
        if seed.id in outcomes:
            record = record_of(outcomes[seed.id], seed, recipe)
            rows.append(record.row())
            verdicts.append(verdict_on(record.id, outcomes[seed.id]).model_dump())
    return Generated(frame(rows, RECORDS), frame(verdicts, VERDICTS), missing, aside, stopped)


def request_of(
    seed: Seed, library: Library, recipe: Recipe, correction: Correction | None = None
) -> Request:
    """What is asked for a seed; where its record failed before, with what was found."""
    entry = catalogue()[seed.method]
    method = next(method for method in recipe.methods if method.name == seed.method)
    settings = settings_of(method, entry.settings)
    task = replace(
        task_of(seed, library, recipe),
        correction=correction,
        settings=settings,
        language=language_of(seed, recipe),
        scorer=method.scoring.teacher if method.scoring else "",
        library=library,
    )
    return entry.render(task)


def _set_aside(seeds: Sequence[Seed], outcomes: dict[str, Outcome], missing: dict[str, str]) -> int:
    """Count requests that nobody answered. Where a teacher left too many of them, they are taken
    out of the outcomes, and the teacher counts as down.
    """
    count = 0
    for teacher in dict.fromkeys(seed.teacher for seed in seeds):
        own = [seed.id for seed in seeds if seed.teacher == teacher and seed.id in outcomes]
        silent = [id_ for id_ in own if _unanswered(outcomes[id_])]
        few = len(silent) <= max(_POISON_FEW, _POISON_SHARE * len(own))
        if not silent or (few and len(silent) < len(own)):
            count += len(silent)
            continue
        last = outcomes[silent[-1]].draft
        why = last.detail if isinstance(last, Unusable) else ""
        missing[teacher] = (
            f"teacher {teacher!r} left {len(silent)} of {len(own)} requests unanswered ({why})"
        )
        for id_ in silent:
            del outcomes[id_]
    return count


def _unanswered(outcome: Outcome) -> bool:
    return isinstance(outcome.draft, Unusable) and outcome.draft.reason == "unanswered"


async def _write_all(
    seeds: Sequence[Seed],
    request: Callable[[Seed], Request],
    recipe: Recipe,
    ask_of: AskOf,
    missing: dict[str, str],
    progress: Progress,
) -> tuple[dict[str, Outcome], str]:
    """Outcomes by seed, and what the budget says where it is used up: then no new call starts, but
    those in flight are awaited, since they are paid for.
    """
    failures: list[StillhouseError] = []
    outcomes: dict[str, Outcome] = {}
    # All that may go into one batch must wait for it at once.
    gates = {
        t.name: asyncio.Semaphore(len(seeds) if t.mode == "batch" else _AHEAD * t.concurrency)
        for t in recipe.teachers
    }

    async def asked(seed: Seed) -> None:
        async with gates[seed.teacher]:
            if failures:
                return
            entry = catalogue()[seed.method]
            try:
                outcomes[seed.id] = await entry.compose(request(seed), entry.read, ask_of(seed))
            except TeacherUnavailable as error:
                missing[seed.teacher] = str(error)
            except StillhouseError as error:
                failures.append(error)
        progress("generating", len(outcomes), len(seeds))

    # Requests that share a passage go together, since servers cache what they have just read.
    together = sorted(seeds, key=lambda seed: (seed.document_id, seed.passage_id))
    await asyncio.gather(*(asked(seed) for seed in together))
    worse = [error for error in failures if not isinstance(error, BudgetExceeded)]
    if worse:
        raise worse[0]
    return outcomes, str(failures[0]) if failures else ""


def _ask(teacher: str, pool: Pool) -> Ask:
    """How that teacher is asked."""
    if teacher not in pool.endpoints:
        return GroundedTemplates(teacher).ask

    async def ask(request: Request) -> Answered:
        return await pool.ask(request, request.to or teacher)

    return ask
