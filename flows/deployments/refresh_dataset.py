"""The deployment ``refresh-dataset``: a dataset brought up to date with its documents."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.deployments.cards import BudgetCard, ReasonsCard, TeacherCard
from flows.deployments.forms import Form, Shipped, recipe_of
from flows.runs.dataset import run_dataset
from flows.runs.endings import Outcome, plainly


@flow(name="refresh-dataset", retries=0)
def refresh_dataset(
    dataset: str = "",
    recipe_file: str = "",
    recipe: Shipped = "quickstart",
    output: str = "",
    ask_approval: bool = False,
    teacher: TeacherCard = TeacherCard(),
    budget: BudgetCard = BudgetCard(),
    reasons: ReasonsCard = ReasonsCard(),
) -> str | State[None]:
    """Look for new, changed and deleted documents, and bring a dataset up to date with them.

    Args:
        dataset: Name of a dataset that was built. It is refreshed by the recipe it was built by.
        recipe_file: Or the path of its recipe, on the machine that runs it, if that has changed.
        recipe: Or a recipe that comes with Stillhouse, where the two above are empty.
        output: Folder or s3:// address the dataset is in. Empty: the recipe's.
        ask_approval: Wait for somebody to look at the version before it becomes the latest.
        teacher: Who answers, and with which key. Keys themselves are never entered here.
        budget: Ceilings, checked before every call. Empty: the recipe's, or none.
        reasons: What you know and the run would stop for; it stands in the version's manifest.
    """
    form = Form(
        recipe,
        recipe_file,
        dataset,
        output=output,
        ask_approval=ask_approval,
        teacher=teacher,
        cards=(budget,),
    )
    return plainly(lambda: _refreshed(form, reasons))


def _refreshed(form: Form, reasons: ReasonsCard) -> Outcome:
    from flows.refresh import ledger_of, refresh

    why = (reasons.fewer_real_rows, reasons.past_canary)
    recipe = recipe_of(form)
    return run_dataset(recipe, lambda recipe, step: refresh(recipe, step, *why), ledger_of)
