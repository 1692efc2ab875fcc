"""The deployment ``probe-student``: what a served model still knows of a corpus."""

from __future__ import annotations

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from pydantic import Field

from configs.errors import ConfigError
from flows.deployments.cards import Card
from flows.deployments.endings import Outcome, plainly
from flows.deployments.forms import Shipped, where
from flows.deployments.markdown import as_markdown
from flows.probe import LEAST, MOST, probe
from flows.probe_view import probe_views
from flows.runs.dataset import artifact_key
from flows.students import Student, read_harmful
from verifiers.closed_book.asking import MAX_TOKENS


class QuestionsCard(Card):
    """What is asked, and how."""

    facts: int = Field(MOST, ge=1, title="Most facts", description="Facts to ask for at most.")
    at_least: int = Field(
        LEAST, ge=1, title="Fewest facts", description="With fewer of them nothing is asked."
    )
    refusals: str = Field(
        "", description="Path of requests that must be refused, one a line or as rows."
    )
    concurrency: int = Field(16, ge=1, le=512, title="Calls in flight", description="At most.")
    max_tokens: int = Field(
        MAX_TOKENS, ge=16, title="Longest reply", description="Models that reason need more."
    )


@flow(name="probe-student", retries=0)
def probe_student(
    endpoint: str,
    model: str,
    dataset: str = "",
    recipe_file: str = "",
    recipe: Shipped = "grounded-qa",
    label: str = "",
    against: str = "",
    key_block: str = "",
    key_variable: str = "",
    output: str = "",
    questions: QuestionsCard = QuestionsCard(),
) -> str | State[None]:
    """Ask a served model what it knows of a corpus, how it writes, and whether it obeys.

    Args:
        endpoint: Address of the model, up to and including /v1, as http://host:8000/v1.
        model: Model name sent to the server.
        dataset: DATASET or DATASET@VERSION it was trained on; its corpus is asked about.
        recipe_file: Or the path of a recipe, on the machine that runs it.
        recipe: Or a recipe that comes with Stillhouse, where the two above are empty.
        label: Name of this generation of the model. Empty: the version's.
        against: Path of an earlier run's file: says what changed since, and the stage of collapse.
        key_block: Name of a Prefect Secret block with the server's key. Empty: no key.
        key_variable: Or the name of an environment variable. Never the key itself.
        output: Folder or s3:// address of the datasets. Empty: the recipe's.
        questions: What is asked, and how.
    """
    student = Student(
        endpoint.strip(),
        model.strip(),
        key_variable.strip() or None,
        label.strip(),
        questions.concurrency,
        questions.max_tokens,
        key_block.strip() or None,
    )
    asked = dataset.strip() or recipe_file.strip() or recipe
    return plainly(lambda: _probed(student, asked, output, against.strip(), questions))


def _probed(
    student: Student, asked: str, output: str, against: str, questions: QuestionsCard
) -> Outcome:
    if questions.at_least > questions.facts:
        raise ConfigError(
            f"questions: fewest facts, {questions.at_least}, is more than most facts, "
            f"{questions.facts}"
        )
    refusals = questions.refusals.strip()
    found = probe(
        asked,
        where(output) if output.strip() else None,  # type: ignore[arg-type]
        student,
        most=questions.facts,
        at_least=questions.at_least,
        harmful=read_harmful(Path(refusals) if refusals else None),
        against=Path(against) if against else None,
    )
    create_markdown_artifact(
        as_markdown(f"Probe of {found.run.label}", probe_views(found)),
        key=artifact_key(f"probe-{found.run.dataset}"),
        description=f"{student.model} at {student.endpoint}. Kept as {found.kept}",
    )
    return str(found.kept)
