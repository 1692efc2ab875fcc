"""What a version says of the refresh that it came from, and what that does to its other figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from flows.drift import Mix, as_figures
from flows.refreshing import retired
from flows.refreshing.corpus_diff import CorpusDiff
from flows.steps import missing
from flows.work import Standing, Work
from flows.workspace import Workspace
from store.versions import Version

_STOPPED = "not all that changed was asked"
_LISTED = 1_000
"""Documents of a kind that a manifest names."""


def account(space: Workspace, standing: Standing | None) -> dict[str, Any] | None:
    """What a manifest says of a refresh, None of a version that came from none: what differs in the
    corpus, what became of the records that rest on it, and all calls that were sent for it.
    """
    if standing is None:
        return None
    verdicts = verdicts_of(space, standing)
    drops = verdicts.filter(pl.col("decision") == "drop")
    found: dict[str, Any] = {
        "from": standing.version.name,
        "documents": _documents(standing.diff),
        "passages": len(standing.diff.passages),
        "verified_again": len(verdicts),
        "kept": len(verdicts) - len(drops),
        "retired": len(drops),
        "reasons": _reasons(drops),
        "wanted": standing.wanted,
        "requests": space.journal.spent(standing.run).requests,
    }
    return {**found, "text": _text(found)}


def verdicts_of(space: Workspace, standing: Standing) -> pl.DataFrame:
    """What this refresh said of the records that rest on documents which differ."""
    return space.shards.frame([standing.shard], "settled")


def funnel(
    rows: Sequence[Mapping[str, Any]],
    said: pl.DataFrame,
    space: Workspace,
    standing: Standing | None,
) -> list[dict[str, Any]]:
    """The funnel of a refresh's candidates, on which the verdicts ``said`` are, and before its end
    the records that stood before.
    """
    found = [dict(row) for row in rows]
    if standing is None:
        return found
    own = said.filter(pl.col("stage") == retired.STAGE)
    drops = pl.concat([verdicts_of(space, standing), own]).filter(pl.col("decision") == "drop")
    stood = len(space.shards.frame([standing.shard], "records", ["id"]))
    kept = found[-1]["kept"] + stood - len(drops)
    row = {"stage": retired.STAGE, "kept": kept, "dropped": len(drops)}
    return [
        *found[:-1],
        {**row, "reasons": _reasons(drops)[:3]},
        {**found[-1], "kept": kept},
    ]


def status(work: Work, standing: Standing, space: Workspace) -> dict[str, str]:
    """Whether all that was touched was asked; a refresh has no target of its own to reach."""
    down, before = missing(space, work.records), standing.version.manifest
    if down:
        why = f"{'; '.join(down)}. Run the same command again when it is well"
    elif work.stopped:
        why = work.stopped
    elif before["status"] == "partial" and not was_stopped(standing.version):
        said = before["note"]
        known = said if before.get("refresh") else f"{standing.version.name} was partial: {said}"
        return {"status": "partial", "note": known}
    else:
        return {"status": "completed", "note": ""}
    return {"status": "partial", "note": f"{_STOPPED}: {why}"}


def was_stopped(version: Version) -> bool:
    """Whether a version is a refresh that did not get through; not one of a partial version."""
    manifest = version.manifest
    return manifest["status"] == "partial" and str(manifest["note"]).startswith(_STOPPED)


def survival(found: Mapping[str, Any], standing: Standing | None) -> dict[str, Any]:
    """How many candidates were judged and survived, in this refresh and in all that went before."""
    before = standing.version.manifest.get("survival") if standing else None
    if not before:
        return dict(found)
    judged, survived = (found[name] + before[name] for name in ("judged", "survived"))
    return {"judged": judged, "survived": survived, "share": survived / max(1, judged)}


def mix(found: Mix, standing: Standing | None) -> dict[str, Any]:
    """The mix of all candidates that the version and those before it were made from."""
    given = standing.version.manifest.get("mix") if standing else None
    return as_figures(Mix(**given).plus(found) if given else found)


def notes(found: Mapping[str, Any] | None) -> list[str]:
    """What people should know of the refresh."""
    return [f"refreshed from {found['from']}: {found['text']}"] if found else []


def _text(found: Mapping[str, Any]) -> str:
    """A refresh in one sentence, from what a manifest says of it."""
    counts = ", ".join(f"{each['count']:,} {kind}" for kind, each in found["documents"].items())
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in found["reasons"])
    why = f" ({reasons})" if reasons else ""
    return (
        f"documents {counts}; {found['verified_again']:,} records rest on them, of which "
        f"{found['kept']:,} stay and {found['retired']:,} are retired{why}"
    )


def _documents(diff: CorpusDiff) -> dict[str, Any]:
    kinds = {"new": diff.new, "changed": diff.changed, "deleted": diff.deleted}
    return {name: {"count": len(ids), "ids": [*ids[:_LISTED]]} for name, ids in kinds.items()}


def _reasons(drops: pl.DataFrame) -> list[list[Any]]:
    counts = drops["reason"].value_counts().sort(["count", "reason"], descending=[True, False])
    return [[reason, int(count)] for reason, count in counts.iter_rows()]
