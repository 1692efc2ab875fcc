"""The deployment ``build-dataset``: a dataset from a form."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Le
from prefect import flow
from prefect.client.schemas.objects import State

from flows.deployments.cards import (
    LARGEST,
    BudgetCard,
    FiltersCard,
    GateCard,
    GenerationCard,
    ReasonsCard,
    SelectionCard,
    TeacherCard,
    VerificationCard,
)
from flows.deployments.forms import Form, Shipped, recipe_of
from flows.pipeline import build
from flows.runs.dataset import run_dataset
from flows.runs.endings import plainly


@flow(name="build-dataset", retries=0)
def build_dataset(
    recipe: Shipped = "quickstart",
    recipe_file: str = "",
    name: str = "",
    target: Annotated[int, Ge(0), Le(LARGEST)] = 0,
    output: str = "",
    ask_approval: bool = False,
    teacher: TeacherCard = TeacherCard(),
    budget: BudgetCard = BudgetCard(),
    generation: GenerationCard = GenerationCard(),
    filters: FiltersCard = FiltersCard(),
    verification: VerificationCard = VerificationCard(),
    selection: SelectionCard = SelectionCard(),
    gate: GateCard = GateCard(),
    reasons: ReasonsCard = ReasonsCard(),
) -> str | State[None]:
    """Build a dataset from a recipe and publish it as a new version.

    Args:
        recipe: A recipe that comes with Stillhouse. Quickstart needs no model and no network.
        recipe_file: Path of a recipe of your own, on the machine that runs it. Used instead of the
            one above.
        name: Name of the dataset: a-z, 0-9, dot, _ and -. Empty: the recipe's.
        target: Accepted records wanted. 0: the recipe's number.
        output: Folder or s3:// address to publish in. Empty: the recipe's.
        ask_approval: Wait for somebody to look at the version before it becomes the latest.
        teacher: Who answers, and with which key. Keys themselves are never entered here.
        budget: Ceilings, checked before every call. Empty: the recipe's, or none.
        generation: How candidates are made.
        filters: What is dropped, and from which similarity on.
        verification: How claims are checked against the documents.
        selection: How the target number is chosen among what is left.
        gate: What a version must hold to become the latest one; else it is quarantined.
        reasons: What you know and the run would stop for; it stands in the version's manifest.
    """
    cards = (budget, generation, filters, verification, selection, gate)
    form = Form(
        recipe,
        recipe_file,
        name=name,
        target=target,
        output=output,
        ask_approval=ask_approval,
        teacher=teacher,
        cards=cards,
    )
    why = (reasons.fewer_real_rows, reasons.past_canary)
    return plainly(
        lambda: run_dataset(recipe_of(form), lambda recipe, step: build(recipe, step, *why))
    )
