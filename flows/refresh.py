"""A refresh: the standing version brought up to its corpus, at the price of what changed in it.

Only passages whose text is new are planned, asked and judged. Records that rest on documents which
differ are verified again; all others stay as they are, unread and unpaid.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from configs.errors import ConfigError
from configs.recipe import Recipe
from flows import steps
from flows.content import made_of
from flows.finish import publish_version
from flows.generation_depth import with_depths
from flows.mixing import check_accumulates
from flows.pipeline import Built, build, check, equip, fill, measure
from flows.production import Step, directly
from flows.references import anchor_of, with_standing
from flows.refreshing.corpus_diff import CorpusDiff, diff_corpus
from flows.refreshing.held_apart import hold_apart
from flows.refreshing.size import asking_of, sized, wanted_after
from flows.refreshing.standing import stand
from flows.refreshing.told import verdicts_of, was_stopped
from flows.work import Standing, Work
from flows.workspace import Refreshing, Workspace, exclusively, run_of, sources_of, workspace
from store.versions import Version, latest, list_versions


@dataclass(frozen=True)
class Changes:
    """What a refresh found and did: ids of documents that are new, changed and deleted; of records
    that rest on them and were retired, or kept; and how many calls it sent.
    """

    new: Sequence[str] = ()
    changed: Sequence[str] = ()
    deleted: Sequence[str] = ()
    retired: Sequence[str] = ()
    kept: Sequence[str] = ()
    requests: int = 0

    @property
    def documents(self) -> int:
        """How many documents differ."""
        return len(self.new) + len(self.changed) + len(self.deleted)

    @property
    def verified_again(self) -> list[str]:
        """All records that rest on documents which changed or are gone."""
        return sorted((*self.retired, *self.kept))


@dataclass(frozen=True)
class Refreshed(Built):
    """What a refresh came to, and what had changed."""

    changes: Changes = Changes()


def refresh(
    recipe: Recipe, step: Step = directly, reason: str = "", past_canary: str = ""
) -> Refreshed:
    """Bring the latest version of a dataset up to its corpus. Where nothing differs there, that
    version is returned, and nothing was asked. Where there is none yet, it is built. ``reason`` and
    ``past_canary`` are as in :func:`flows.pipeline.build`.

    Raises:
        StillhouseError: with what to do; what was answered and finished is kept.
    """
    with exclusively(recipe):
        standing = latest(recipe.output, recipe.name)
        if standing is None:
            return _first(recipe, step, reason, past_canary)
        return _refresh(with_depths(recipe), step, standing, reason.strip(), past_canary.strip())


def ledger_of(recipe: Recipe) -> str:
    """The run that a refresh is booked under, as things are."""
    newest = latest(recipe.output, recipe.name)
    return run_of(asking_of(recipe, _gone_on_from(newest)) if newest else recipe)


def _first(recipe: Recipe, step: Step, reason: str, past_canary: str) -> Refreshed:
    """Where there is no version to go on from, every document is new."""
    journal, run = workspace(recipe).journal, run_of(recipe)
    sent = journal.spent(run).requests
    built = build(recipe, step, reason, past_canary)
    new = built.version.table("corpus", ["document_id"])["document_id"].to_list()
    changes = Changes(new=new, requests=journal.spent(run).requests - sent)
    return Refreshed(built.version, built.is_new, changes)


def _refresh(
    recipe: Recipe, step: Step, newest: Version, reason: str, past_canary: str
) -> Refreshed:
    started, before = time.monotonic(), {v.path for v in list_versions(recipe.output, recipe.name)}
    check(recipe)
    again = recipe.model_copy(update={"corpus": sources_of(recipe, refresh=True)})
    corpus = step(steps.read_corpus, again, label="read corpus")
    version, diff = _what_differs(recipe, newest, corpus)
    if not diff:
        return Refreshed(newest, False)
    asking, space = asking_of(recipe, version), workspace(recipe)
    run = run_of(asking)
    sent = space.journal.spent(run).requests
    work = replace(equip(asking, step, corpus), started=started, reason=reason)
    check_accumulates(recipe, anchor_of(space, recipe, work.references), reason)
    shard = stand(asking, step, version, diff, corpus, work.passages)
    asking = sized(asking, wanted_after(recipe, version, diff, shard))
    standing = Standing(version, shard, diff, asking.target, run)
    work = measure(asking, step, _ask(asking, step, work, standing, past_canary))
    made = step(publish_version, recipe, work.upon(standing), label="publish")
    requests = space.journal.spent(run).requests - sent
    return Refreshed(made, made.path not in before, _changes(space, standing, requests))


def _changes(space: Workspace, standing: Standing, requests: int) -> Changes:
    diff, ruled = standing.diff, verdicts_of(space, standing)
    retired, kept = (
        sorted(ruled.filter(pl.col("decision") == decision)["record_id"])
        for decision in ("drop", "keep")
    )
    return Changes(diff.new, diff.changed, diff.deleted, retired, kept, requests)


def _what_differs(recipe: Recipe, newest: Version, corpus: str) -> tuple[Version, CorpusDiff]:
    """The version to go on from, and what differs from it. Where the corpus is again as it was
    before a refresh that was stopped, that refresh is what has to be made good.
    """
    version = _gone_on_from(newest)
    diff = _differs(recipe, version, corpus)
    return (version, diff) if diff else (newest, _differs(recipe, newest, corpus))


def _gone_on_from(version: Version) -> Version:
    """The version that a refresh goes on from: the latest, or where that is a refresh which was
    stopped, the one before it, so that the same command asks for what was left.
    """
    there = {each.name: each for each in list_versions(version.root, version.dataset)}
    while was_stopped(version):
        account = version.manifest.get("refresh") or {}
        earlier = there.get(account.get("from", ""))
        if earlier is None:
            return version
        version = earlier
    return version


def _differs(recipe: Recipe, version: Version, corpus: str) -> CorpusDiff:
    """What the corpus has become since a version was made from it.

    Raises:
        ConfigError: the version does not say what it was made from.
    """
    if "corpus" not in version.folders:
        raise ConfigError(
            f"{version.name} does not say which documents it was made from, since an older "
            "Stillhouse made it; run `stillhouse build RECIPE` once, then refresh"
        )
    now = workspace(recipe).corpus(corpus)
    return diff_corpus(version.table("corpus"), made_of(now, recipe.as_of), now)


def _ask(asking: Refreshing, step: Step, work: Work, standing: Standing, past_canary: str) -> Work:
    """Ask for what the touched passages hold, where that is anything."""
    if not asking.target:
        return work
    touched, version = standing.diff.passages, standing.version
    asked = (asking, work.corpus, [*touched], version.name)
    plan = step(steps.plan_touched, *asked, label="plan")
    if not plan:
        return work
    held = (asking, [*work.references], version.name, standing.shard)
    references = step(with_standing, *held, label="read standing records")
    work = replace(work, plan=plan, references=references)
    work = fill(asking, step, work, len(steps.seeds_of(asking, plan)), past_canary)
    apart = step(hold_apart, asking, work, standing, label="hold splits apart")
    return replace(work, verdicts=[*work.verdicts, apart])
