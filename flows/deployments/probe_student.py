"""The deployment ``probe-student``: what a served model still knows of a corpus."""

from __future__ import annotations

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from pydantic import Field

from configs.errors import ConfigError
from flows.deployments.cards import LARGEST, Card, Count, KeyBlock, KeyVariable, Level
from flows.deployments.forms import Shipped, where
from flows.probe import LEAST, MOST, probe
from flows.runs.endings import Outcome, plainly
from flows.runs.markdown import as_markdown
from flows.runs.names import artifact_key
from flows.students import Student, read_harmful
from flows.views.probe import probe_views
from verifiers.closed_book.asking import MAX_TOKENS


class StudentCard(Card):
    """Which generation it is, and how it is asked. Keys themselves are never entered here."""

    label: str = Field(
        "", description="Name of this generation of the model. Empty: the version's."
    )
    key_block: KeyBlock = ""
    key_variable: KeyVariable = ""
    concurrency: Level = Field(16, title="Calls in flight", description="At most.")
    max_tokens: int = Field(
        MAX_TOKENS,
        ge=16,
        le=LARGEST,
        title="Longest reply",
        description="In tokens; models that reason need more.",
    )


class QuestionsCard(Card):
    """What is asked."""

    facts: Count = Field(MOST, title="Most facts", description="Facts to ask for at most.")
    at_least: Count = Field(
        LEAST, title="Fewest facts", description="With fewer of them nothing is asked."
    )
    refusals: str = Field(
        "", description="Path of requests that must be refused, one a line or as rows."
    )


@flow(name="probe-student", retries=0)
def probe_student(
    endpoint: str,
    model: str,
    dataset: str = "",
    recipe_file: str = "",
    recipe: Shipped = "grounded-qa",
    against: str = "",
    output: str = "",
    student: StudentCard = StudentCard(),
    questions: QuestionsCard = QuestionsCard(),
) -> str | State[None]:
    """Ask a served model what it knows of a corpus, how it writes, and whether it obeys.

    Args:
        endpoint: Address of the model, up to and including /v1, as http://host:8000/v1.
        model: Model name sent to the server.
        dataset: DATASET or DATASET@VERSION it was trained on; its corpus is asked about.
        recipe_file: Or the path of a recipe, on the machine that runs it.
        recipe: Or a recipe that comes with Stillhouse, where the two above are empty.
        against: Path of an earlier run's file, to learn what changed since, and the stage of
            collapse.
        output: Folder or s3:// address of the datasets. Empty: the recipe's.
        student: Which generation it is, and how it is asked.
        questions: What is asked.
    """
    asked = Student(
        endpoint.strip(),
        model.strip(),
        student.key_variable.strip() or None,
        student.label.strip(),
        student.concurrency,
        student.max_tokens,
        student.key_block.strip() or None,
    )
    about = dataset.strip() or recipe_file.strip() or recipe
    return plainly(lambda: _probed(asked, about, output, against.strip(), questions))


def _probed(
    student: Student, about: str, output: str, against: str, questions: QuestionsCard
) -> Outcome:
    if questions.at_least > questions.facts:
        raise ConfigError(
            f"questions: fewest facts, {questions.at_least}, is more than most facts, "
            f"{questions.facts}"
        )
    refusals = questions.refusals.strip()
    found = probe(
        about,
        where(output) if output.strip() else None,
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
