"""The deployment ``verify-dataset``: whether what is stored is still what was published."""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Failed

from configs.locations import Location
from flows.deployments.forms import where
from flows.fsck import Checked, check
from flows.runs.endings import Outcome, plainly
from flows.runs.markdown import table
from flows.runs.names import artifact_key
from store.card.made import plain
from store.checks import check_version
from store.versions import find_version

DAMAGED = "Damaged"
"""The failed state of a run that found a file altered, missing or strange."""


@flow(name="verify-dataset", retries=0)
def verify_dataset(dataset: str = "", output: str = "") -> str | State[None]:
    """Check every file of stored versions: checksums, schemas, row counts, pointers.

    Args:
        dataset: DATASET for all of its versions, or DATASET@VERSION for one. Empty: all datasets.
        output: Folder or s3:// address of the datasets. Empty: data/outputs.
    """
    return plainly(lambda: _checked(dataset.strip(), where(output)))


def _checked(spec: str, root: Location) -> Outcome:
    if "@" in spec:
        version = find_version(root, spec)
        found = Checked(1, 1, list(check_version(version)))
    else:
        found = check(root, [spec] if spec else None)
    told = f"{found.versions} versions of {found.datasets} datasets in {root}"
    create_markdown_artifact(
        _shown(found, told),
        key=artifact_key(f"verify-{spec.partition('@')[0] or 'all'}"),
        description=told,
    )
    if found.problems:
        said = "; ".join(f"{problem.where}: {problem.what}" for problem in found.problems[:3])
        return Failed(name=DAMAGED, message=f"{len(found.problems)} problems in {told}: {said}")
    return f"{told}: sound"


def _shown(found: Checked, told: str) -> str:
    """What was found, as a table."""
    if not found.problems:
        return f"# Sound\n\n{plain(told)}: every file has its size, hash and schema."
    rows = ((problem.where, problem.what) for problem in found.problems)
    return f"# Damaged\n\n{plain(told)}.\n\n{table(['in', 'what is wrong'], rows)}"
