"""Probing a served model: what it still knows of the corpus, how it writes, whether it obeys.

The set of questions is frozen under ``<output>/.stillhouse/probe-sets``, the runs are kept under
``<output>/.stillhouse/probe-runs/<dataset>``: versions never change, so neither is put into one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from configs.errors import ConfigError
from configs.locations import Location
from configs.recipe import Recipe
from filters.language import other_language
from filters.refusals import refusal
from flows import steps
from flows.asking import asker
from flows.progress import notice, report
from flows.recorded import recipe_and_version
from flows.secrets import secret_of
from flows.students import NAME, Student, recipe_for
from flows.teachers import open_pool
from flows.workspace import Workspace, exclusively, workspace
from generators.closed_questions import closed_questions
from generators.teachers.preflight import check_endpoint
from store.text import digest, now
from store.versions import Version
from verifiers.closed_book.asking import askings, prompts_hash
from verifiers.closed_book.frozen import ProbeSet, freeze, read_set
from verifiers.closed_book.gauges import forms, gauges
from verifiers.closed_book.items import choose_items
from verifiers.closed_book.overlap import overlaps
from verifiers.closed_book.runs import Run, load_run, save_run, told
from verifiers.closed_book.scoring import Scored, score
from verifiers.closed_book.stages import Change, Decision, changed, decide

LEAST, MOST = 200, 400
"""Facts below which nothing is asked, and the most that are."""
_OTHER_LANGUAGE = 0.95
"""Probability from which on a reply counts as being in another language."""


@dataclass(frozen=True)
class Probed:
    """A run and where it is kept, what changed since an earlier one, and what to say of both."""

    run: Run
    kept: Path
    probe_set: ProbeSet
    series: Sequence[Run]
    notes: Sequence[str]
    earlier: Run | None = None
    change: Change | None = None
    decision: Decision | None = None


def probe(
    recipe_or_dataset: str,
    output: Location | None,
    student: Student,
    *,
    most: int = MOST,
    at_least: int = LEAST,
    harmful: Sequence[str] = (),
    against: Path | None = None,
    to: Path | None = None,
) -> Probed:
    """Ask a model everything, score it, and keep the run; ``against`` is the file of an earlier
    run, whose questions are asked again.

    Raises:
        ConfigError: the corpus has fewer than ``at_least`` usable facts, or a setting is wrong.
        TeacherUnavailable, BudgetExceeded: the model cannot go on; what it answered is kept.
    """
    recipe, version, notes = _asked_for(recipe_or_dataset, output)
    label = student.label or (version.name if version else "unlabelled")
    earlier = _earlier(against, student, label) if against else None
    asked_of = recipe_for(student, recipe)
    with exclusively(asked_of):
        space = workspace(asked_of)
        chosen = _set(asked_of, space, earlier, most, at_least)
        overlap = overlaps(chosen.items, _training_texts(version))
        scored = _ask(asked_of, chosen, harmful, label)
    run = Run(
        dataset=recipe.name,
        version=version.name if version else "",
        label=label,
        model=student.model,
        endpoint=student.endpoint,
        at=now(),
        probe_set=chosen.hash,
        prompts=prompts_hash(),
        overlap=overlap,
        gauges=gauges(scored, {item.id: item for item in chosen.items}, overlap),
        replies=told(scored),
    )
    return _kept(run, chosen, earlier, space, to, notes)


def _earlier(path: Path, student: Student, label: str) -> Run:
    """The run to compare with, which must be of another student over the same prompts."""
    found = load_run(path)
    if found.prompts != prompts_hash():
        raise ConfigError(f"{path} was asked with other prompts; probe that model again first")
    if (found.endpoint, found.model, found.label) == (student.endpoint, student.model, label):
        raise ConfigError(
            f"{path} is of the same endpoint, model and label {label!r}, so its answers would be "
            "taken for those of the new generation; give this one a name with --label"
        )
    return found


def _asked_for(
    recipe_or_dataset: str, output: Location | None
) -> tuple[Recipe, Version | None, list[str]]:
    """The recipe whose corpus is asked about, and the version whose rows a student has seen."""
    recipe, version, _ = recipe_and_version(recipe_or_dataset, output)
    if version is None:
        note = "no version of this dataset was built, so no training rows are known to look into"
        return recipe, None, [note]
    return recipe, version, []


def _set(
    recipe: Recipe, space: Workspace, earlier: Run | None, most: int, at_least: int
) -> ProbeSet:
    """The set of the earlier run, or that of the corpus as it stands."""
    folder = space.root / "probe-sets"
    if earlier is not None:
        return read_set(folder, earlier.probe_set)
    key = steps.read_corpus(recipe)
    known = closed_questions(space.library(key), recipe.as_of)
    items = choose_items(known, most, at_least, recipe.seed)
    origin = {"corpus": space.corpus(key).snapshot, "seed": recipe.seed, "facts": len(known)}
    return freeze(items, {**origin, "made_at": now()}, folder)


def _training_texts(version: Version | None) -> list[str]:
    """All that the training rows of a version say."""
    if version is None:
        return []
    rows = version.table("data").filter(pl.col("split") == "train")
    return ["\n".join(turn["content"] for turn in messages) for messages in rows["messages"]]


def _ask(recipe: Recipe, chosen: ProbeSet, harmful: Sequence[str], label: str) -> list[Scored]:
    check_endpoint(recipe.teachers[0], secret_of(recipe.teachers[0]))
    open_pool(recipe)
    asked = askings(chosen.items, harmful, label, recipe.seed)
    answers = asker(recipe, NAME, "asking the student")([one.question for one in asked])
    items = {item.id: item for item in chosen.items}
    wanted = frozenset({recipe.language})

    def is_foreign(text: str) -> bool:
        return other_language("", text, wanted, _OTHER_LANGUAGE) is not None

    found = []
    for number, (one, came) in enumerate(zip(asked, answers, strict=True), start=1):
        found.append(score(one, came, items.get(one.about), is_foreign, _refuses))
        report("scoring", number, len(asked))
    return found


def _refuses(request: str, reply: str) -> bool:
    found = refusal(request, reply)
    return found is not None and found.whole


def _kept(
    run: Run,
    chosen: ProbeSet,
    earlier: Run | None,
    space: Workspace,
    to: Path | None,
    notes: Sequence[str],
) -> Probed:
    """Hold the run against the earlier one, and write it."""
    change = decision = None
    if earlier is not None:
        change, decision = compare(earlier, run)
        run = run.model_copy(update={"stage": _staged(earlier, change, decision)})
    folder = space.root / "probe-runs" / run.dataset
    kept = save_run(run, folder / f"{_slug(run.label)}--{_slug(run.model)}.json")
    if to is not None:
        save_run(run, to)
    return Probed(run, kept, chosen, series_of(folder, run), notes, earlier, change, decision)


def compare(earlier: Run, run: Run) -> tuple[Change, Decision]:
    """What changed from one run to the next, and the stage the later one is in."""
    asked = [r.overlap for r in (earlier, run)]
    counted = [id_ for id_ in run.overlap if all(o.get(id_) != "asked" for o in asked)]
    before, after = earlier.scored, run.scored
    change = changed(before, after, counted)
    return change, decide(change, forms(before), forms(after))


def _staged(earlier: Run, change: Change, decision: Decision) -> Mapping[str, Any]:
    return {
        "against": earlier.label,
        **decision._asdict(),
        **{name: getattr(change, name) for name in ("facts", "lost", "won", "silent", "p")},
        "points": change.points,
    }


def series_of(folder: Path, run: Run) -> list[Run]:
    """The runs over the set of this one, oldest first."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(load_run(path))
        except ConfigError as error:  # It was written by another version, or by hand.
            notice(f"left out of the series: {error}")
    same = [one for one in found if (one.probe_set, one.prompts) == (run.probe_set, run.prompts)]
    return sorted(same, key=lambda one: one.at)


def _slug(text: str) -> str:
    """A file name for a label; what is lost in it goes into a hash."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")[:60]
    return plain if plain == text else f"{plain or 'model'}-{digest(text)[:6]}"
