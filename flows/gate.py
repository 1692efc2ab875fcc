"""The gate of a build: what a version fails by, and the remedies, as a patch of its recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from configs.errors import ConfigError
from configs.recipe import Recipe
from filters.coverage import Coverage
from flows.remedies import Remedy, remedies
from store.corpus import Corpus
from store.publish import QUARANTINED
from store.versions import Version
from verifiers.collapse.gate import failures
from verifiers.collapse.metrics import METRICS


def check_gate(recipe: Recipe) -> None:
    """Look whether the gate names figures that there are.

    Raises:
        ConfigError: it does not; names what there is.
    """
    noted = recipe.gate.noted if recipe.gate else ()
    gated = sorted(name for name, metric in METRICS.items() if metric.gated)
    unknown = sorted({*noted} - {*gated})
    if unknown:
        raise ConfigError(
            f"gate.noted: {', '.join(unknown)} is no figure that can be an alarm; there are: "
            f"{', '.join(gated)}"
        )


def judged(
    recipe: Recipe,
    panel: pl.DataFrame,
    kept: pl.DataFrame,
    covered: Sequence[Coverage],
    corpus: Corpus,
    parent: Version | None,
) -> dict[str, Any] | None:
    """What the manifest says of the gate, None where the recipe has none.

    ``panel`` is the version's table ``probes``, ``kept`` its synthetic rows, ``covered`` what each
    stage left.
    """
    if recipe.gate is None or not len(panel):
        return None
    before = parent.table("probes") if parent else None
    failed = failures(panel, before, recipe.gate)
    found = remedies(failed, recipe, kept, covered, corpus, parent) if failed else []
    return {
        "passed": not failed,
        "failures": [asdict(failure) for failure in failed],
        "remedies": [remedy.text for remedy in found],
        "patch": patch_of(found),
    }


def status_of(
    status: Mapping[str, str], gate: Mapping[str, Any] | None, canaries: str = "", inputs: str = ""
) -> dict[str, str]:
    """The status of a version with what its gate said, with which ``canaries`` came through where
    that were too many, and with what is wrong with its users' ``inputs``.
    """
    held = []
    if gate is not None and not gate["passed"]:
        first = gate["failures"][0]["text"]
        more = len(gate["failures"]) - 1
        held.append(f"held back by its gate: {first}{f', and {more} more' if more else ''}")
    if canaries:
        held.append(f"held back by its planted canaries: {canaries}")
    if inputs:
        held.append(f"held back by its user inputs: {inputs}")
    if not held:
        return dict(status)
    return {"status": QUARANTINED, "note": ". ".join(filter(None, [*held, status["note"]]))}


def patch_of(found: Sequence[Remedy]) -> dict[str, Any]:
    """All remedies as one recipe patch; where two set the same field, the first one stands."""
    patch: dict[str, Any] = {}
    for remedy in reversed(found):
        patch = _over(patch, remedy.patch)
    return patch


def _over(under: Any, over: Any) -> Any:
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    both = {key: _over(under[key], over[key]) for key in under.keys() & over.keys()}
    return {**under, **over, **both}
