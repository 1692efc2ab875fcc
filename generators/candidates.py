"""From seeds to candidate records: tasks to their teachers, replies to rows with provenance."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import orjson
import polars as pl

from configs.errors import BudgetExceeded, StillhouseError, TeacherUnavailable
from configs.recipe import Recipe
from configs.teachers import Teacher
from generators.catalogue import catalogue, settings_of
from generators.conditions import language_of
from generators.library import Library
from generators.repair import Correction
from generators.replies import Draft
from generators.seeds import Seed
from generators.teacher import Ask, Request, Task, task_of
from generators.teachers.pool import Pool
from generators.templates import GroundedTemplates
from generators.writing import Outcome
from store.asking import Answered
from store.corpus import Document, Passage
from store.quotes import find_quote
from store.records import RECORDS, VERDICTS, Mode, Origin, Record, Source, Verdict, frame
from store.replies import Unusable
from store.stages import Progress
from store.text import sha256

STAGE = "generate"
VERSION = "4"

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
            record = _record(outcomes[seed.id], seed, recipe)
            rows.append(record.row())
            verdicts.append(_verdict(record.id, outcomes[seed.id]).model_dump())
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


def _record(outcome: Outcome, seed: Seed, recipe: Recipe) -> Record:
    task = outcome.request.task
    assert task is not None
    # A reply that cannot be used stands as it came, so that people can see it.
    unread = Draft("", outcome.reply.content or "", ())
    draft = outcome.draft if isinstance(outcome.draft, Draft) else unread
    sources = _sources(task, draft.quotes)
    who = outcome.answers[-1].teacher if outcome.answers else seed.teacher
    settings = recipe.named(who)
    made_by_rule = not settings.is_model
    mode, origin = _of_kind(settings)
    rule = f"{outcome.reply.model}/{task.seed.style}"
    return Record(
        id=task.seed.id,
        question=draft.question,
        answer=draft.answer,
        quotes=draft.quotes,
        sources=sources,
        method=task.seed.method,
        style=task.seed.style,
        generation_mode=mode,
        generation_depth=settings.generation_depth,
        origin=origin,
        teacher=who,
        tier=settings.tier,
        escalated_from=seed.escalated_from,
        repaired_from=seed.repaired_from,
        model=outcome.reply.model or str(settings.model),
        prompt_id=rule if made_by_rule else outcome.request.prompt_id,
        prompt_sha256=sha256(rule) if made_by_rule else outcome.request.prompt_sha256,
        request_keys=tuple(answered.key for answered in outcome.answers),
        seed_id=task.seed.id,
        language=language_of(seed, recipe),
        valid_as_of=_valid_as_of(task, recipe),
        metadata=orjson.dumps(_metadata(outcome, task, who)).decode(),
        reasoning=draft.reasoning,
        tools=draft.tools,
        rejected=tuple(asdict(loser) for loser in draft.rejected),
        context=draft.context,
        conversation=draft.conversation,
    )


def _of_kind(teacher: Teacher) -> tuple[Mode, Origin]:
    """How a teacher's records come about, and who then wrote them."""
    if not teacher.is_model:
        return "rule-based", "rule"
    return ("self-improvement", "self") if teacher.student else ("distillation", "teacher")


def _metadata(outcome: Outcome, task: Task, who: str) -> Mapping[str, Any]:
    """The fact behind the task, how the reply was read, and for whom a teacher stood in."""
    found: dict[str, Any] = {}
    if task.fact is not None:
        found["fact"] = {"kind": task.fact.kind, "bucket": task.fact.bucket}
    if task.seed.conditions:
        found["conditions"] = dict(task.seed.conditions)
    if isinstance(outcome.draft, Draft):
        found |= {"rung": outcome.draft.rung, **outcome.draft.notes}
    if outcome.request.left_out:
        found["left_out"] = list(outcome.request.left_out)
    if who != task.seed.teacher:
        found["instead_of"] = task.seed.teacher
    return found


def _sources(task: Task, quotes: Sequence[str]) -> tuple[Source, ...]:
    """One source per quote where it stands; the whole passage where no quote was found."""
    passages: list[tuple[Document, Passage]] = [(task.document, task.passage), *task.others]
    if task.other is not None and task.other_passage is not None:
        passages.append((task.other, task.other_passage))
    found = []
    for quote in quotes:
        for document, passage in passages:
            span = find_quote(quote, document.text, near=passage.start)
            if span is not None:
                found.append(_source(document, passage, *span))
                break
    return tuple(found) or (_source(*passages[0], task.passage.start, task.passage.end),)


def _source(document: Document, passage: Passage, start: int, end: int) -> Source:
    return Source(
        document_id=document.id,
        passage_id=passage.id,
        title=document.title,
        start=start,
        end=end,
        sha256=sha256(document.text[start:end]),
    )


def _valid_as_of(task: Task, recipe: Recipe) -> date | None:
    """The recipe's date, else the oldest date its sources state, else None."""
    dates = [d.valid_from for d in (task.document, task.other) if d is not None and d.valid_from]
    return recipe.as_of or min(dates, default=None)


def _verdict(record_id: str, outcome: Outcome) -> Verdict:
    draft = outcome.draft
    bad = isinstance(draft, Unusable)
    return Verdict(
        record_id=record_id,
        stage=STAGE,
        stage_version=VERSION,
        decision="drop" if bad else "keep",
        reason=draft.reason if isinstance(draft, Unusable) else "",
        witness=outcome.answers[-1].key if bad and outcome.answers else "",
        detail=draft.detail if isinstance(draft, Unusable) else "",
    )
