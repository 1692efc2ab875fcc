"""From what became of a task to a candidate record: where it comes from, who wrote it, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import orjson

from configs.recipe import Recipe
from configs.teachers import Teacher
from generators.conditions import language_of
from generators.replies import Draft
from generators.seeds import Seed
from generators.teacher import Task
from generators.writing import Outcome
from store.corpus import Document, Passage
from store.quotes import find_quote
from store.records import SHOWN, Mode, Origin, Record, Source, Verdict
from store.replies import Unusable
from store.text import sha256

STAGE = "generate"
VERSION = "5"


def record_of(outcome: Outcome, seed: Seed, recipe: Recipe) -> Record:
    """The candidate an outcome comes to, dropped or not, with all of its provenance."""
    task = outcome.request.task
    assert task is not None
    # A reply that cannot be used stands as it came, so that people can see it.
    unread = Draft("", outcome.reply.content or "", ())
    draft = outcome.draft if isinstance(outcome.draft, Draft) else unread
    sources = _sources(task, draft.quotes)
    who = outcome.answers[-1].teacher if outcome.answers else seed.teacher
    settings = recipe.named(who)
    depths = [recipe.named(one).generation_depth for one in (who, *_writers(outcome, task))]
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
        generation_depth=max(depths),
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
        metadata=orjson.dumps(_metadata(outcome, task, who, sources)).decode(),
        reasoning=draft.reasoning,
        tools=draft.tools,
        losers=tuple(asdict(loser) for loser in draft.losers),
        context=draft.context,
        conversation=draft.conversation,
    )


def _of_kind(teacher: Teacher) -> tuple[Mode, Origin]:
    """How a teacher's records come about, and who then wrote them."""
    if not teacher.is_model:
        return "rule-based", "rule"
    return ("self-improvement", "self") if teacher.student else ("distillation", "teacher")


def _writers(outcome: Outcome, task: Task) -> list[str]:
    """All teachers behind a record but the one that scored; after a failover more than one."""
    return sorted({answered.teacher for answered in outcome.answers} - {task.scorer})


def _metadata(
    outcome: Outcome, task: Task, who: str, sources: Sequence[Source]
) -> Mapping[str, Any]:
    """The fact behind the task, how the reply was read, for whom a teacher stood in, and what was
    shown beside the sources.
    """
    found: dict[str, Any] = {}
    if task.fact is not None:
        found["fact"] = {"kind": task.fact.kind, "bucket": task.fact.bucket}
    if task.seed.conditions:
        found["conditions"] = dict(task.seed.conditions)
    if isinstance(outcome.draft, Draft):
        found |= {"rung": outcome.draft.rung, **outcome.draft.notes}
    if outcome.request.left_out:
        found["left_out"] = list(outcome.request.left_out)
    wrote = _writers(outcome, task)
    if len(wrote) > 1:
        found["teachers"] = wrote
    if who != task.seed.teacher:
        found["instead_of"] = task.seed.teacher
    quoted = {source.passage_id for source in sources}
    shown = [id_ for id_ in _shown(outcome, task) if id_ not in quoted]
    return {**found, SHOWN: shown} if shown else found


def _shown(outcome: Outcome, task: Task) -> list[str]:
    """Passages that the task was written from, those that did not fit apart; in a repair also those
    that its findings show.
    """
    other = [] if task.other_passage is None else [task.other_passage]
    beside = [passage for _, passage in task.beside if passage.id not in outcome.request.left_out]
    every = [task.passage, *beside, *other, *(passage for _, passage in task.others)]
    found = [] if task.correction is None else task.correction.failed
    named = [*(passage.id for passage in every), *(item.passage_id for item in found)]
    return [*dict.fromkeys(filter(None, named))]


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


def verdict_on(record_id: str, outcome: Outcome) -> Verdict:
    """Whether the replies gave a record, and if not, why."""
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
