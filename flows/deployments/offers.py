"""The deployments that there are. ``prefect.yaml`` names the same; a test holds them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Offer:
    """A deployment: its name, which is its flow's, and what the UI says of it.

    None has a concurrency limit of Prefect's: a run that pauses for an approval loses its place in
    it, and is ended for that when it would renew it. The lock of the dataset keeps runs apart.
    """

    name: str
    description: str
    tags: tuple[str, ...] = ("stillhouse",)

    @property
    def module(self) -> str:
        """The module of the flow, which has the same name."""
        return self.name.replace("-", "_")

    def flow(self) -> Any:
        """The flow; importing it takes seconds."""
        from importlib import import_module

        return getattr(import_module(f"flows.deployments.{self.module}"), self.module)


OFFERS = (
    Offer(
        "build-dataset",
        "Makes a dataset from a recipe and publishes it as a new version.\n\n"
        "Pick a recipe and press *Submit*: `quickstart` needs no model and no network. What you "
        "leave empty is as in the recipe. A run that was stopped goes on with the next one of the "
        "same form, and nothing is paid for twice.",
    ),
    Offer(
        "refresh-dataset",
        "Brings a dataset up to date with its documents: only what is new, changed or deleted is "
        "made anew. Where nothing changed, nothing is sent and no version is made.\n\n"
        "Enter the name of a dataset that was built. For a schedule: "
        '`stillhouse schedule DATASET --cron "0 3 * * 1" --timezone Europe/Berlin`.',
    ),
    Offer(
        "probe-student",
        "Asks a served model what it knows of a dataset's corpus, how it writes and whether it "
        "obeys, and says what changed since an earlier run. Needs the address of the model.",
    ),
    Offer(
        "bench-teacher",
        "Sends a teacher prompts of a recipe at a rising number of calls in flight, and recommends "
        "a concurrency. A build does not pay for the replies again.",
    ),
    Offer(
        "verify-dataset",
        "Checks every file of stored versions: checksums, schemas, row counts, pointers. A run "
        "that finds damage ends as `Damaged`. Sends nothing.",
    ),
)
