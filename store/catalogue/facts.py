"""The figures of one version that lists, plots and searches need."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from configs.recipe import DATASET_NAME


@dataclass(frozen=True, slots=True)
class Facts:
    """Figures of a version. Shares are from 0 to 1; None is unknown or not measured."""

    status: str
    parent: str
    description: str
    language: str
    methods: Sequence[str]
    teachers: Sequence[str]
    licences: Sequence[str]
    documents: Sequence[str]
    notes: Sequence[str]
    published: str
    rows: int
    real: float
    usd: float | None
    per_row: float | None
    accepted: float | None
    grounded: float | None
    covered: float | None
    sha256: str


def facts_of(manifest: Mapping[str, Any]) -> Facts:
    """The figures of a manifest.

    Raises:
        KeyError: it lacks something that every version has.
    """
    recipe, corpus, funnel = manifest["recipe"], manifest["corpus"], manifest["funnel"]
    rows = sum(f["rows"] for n, f in manifest["files"].items() if n.startswith("data/"))
    real = (manifest.get("lineage") or {}).get("real_rows", 0)
    usd, made = manifest["cost"]["usd"], rows - real
    return Facts(
        status=str(manifest["status"]),
        parent=_named(manifest.get("parent")),
        description=str(recipe.get("description") or ""),
        language=str(recipe["language"]),
        methods=sorted({_method(each) for each in recipe.get("methods") or []}),
        teachers=[str(who) for who in dict.fromkeys(each[0] for each in manifest["teachers"])],
        licences=[str(each) for each in corpus["licences"]],
        documents=sorted({text for each in recipe.get("corpus") or [] for text in _source(each)}),
        notes=[
            str(each) for each in (*manifest.get("notes", []), manifest.get("note", "")) if each
        ],
        published=str((manifest.get("run") or {}).get("finished_at", "")),
        rows=rows,
        real=real / rows if rows else 0.0,
        usd=usd,
        per_row=usd / made if usd is not None and made else None,
        accepted=_share(funnel[-1]["kept"], funnel[0]["kept"]) if funnel else None,
        grounded=_grounded(manifest.get("verifier")),
        covered=_share(corpus["covered"], corpus["documents"]) if "covered" in corpus else None,
        sha256=str(manifest["sha256"]),
    )


def _named(parent: Any) -> str:
    """A parent's name where it is one; pages link to it, so nothing else may stand there."""
    return parent if isinstance(parent, str) and re.fullmatch(DATASET_NAME, parent) else ""


def _method(each: Any) -> str:
    return str(each.get("name") or each.get("kind") or "") if isinstance(each, dict) else str(each)


def _source(each: Mapping[str, Any]) -> list[str]:
    """What a corpus is called by; folders by their last part, since paths are nobody's business."""
    path = str(each.get("path") or "").rstrip("/").rpartition("/")[2]
    return [
        text for text in (path, each.get("dataset") or "", *(each.get("modules") or [])) if text
    ]


def _grounded(found: Mapping[str, Any] | None) -> float | None:
    """The share of checked claims that the documents support."""
    if not found:
        return None
    return _share(found["verdicts"].get("supported", 0), sum(found["verdicts"].values()))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
