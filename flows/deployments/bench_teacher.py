"""The deployment ``bench-teacher``: how fast a teacher answers, and how many calls it takes."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Le
from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State

from configs.errors import ConfigError
from flows.bench import bench
from flows.deployments.cards import LARGEST, BudgetCard, TeacherCard
from flows.deployments.forms import Form, Shipped, recipe_of
from flows.deployments.teacher import teacher_named
from flows.runs.budgets import within_variables
from flows.runs.endings import Outcome, plainly
from flows.runs.markdown import as_markdown
from flows.runs.names import artifact_key
from flows.views.bench import bench_views
from flows.views.bench_page import save_page
from flows.workspace import workspace


@flow(name="bench-teacher", retries=0)
def bench_teacher(
    recipe: Shipped = "grounded-qa",
    recipe_file: str = "",
    max_concurrency: Annotated[int, Ge(0), Le(512)] = 0,
    calls: Annotated[int, Ge(0), Le(LARGEST)] = 0,
    output: str = "",
    teacher: TeacherCard = TeacherCard(),
    budget: BudgetCard = BudgetCard(),
) -> str | State[None]:
    """Measure a teacher with prompts of a recipe, which a build then does not pay for again.

    Args:
        recipe: Whose prompts are sent; one that asks a model.
        recipe_file: Path of a recipe of your own, on the machine that runs it. Used instead of the
            one above.
        max_concurrency: Most calls in flight, 1 to 512. 0: the teacher's own number.
        calls: Prompts per level, at least 2. 0: four for each call in flight.
        output: Folder or s3:// address of the datasets. Empty: the recipe's.
        teacher: Who is measured, and with which key. Keys themselves are never entered here.
        budget: Ceilings, checked before every call. Empty: the recipe's, or none.
    """
    form = Form(recipe, recipe_file, output=output, teacher=teacher, cards=(budget,))
    return plainly(lambda: _measured(form, max_concurrency or None, calls or None))


def _measured(form: Form, most: int | None, calls: int | None) -> Outcome:
    if calls == 1:
        raise ConfigError("calls: a level takes at least 2 prompts; 0 lets the bench choose")
    recipe = within_variables(recipe_of(form))
    found = bench(recipe, teacher_named(recipe, form.teacher), most, calls)
    page = save_page(found, workspace(recipe).root / "bench")
    create_markdown_artifact(
        as_markdown(f"Bench of {found.teacher.name}", bench_views(found)),
        key=artifact_key(f"bench-{recipe.name}"),
        description=f"{found.teacher.model} at {found.teacher.base_url}. Page: {page}",
    )
    if found.error is not None:
        raise found.error
    return str(page)
