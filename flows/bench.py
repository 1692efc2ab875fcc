"""Preflight and load of one teacher: the recipe's own prompts at a rising number of calls at once.

Every reply goes through the journal under the key a build uses, so a build that follows does not
pay for it again; for the same reason no prompt is sent twice, and a sweep ends with the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from configs.errors import BudgetExceeded, ConfigError, StillhouseError, TeacherUnavailable
from configs.recipe import Recipe
from configs.teachers import Structured, Teacher
from flows import steps
from flows.bench_level import Course, measure, place_of
from flows.measures import Level, Place, concurrencies
from flows.secrets import secret_of
from flows.teachers import probe_teacher
from flows.workspace import exclusively, workspace
from generators.seeds import Seed
from generators.teachers.adapter import Limits
from generators.teachers.preflight import check_endpoint
from generators.teachers.probe import Finding

_LEAST_CALLS, _CALLS_PER_PLACE = 16, 4
_AHEAD = 4
"""Prompts to choose from, per prompt that is sent."""


@dataclass(frozen=True)
class Bench:
    """What a sweep came to: what each way to bind replies to a schema did and the one that was
    used, figures by concurrency, rate limits in headers. ``note`` says why the sweep ended early,
    ``error`` is set where that was not for the plan's length.
    """

    teacher: Teacher
    ways: Mapping[Structured, Finding]
    levels: Sequence[Level]
    structured: Structured
    limits: Limits
    note: str
    error: StillhouseError | None


def bench(recipe: Recipe, name: str, most: int | None = None, calls: int | None = None) -> Bench:
    """Ask a teacher of the recipe with 1, 2, 4, ... calls in flight, up to ``most``.

    Args:
        recipe: Its plan is what is sent.
        name: The teacher's name.
        most: The highest concurrency; by default the recipe's.
        calls: Prompts per level; by default four times the level, and at least 16.

    Raises:
        ConfigError: no such teacher, one that works by rule, or a plan too short for one level.
        TeacherUnavailable, BudgetExceeded: before the first level was finished.
    """
    with exclusively(recipe):
        return _sweep(recipe, name, most, calls)


def _sweep(recipe: Recipe, name: str, most: int | None, calls: int | None) -> Bench:
    teacher = streaming(recipe, name, most)
    check_endpoint(teacher, secret_of(teacher))
    course = _prepare(recipe, teacher)
    sizes = {level: calls or max(_LEAST_CALLS, _CALLS_PER_PLACE * level)
             for level in concurrencies(teacher.concurrency)}  # fmt: skip
    rest = list(islice(_unanswered(course), _AHEAD * sum(sizes.values())))
    if len(rest) < sizes[1]:
        raise ConfigError(_too_short(1, sizes[1], len(rest)))
    ways = probe_teacher(recipe, teacher)
    levels: list[Level] = []
    note, error = "", None
    for level, size in sizes.items():
        seeds = next_slice(rest, set(course.first_read), size)
        if len(seeds) < size:
            note = _too_short(level, size, len(seeds))
            break
        sent = set(seeds)
        rest = [seed for seed in rest if seed not in sent]
        try:
            levels.append(measure(course, level, seeds))
        except (BudgetExceeded, TeacherUnavailable) as failure:
            note, error = f"The sweep ended at {level} in flight: {failure}", failure
            break
    if error is not None and not levels:
        raise error
    return Bench(teacher, ways, levels, course.endpoint.ways.current, course.limits, note, error)


def streaming(recipe: Recipe, name: str, most: int | None) -> Teacher:
    """The teacher of that name, set to stream and to take as many calls as the sweep sends.

    Raises:
        ConfigError: the recipe has none of that name, or it is no model.
    """
    models = [teacher.name for teacher in recipe.writers if teacher.is_model]
    known = f"model teachers of {recipe.name!r}: {', '.join(models) or 'none'}"
    teacher = next((teacher for teacher in recipe.writers if teacher.name == name), None)
    if teacher is None:
        raise ConfigError(f"no teacher {name!r}; {known}")
    if not teacher.is_model:
        raise ConfigError(f"teacher {name!r} works by rule and sends nothing to measure; {known}")
    wanted = {"stream": True, "concurrency": most or teacher.concurrency}
    return teacher.model_copy(update=wanted)


def next_slice(rest: Sequence[Seed], read: set[Place], size: int) -> list[Seed]:
    """The next prompts of a plan: half of them on passages that were not sent before, the others
    on such as were, so that a cache of the server's shows; fewer only at the plan's end.
    """
    new: dict[Place, Seed] = {}
    for seed in rest:
        if place_of(seed) not in read and len(new) < size // 2:
            new.setdefault(place_of(seed), seed)
    chosen = set(new.values())
    others = [seed for seed in rest if seed not in chosen]
    # Sorting is stable: the plan's order stays within each group.
    others.sort(key=lambda seed: (place_of(seed) not in read, place_of(seed) not in new))
    return [*new.values(), *others[: size - len(new)]]


def _too_short(level: int, size: int, left: int) -> str:
    return (
        f"The sweep ended before {level} in flight: that takes {size} prompts, and the plan has "
        f"{left} left that are not answered yet. Raise target or max_candidates, or give a "
        "smaller --calls or --max-concurrency"
    )


def _prepare(recipe: Recipe, teacher: Teacher) -> Course:
    """Read and embed the corpus; nothing is sent yet."""
    corpus = steps.read_corpus(recipe)
    return Course(recipe, teacher, corpus, steps.embed_passages(recipe, corpus), workspace(recipe))


def _unanswered(course: Course) -> Iterator[Seed]:
    """The teacher's seeds of the plan to which the journal has no reply."""
    seeds = steps.seeds_of(course.recipe, steps.plan(course.recipe, course.corpus))
    own = (seed for seed in seeds if seed.teacher == course.teacher.name)
    return (seed for seed in own if course.space.journal.find(course.key(seed)) is None)
