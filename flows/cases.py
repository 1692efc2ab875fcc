"""Golden cases: each replayed through rendering, teacher, reading and the stages that judge rows.

Nothing is planned, repaired, compared or published. Cases with fixed replies ask nobody; the others
go through the recipe's journal and budget, so a second run pays for nothing again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from configs.cases import Case, Wording
from configs.errors import BudgetExceeded, ConfigError, TeacherUnavailable
from configs.recipe import Recipe
from flows import stages, steps
from flows.pipeline import check
from flows.progress import report
from flows.teachers import check_teachers, open_pool, pool_of
from flows.workspace import exclusively
from generators.candidates import Generated, generate, generate_by
from generators.case_seeds import own_documents, seed_of
from generators.library import Library
from generators.scripted import Script
from generators.seeds import Seed
from store.event_loop import run_async


@dataclass(frozen=True)
class Tally:
    """A case, what each of its replays came to, and for those that failed what came instead."""

    case: Case
    failures: tuple[str, ...]
    replays: int

    @property
    def passes(self) -> int:
        """Replays that came to what is expected."""
        return self.replays - len(self.failures)


@dataclass(frozen=True)
class _Replay:
    case: Case
    seed: Seed


@dataclass(frozen=True)
class _Judged:
    """Candidates by id with the verdict that dropped them, None where none did."""

    rows: Mapping[str, dict[str, Any]]
    drops: Mapping[str, dict[str, Any]]


def replay(recipe: Recipe, cases: Sequence[Case], repeat: int, file: Path) -> list[Tally]:
    """Replay each case of a file ``repeat`` times. All that is wrong with them is told before
    anything is asked.

    Raises:
        ConfigError: cases name what is not there, or the recipe is wrong.
        BudgetExceeded, TeacherUnavailable: not all could be asked; what was is in the journal.
    """
    check(recipe)
    with exclusively(recipe):
        corpus = steps.read_corpus(recipe, [*own_documents(cases)])
        passages = steps.embed_passages(recipe, corpus)
        library = steps.library_of(recipe, corpus)
        replays = _replays(cases, library, recipe, repeat, file)
        fixed = [one for one in replays if one.case.replies]
        open_ = [one for one in replays if not one.case.replies]
        failures = _said(recipe, fixed, library, corpus, passages)
        failures |= _asked(recipe, open_, library, corpus, passages)
    each = {case.id: [one.seed.id for one in replays if one.case == case] for case in cases}
    return [
        Tally(case, tuple(failures[id_] for id_ in each[case.id] if id_ in failures), repeat)
        for case in cases
    ]


def _replays(
    cases: Sequence[Case], library: Library, recipe: Recipe, repeat: int, file: Path
) -> list[_Replay]:
    found, problems = [], []
    for case in cases:
        try:
            found += [_Replay(case, seed_of(case, library, recipe, i)) for i in range(repeat)]
        except ConfigError as error:
            problems.append(f"{file}: case {case.id}: {error}")
    if problems:
        raise ConfigError("\n".join(problems))
    return found


def _said(
    recipe: Recipe, replays: Sequence[_Replay], library: Library, corpus: str, passages: str
) -> dict[str, str]:
    """Why replays with fixed replies failed, by their seeds."""
    if not replays:
        return {}
    scripts = {one.seed.id: _script(one) for one in replays}
    seeds = [one.seed for one in replays]
    asked = generate_by(lambda seed: scripts[seed.id].ask, seeds, library, recipe, report)
    judged = _judge(_unasked(recipe), run_async(asked), corpus, passages)
    failures = _failures(replays, judged)
    for id_, script in scripts.items():
        if script.left and id_ not in failures:
            failures[id_] = f"the method asked for all but the last {script.left} of the replies"
    return failures


def _script(replay: _Replay) -> Script:
    texts = [
        reply if isinstance(reply, str) else orjson.dumps(reply).decode()
        for reply in replay.case.replies
    ]
    return Script(replay.seed.teacher, texts, replay.case.ended)


def _unasked(recipe: Recipe) -> Recipe:
    """The recipe without the stages that ask a teacher, since fixed replies ask nobody."""
    filters = recipe.filters.model_copy(update={"judge": None})
    grounding = recipe.verifiers.grounding
    if grounding is not None and grounding.asks:
        heard = grounding.entailment
        kept = heard if heard is not None and heard.kind != "judge" else None
        grounding = grounding.model_copy(update={"claims": None, "entailment": kept})
    verifiers = recipe.verifiers.model_copy(update={"grounding": grounding})
    return recipe.model_copy(update={"filters": filters, "verifiers": verifiers})


def _asked(
    recipe: Recipe, replays: Sequence[_Replay], library: Library, corpus: str, passages: str
) -> dict[str, str]:
    """Why replays that the recipe's teacher answers failed, by their seeds."""
    if not replays:
        return {}
    open_pool(recipe)
    check_teachers(recipe)
    seeds = [one.seed for one in replays]
    made = run_async(generate(seeds, library, recipe, pool_of(recipe), report))
    if made.stopped:
        raise BudgetExceeded(made.stopped)
    if made.missing:
        raise TeacherUnavailable("; ".join(made.missing.values()))
    return _failures(replays, _judge(recipe, made, corpus, passages))


def _judge(recipe: Recipe, made: Generated, corpus: str, passages: str) -> _Judged:
    """All candidates through each stage that judges rows one by one, in one call per stage."""
    vectors = pl.DataFrame(steps.vectors_of(recipe, made.records))
    rows, verdicts = made.records.hstack(vectors), made.verdicts
    for name in stages.alone(recipe):
        standing = stages.standing_rows(rows, verdicts)
        if len(standing):
            said = stages.judge_rows(recipe, name, corpus, passages, standing)
            verdicts = verdicts.vstack(said.verdicts)
    drops = verdicts.filter(pl.col("decision") == "drop").to_dicts()
    return _Judged(
        {row["id"]: row for row in made.records.to_dicts()},
        {verdict["record_id"]: verdict for verdict in drops},
    )


def _failures(replays: Sequence[_Replay], judged: _Judged) -> dict[str, str]:
    found = {
        one.seed.id: _failure(one.case, judged.rows[one.seed.id], judged.drops.get(one.seed.id))
        for one in replays
    }
    return {id_: why for id_, why in found.items() if why}


def _failure(case: Case, row: Mapping[str, Any], drop: Mapping[str, Any] | None) -> str:
    """What came instead of what a case expects; empty where that came."""
    if drop is not None:
        wanted = case.expect == "reject" and drop["reason"] in case.reasons
        return "" if wanted else f"{drop['stage']}: {drop['reason']} ({drop['detail']})"
    if case.expect == "reject":
        return f"accepted: {row['answer']}"
    worded = [_worded(case.question, "question", row), _worded(case.answer, "answer", row)]
    return next(filter(None, worded), "")


def _worded(wanted: Wording, field: str, row: Mapping[str, Any]) -> str:
    """Which pattern of a text is not found, or is found and must not be."""
    tests: tuple[tuple[tuple[str, ...], str, Callable[[bool], bool]], ...] = (
        (wanted.must, "lacks", lambda found: not found),
        (wanted.must_not, "has", lambda found: found),
    )
    for patterns, how, is_wrong in tests:
        for pattern in patterns:
            if is_wrong(re.search(pattern, row[field]) is not None):
                return f"the {field} {how} /{pattern}/: {row[field]}"
    return ""
