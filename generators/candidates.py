"""From seeds to candidate records: tasks to their teachers, replies to rows with provenance."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import polars as pl

from configs.errors import StillhouseError
from configs.recipe import Recipe
from generators import grounded_qa
from generators.budget import Ledger
from generators.chat import ChatTeacher
from generators.grounded_qa import Outcome
from generators.library import Library
from generators.plan import Seed
from generators.replies import Draft, Unusable
from generators.teacher import Task, Teacher, task_of
from generators.templates import GroundedTemplates
from store.corpus import Document, Passage
from store.journal import Journal
from store.quotes import find_quote
from store.records import RECORDS, VERDICTS, Record, Source, Verdict, frame
from store.stages import Progress
from store.text import sha256

STAGE = "generate"
VERSION = "1"


@dataclass(frozen=True)
class Generated:
    """Candidates of a batch of seeds, one per seed in order, and a verdict on each reply."""

    records: pl.DataFrame
    verdicts: pl.DataFrame


async def generate(
    seeds: Sequence[Seed],
    library: Library,
    recipe: Recipe,
    run: str,
    journal: Journal,
    ledger: Ledger,
    progress: Progress,
) -> Generated:
    """Ask for every seed. A reply that cannot be used becomes a dropped candidate with its text.

    Raises:
        TeacherUnavailable, BudgetExceeded: generation cannot go on; replies so far are kept.
    """
    async with AsyncExitStack() as stack:
        teachers: dict[str, Teacher] = {}
        gates: dict[str, asyncio.Semaphore] = {}
        for settings in recipe.teachers:
            gates[settings.name] = asyncio.Semaphore(settings.concurrency)
            teachers[settings.name] = (
                GroundedTemplates(settings.name)
                if settings.kind == "grounded-templates"
                else await stack.enter_async_context(ChatTeacher(settings, run, journal, ledger))
            )
        outcomes = await _write_all(seeds, library, recipe, teachers, gates, progress)
    rows, verdicts = [], []
    for outcome in outcomes:
        record = _record(outcome, teachers[outcome.request.task.seed.teacher], recipe)
        rows.append(record.row())
        verdicts.append(_verdict(record.id, outcome).model_dump())
    return Generated(frame(rows, RECORDS), frame(verdicts, VERDICTS))


async def _write_all(
    seeds: Sequence[Seed],
    library: Library,
    recipe: Recipe,
    teachers: Mapping[str, Teacher],
    gates: Mapping[str, asyncio.Semaphore],
    progress: Progress,
) -> list[Outcome]:
    """Outcomes in the order of the seeds. After a failure no new call starts, but those in flight
    are awaited, since they are paid for.
    """
    failures: list[StillhouseError] = []
    outcomes: list[Outcome] = []

    async def write(seed: Seed) -> Outcome | None:
        async with gates[seed.teacher]:
            if failures:
                return None
            try:
                task = task_of(seed, library)
                outcome = await grounded_qa.write(task, teachers[seed.teacher], recipe.language)
            except StillhouseError as error:
                failures.append(error)
                return None
        outcomes.append(outcome)
        progress("generating", len(outcomes), len(seeds))
        return outcome

    results = await asyncio.gather(*(write(seed) for seed in seeds))
    if failures:
        raise failures[0]
    return [outcome for outcome in results if outcome is not None]


def _record(outcome: Outcome, teacher: Teacher, recipe: Recipe) -> Record:
    task = outcome.request.task
    # A reply that cannot be used stands as it came, so that people can see it.
    unread = Draft("", outcome.reply.content or "", ())
    draft = outcome.draft if isinstance(outcome.draft, Draft) else unread
    sources = _sources(task, draft.quotes)
    made_by_rule = teacher.rule_based
    rule = f"{outcome.reply.model}/{task.seed.style}"
    return Record(
        id=task.seed.id,
        question=draft.question,
        answer=draft.answer,
        quotes=draft.quotes,
        sources=sources,
        method=task.seed.method,
        style=task.seed.style,
        generation_mode="rule-based" if made_by_rule else "distillation",
        generation_depth=0,
        origin="rule" if made_by_rule else "teacher",
        teacher=teacher.name,
        model=outcome.reply.model,
        prompt_id=rule if made_by_rule else outcome.request.prompt_id,
        prompt_sha256=sha256(rule) if made_by_rule else outcome.request.prompt_sha256,
        request_keys=tuple(answered.key for answered in outcome.answers),
        seed_id=task.seed.id,
        language=recipe.language,
        valid_as_of=_valid_as_of(task, recipe),
        metadata=orjson.dumps(_metadata(task)).decode(),
    )


def _metadata(task: Task) -> Mapping[str, Any]:
    fact = task.fact
    return {"fact": {"kind": fact.kind, "bucket": fact.bucket}} if fact else {}


def _sources(task: Task, quotes: Sequence[str]) -> tuple[Source, ...]:
    """One source per quote where it stands; the whole passage where no quote was found."""
    passages: list[tuple[Document, Passage]] = [(task.document, task.passage)]
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
        witness=outcome.answers[-1].key if bad else "",
        detail=draft.detail if isinstance(draft, Unusable) else "",
    )
