"""The probe ``verifier``: how often the verifier itself is wrong, on this corpus and as it is set.

Falsehoods are planted in true claims about the corpus, and both go through the checks of the build.
What a version says of its records is worth no more than these figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pyarrow as pa

from configs.recipe import Recipe
from configs.stages import VerifierProbe
from configs.verifiers import Grounding
from flows.progress import report
from flows.stages import checker_for
from flows.workspace import Workspace, workspace
from generators.corruptions import KINDS, plant_claims
from generators.statements import Statement
from generators.true_claims import true_claims
from store.corpus import Corpus
from store.embedding import embedder
from store.shards import shard_key
from store.shares import wilson
from store.text import sha256
from verifiers.calibration import Calibration, calibration_of, weighed
from verifiers.claims import claims_of
from verifiers.recall import recall
from verifiers.reliability import calibration_error
from verifiers.verdicts import Decided

STAGE = "verifier-error"
VERSION = "2"
_DOCUMENTS = 400
"""Documents, drawn by the hash of their ids, that claims are made about."""


def measure_verifier(recipe: Recipe, corpus: str, passages: str) -> str:
    """Judge planted falsehoods and truths, and return the shard of what was said of each."""
    space, probe = workspace(recipe), recipe.probes.verifier
    settings = _by_rule(recipe)
    assert settings is not None and probe is not None
    worth = calibration_of(settings)
    said = [settings.model_dump(mode="json"), probe.model_dump(mode="json"), str(recipe.as_of)]
    key = shard_key(STAGE, VERSION, [*said, recipe.seed, worth], [corpus, passages])

    def make() -> dict[str, pa.Table]:
        checker = checker_for(recipe, settings, corpus, passages)
        part = _drawn(space.corpus(corpus), recipe.seed)
        standing = checker.timeline.standing
        truths = [
            claim
            for claim in true_claims(part, 4 * probe.planted, recipe.seed)
            if standing.get(claim.document_id) == "current"
        ]
        lies = plant_claims(truths, part, probe.planted, recipe.seed)
        told = [*lies, *truths[: max(len(lies), 1)]]
        embed = embedder(recipe.embedding, report, "embedding claims", space.kept_vectors)
        near = checker.near(embed([f"{c.question}\n{c.text}".strip() for c in told]))
        rows = []
        for number, (claim, close) in enumerate(zip(told, near, strict=True)):
            report("measuring the verifier", number + 1, len(told))
            row = {"question": claim.question, "answer": claim.text, "quotes": [], "sources": []}
            checked = checker.check(row, claims_of(row), close)
            decided = [each.decided for each in weighed(checked, worth or Calibration())]
            rows.append(_told(claim, number < len(lies), decided))
        found = [r._asdict() for r in recall(checker.index, embed, probe.planted, recipe.seed)]
        return {
            "told": pa.Table.from_pylist(rows, _TOLD),
            "recall": pa.Table.from_pylist(found, _RECALL),
        }

    return space.shards.once(key, make)


_TOLD = pa.schema(
    [
        ("kind", pa.string()),
        ("planted", pa.bool_()),
        ("supported", pa.bool_()),
        ("score", pa.float64()),
        ("claim", pa.string()),
        ("of", pa.string()),
        ("document_id", pa.string()),
    ]
)

_RECALL = pa.schema(
    [
        ("ranking", pa.string()),
        ("corrupted", pa.bool_()),
        ("probes", pa.int64()),
        ("at_1", pa.float64()),
        ("at_5", pa.float64()),
        ("at_10", pa.float64()),
    ]
)


def _told(claim: Statement, planted: bool, decided: Sequence[Decided]) -> dict[str, Any]:
    return {
        "kind": claim.form,
        "planted": planted,
        "supported": bool(decided) and all(each.verdict == "supported" for each in decided),
        "score": min((each.score for each in decided), default=0.0),
        "claim": claim.text,
        "of": claim.of,
        "document_id": claim.document_id,
    }


def account(
    recipe: Recipe, space: Workspace, key: str, evidence: pl.DataFrame
) -> dict[str, Any] | None:
    """What a manifest says of the verifier: its error, and the verdicts it gave in this build.
    None where it was not measured.
    """
    settings, measured = recipe.verifiers.grounding, _by_rule(recipe)
    if not key or settings is None or measured is None:
        return None
    told = space.shards.frame([key], "told")
    lies, truths = told.filter("planted"), told.filter(~pl.col("planted"))
    counts = evidence["verdict"].value_counts()
    kinds = [_rate(kind, lies.filter(pl.col("kind") == kind)) for kind in KINDS]
    worth = calibration_of(measured)
    return {
        "caught": _rate("all", lies),
        "kinds": [row for row in kinds if row["claims"]],
        "false_alarms": _rate("all", truths),
        "recall": space.shards.table(key, "recall").to_pylist(),
        "top_k": settings.top_k,
        "verdicts": dict(sorted(counts.iter_rows())),
        "conflicts": len(evidence.filter(pl.col("detail").str.starts_with("conflict: "))),
        "passages_cited": evidence.filter(pl.col("passage_id") != "")["passage_id"].n_unique(),
        "calibrated": worth is not None,
        "labelled": worth.labelled if worth else 0,
        "calibration_error": _calibration_error(told),
        "model": settings.entailment.kind if settings.entailment else None,
    }


def notes(probe: VerifierProbe | None, found: dict[str, Any] | None) -> list[str]:
    """What people must know of the verifier of a version."""
    if found is None or probe is None:
        return []
    said = []
    caught, alarms = found["caught"], found["false_alarms"]
    if caught["claims"] and caught["share"] < probe.min_caught:
        said.append(
            f"the verifier caught only {caught['share']:.1%} of the falsehoods planted in claims "
            f"on this corpus (probes.verifier.min_caught {probe.min_caught:.0%})"
        )
    if alarms["claims"] and alarms["share"] > probe.max_false_alarms:
        said.append(
            f"the verifier rejects {alarms['share']:.1%} of true claims on this corpus, so right "
            f"records are lost (probes.verifier.max_false_alarms {probe.max_false_alarms:.0%})"
        )
    return said


def _rate(kind: str, told: pl.DataFrame) -> dict[str, Any]:
    """Claims that were not called supported, and their share with its 95 % interval (Wilson)."""
    lost = len(told.filter(~pl.col("supported")))
    low, high = wilson(lost, len(told))
    share = lost / len(told) if len(told) else None
    return {
        "kind": kind,
        "claims": len(told),
        "rejected": lost,
        "share": share,
        "low": low,
        "high": high,
    }


def _calibration_error(told: pl.DataFrame) -> float | None:
    """How far scores are from shares of true claims, over truths and falsehoods together."""
    if not len(told):
        return None
    return calibration_error(told["score"].to_numpy(), (~told["planted"]).to_numpy())


def _by_rule(recipe: Recipe) -> Grounding | None:
    """The settings without what asks a model: measuring must cost nothing. A calibration of the
    model's scores goes with it.
    """
    settings = recipe.verifiers.grounding
    if settings is None:
        return None
    worth = None if settings.entailment else settings.calibration
    return settings.model_copy(update={"claims": None, "entailment": None, "calibration": worth})


def _drawn(corpus: Corpus, seed: int) -> Corpus:
    """The corpus, or some of its documents where it is large."""
    if len(corpus.documents) <= _DOCUMENTS:
        return corpus
    order = sorted(corpus.documents, key=lambda d: sha256(f"{STAGE}:{seed}:{d.id}"))
    ids = {document.id for document in order[:_DOCUMENTS]}
    documents = tuple(d for d in corpus.documents if d.id in ids)
    return Corpus(documents, tuple(p for p in corpus.passages if p.document_id in ids))
