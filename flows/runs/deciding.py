"""The pause before a release: Prefect's form asks a person, and nothing is held meanwhile."""

from __future__ import annotations

import os
import time
from typing import Any, Literal
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import State
from prefect.exceptions import PrefectHTTPStatusError
from prefect.input import RunInput, keyset_from_paused_state
from prefect.states import Paused
from prefect.utilities.engine import propose_state_sync
from pydantic import Field

from configs.recipe import Recipe
from flows.progress import notice
from flows.runs.identity import run_id, waiting
from store.approval import awaits_approval
from store.card.made import plain
from store.versions import Version

STATE = "AwaitingApproval"
DAYS_VARIABLE = "STILLHOUSE_APPROVAL_DAYS"
"""Environment variable with the days after which a run waits no more."""
_LOOK_S = 2.0


class Decision(RunInput):
    """What is to become of a version. More fields would leave its report no room in a window."""

    decision: Literal["approve", "reject", "raise budget"] = Field(
        "reject", description="`raise budget` goes on with the ceilings below."
    )
    reason: str = Field("", description="Why, and who says so. A rejection needs one.")
    max_requests: int = Field(0, ge=0, description="New ceiling of requests; 0 leaves it.")
    max_usd: float = Field(0, ge=0, description="New ceiling in US dollars; 0 leaves it.")

    def what_is_wrong(self) -> str:
        """Why the form has to be filled in again; empty where it is complete."""
        if self.decision == "reject" and not self.reason.strip():
            return "A rejection needs a reason."
        if self.decision == "raise budget" and not self.ceilings():
            return "Say at least one new ceiling."
        return ""

    def ceilings(self) -> dict[str, float]:
        """The ceilings that were set."""
        named = ("max_requests", "max_usd")
        return {name: getattr(self, name) for name in named if getattr(self, name)}

    def words(self) -> str:
        """What was decided where and why, as the pointer's history keeps it."""
        why = f": {self.reason.strip()}" if self.reason.strip() else ""
        done = {"approve": "approved", "reject": "rejected", "raise budget": "budget raised"}
        return f"{done[self.decision]} in Prefect run {run_id()}{why}"


def ask(version: Version, page: str, wrong: str = "") -> Decision | None:
    """Pause until somebody decides; None where nobody did in time, or it was decided elsewhere.
    ``page`` is the Markdown that the form shows above its fields, below what went ``wrong``.

    Raises:
        KeyboardInterrupt: somebody cancelled the run.
    """
    notice(
        f"{version.name} is published and waits to be released: resume this run in Prefect, or "
        f'stillhouse release {version.dataset}@{version.number} --reason "..."'
    )
    until = time.monotonic() + 86_400 * float(os.environ.get(DAYS_VARIABLE) or 7)
    with waiting():
        while True:
            told = f"**{plain(wrong)}**\n\n{page}" if wrong else page
            decided = _pause(version, told, until)
            wrong = decided.what_is_wrong() if decided else ""
            if not wrong:
                return decided


def _pause(version: Version, page: str, until: float) -> Decision | None:
    """One pause with its form. Prefect's own pause has no name of ours and fails the run with a
    traceback when its time is up, so the state is proposed here.
    """
    id_ = run_id()
    with get_client(sync_client=True) as client:
        state: State[Any] = Paused(name=STATE, pause_key=f"{version.name}-{time.time_ns()}")
        state.message = f"{version.name} is published and waits to be released"
        keys = keyset_from_paused_state(state)
        state.state_details.run_input_keyset = {str(k): v for k, v in keys.items()}
        form = Decision.with_initial_data(description=page)
        form.save(keys, flow_run_id=id_)
        propose_state_sync(client, state, flow_run_id=id_)
        while time.monotonic() < until:
            time.sleep(_LOOK_S)
            now = client.read_flow_run(id_).state
            if now is not None and now.is_running():
                return _answer(client, id_, keys["response"])
            if now is not None and now.is_cancelling():
                raise KeyboardInterrupt
            if now is not None and now.is_final():
                return None
            if not awaits_approval(version):
                return None
    return None


def _answer(client: SyncPrefectClient, id_: UUID, key: str) -> Decision:
    """What the form says; whoever resumes without it is asked again."""
    try:
        return Decision.model_validate_json(client.read_flow_run_input(id_, key))
    except PrefectHTTPStatusError as error:
        if error.response.status_code != 404:
            raise
        return Decision(decision="reject", reason="")


def raised(recipe: Recipe, decision: Decision) -> Recipe:
    """The recipe, for a run within the ceilings of a decision."""
    said = decision.ceilings()
    return recipe.within(recipe.ceilings.with_ceilings(said, "the approval"))
