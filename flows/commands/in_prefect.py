"""Commands that make a version, as runs of the Prefect server that PREFECT_API_URL names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from configs.locations import location_of

if TYPE_CHECKING:
    from configs.recipe import Recipe
    from flows.pipeline import Built


def in_prefect(
    flow: Literal["build_dataset", "refresh_dataset"],
    recipe: Recipe,
    reason: str,
    past_canary: str,
) -> Built:
    """The version that a flow comes to.

    Raises:
        ConfigError: the server cannot be reached.
        StillhouseError: what the flow failed of.
    """
    from flows.doctor import check_prefect
    from flows.pipeline import Built
    from store.versions import Version, list_versions

    check_prefect(os.environ["PREFECT_API_URL"])
    from flows import build

    before = {version.path for version in list_versions(recipe.output, recipe.name)}
    state = getattr(build, flow)(recipe, reason, past_canary, return_state=True)
    said = state.result(raise_on_failure=False)
    if isinstance(said, BaseException):
        raise said
    version = Version(location_of(str(said)))
    return Built(version, version.path not in before)
