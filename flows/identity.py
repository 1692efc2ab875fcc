"""What a version is made by, beside its corpus: the recipe, its prompts, stages and code.

It only names what was made. What was paid for and what is finished have keys of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points, version
from typing import Any

import filters.prompts
import generators.prompts
import verifiers.prompts
from configs.filters import Judge
from configs.judges import Judging
from configs.methods import GROUP, Scoring
from configs.recipe import Recipe
from configs.stages import Acceptance
from configs.verifiers import AskedClaims, Entailment
from filters.votes import REPAIR as ASKED_AGAIN
from flows.stages import stages_of
from flows.workspace import NOT_IDENTITY
from generators import provenance
from generators.catalogue import catalogue
from generators.conditions import PROMPT as STATED
from generators.repair import CORRECT
from generators.templates import VERSION as TEMPLATES_VERSION
from store.prompts import Prompt
from store.stages import STAGES
from store.text import digest
from verifiers.claims.asked import REPAIR as SPLIT_AGAIN
from verifiers.entailment.judge import REPAIR as ENTAILED_AGAIN


def recipe_hash(recipe: Recipe) -> str:
    """Identity of a recipe with all that it is carried out by.

    Raises:
        ConfigError: it names a prompt or a method that is not there.
    """
    return digest([recipe.model_dump(mode="json", exclude=NOT_IDENTITY), made_by(recipe)])


def made_by(recipe: Recipe) -> dict[str, dict[str, str]]:
    """What carries a recipe out: hashes of the prompts that it can send, versions of its stages,
    and versions of the packages that its methods come from.

    Raises:
        ConfigError: it names a prompt or a method that is not there.
    """
    prompts = {prompt.id: prompt.sha256 for prompt in (*_written(recipe), *_judged(recipe))}
    makers = {provenance.STAGE: provenance.VERSION, "templates": TEMPLATES_VERSION}
    judges = {name: STAGES[name].version for name in stages_of(recipe)}
    return {"prompts": prompts, "stages": {**makers, **judges}, "code": _code(recipe)}


def _written(recipe: Recipe) -> Iterator[Prompt]:
    """Prompts that records are asked for with; rules ask nobody."""
    if not any(teacher.is_model for teacher in recipe.writers):
        return
    entries = [catalogue()[method.name] for method in recipe.methods]
    for entry in entries:
        yield from entry.prompts
    if recipe.conditions:
        yield STATED
    if recipe.verifiers.repair and any(entry.corrects for entry in entries):
        yield generators.prompts.load_prompt(CORRECT)


def _judged(recipe: Recipe) -> Iterator[Prompt]:
    """Prompts that teachers judge by, each with what they are told where a reply is no use."""
    for settings in recipe.judges.values():
        if isinstance(settings, Scoring):
            continue  # its prompt is the method's
        load, *names = _asked(settings)
        yield from map(load, names)


def _asked(settings: Judging) -> tuple[Any, str, str]:
    match settings:
        case Judge() | Acceptance():
            return filters.prompts.load_prompt, settings.rubric, ASKED_AGAIN
        case AskedClaims():
            return verifiers.prompts.load_prompt, settings.prompt, SPLIT_AGAIN
        case Entailment():
            return verifiers.prompts.load_prompt, settings.prompt, ENTAILED_AGAIN
    raise TypeError(f"no prompts are known of {type(settings).__name__}")


def _code(recipe: Recipe) -> dict[str, str]:
    used = {method.name for method in recipe.methods}
    owners = dict(owner for name, owner in _owners() if name in used)
    return {**owners, "stillhouse": version("stillhouse")}


@cache
def _owners() -> tuple[tuple[str, tuple[str, str]], ...]:
    """Methods, each with the package that brings it and its version. Read once: what a process has
    imported stays as it is, and to find it every installed package is looked into.
    """
    points = entry_points(group=GROUP)
    return tuple((p.name, (p.dist.name, p.dist.version)) for p in points if p.dist)
