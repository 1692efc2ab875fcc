"""The entailment model of a recipe: who is asked, what decides what it says, and its memory."""

from __future__ import annotations

from configs.recipe import Recipe
from configs.verifiers import Entailment, Grounding
from flows.workspace import Workspace
from store.asking import AskAll
from store.stages import Entail
from verifiers.calibration import calibration_of
from verifiers.entailment import cross_encoder, judge
from verifiers.entailment.kept import kept


def judge_of(settings: Entailment, ask: AskAll) -> Entail:
    """The teacher that judges; its replies are in the journal."""
    return judge.judge(settings.prompt, ask)


def model_of(settings: Entailment, space: Workspace) -> Entail:
    """The cross-encoder, loaded at the first pair that is new.

    Raises:
        ConfigError: there is no such model.
    """
    name = settings.model or ""
    return kept(
        lambda pairs: cross_encoder.load(name)(pairs),
        cross_encoder.identity(name),
        space.kept_entailment,
    )


def identity(settings: Grounding) -> list[object]:
    """All that decides what the model and its calibration say, beside the teacher that is asked.

    Raises:
        ConfigError: there is no such prompt, model or calibration, or it is another model's.
    """
    worth = calibration_of(settings)
    chosen = settings.entailment
    if chosen is None:
        return [worth]
    if chosen.kind == "judge":
        return [worth, judge.identity(chosen.prompt)]
    return [worth, cross_encoder.identity(chosen.model or "")]


def check_entailment(recipe: Recipe) -> None:
    """Look whether prompt, model and calibration are there, before anything is made or paid.

    Raises:
        ConfigError: one is not, or the model cannot be used.
    """
    settings = recipe.verifiers.grounding
    if settings is None:
        return
    identity(settings)
    if settings.entailment and settings.entailment.kind == "cross-encoder":
        cross_encoder.load(settings.entailment.model or "")
