"""Why a record was dropped: the rule and what it found, or the record it was dropped for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from rich.console import RenderableType
from rich.text import Text

from configs.errors import ConfigError
from configs.references import ReferenceSet
from flows.views.side_by_side import side_by_side
from store.references import read_reference
from store.versions import Version

_COMPARING = ("exact", "near", "semantic", "leakage", "diversity")
_LINK = re.compile(r", linked by (.+) \((\d\.\d+)\)")
_SET = re.compile(r", in ([A-Za-z0-9][A-Za-z0-9._-]*)$")
_MEASURE = {"near": "Jaccard similarity", "semantic": "cosine"}
Row = Mapping[str, Any]


def dropped_views(
    version: Version, record: Row, evidence: Sequence[Row]
) -> Iterator[RenderableType]:
    """The decision in a line; then the record beside the one it was dropped for, and beside the
    one that links the two where they are no twins themselves.

    Args:
        version: Where the record was dropped.
        record: A row of REJECTED.
        evidence: Its rows of EVIDENCE.
    """
    yield Text(decision(version.manifest, record), style="bold")
    if record["stage"] not in _COMPARING:
        yield from _broken_claims(record, evidence)
        return
    own = (f"{record['id']}: dropped", _text(record))
    inside = _SET.search(record["detail"])
    if record["witness"]:
        kept, about = _found(version, record["witness"], inside.group(1) if inside else None)
        if kept is None:
            yield Text(about)
        else:
            name = f"{record['witness']}: the record it was dropped for"
            yield side_by_side(own, (name, _text(kept)), f"Dropped and kept{about}", "own")
    link = _LINK.search(record["detail"])
    if link:
        linking, about = _found(version, link.group(1), None)
        if linking is None:
            yield Text(about)
        else:
            how = f"The twin that links it to the kept one, similarity {link.group(2)}"
            yield side_by_side(own, (link.group(1), _text(linking)), f"{how}{about}", "own")


def decision(manifest: Row, record: Row) -> str:
    """What decided, with the limit the recipe of the version had."""
    stage, score, detail = record["stage"], record["score"], record["detail"].partition("\n")[0]
    settings = manifest["recipe"]["filters"].get(stage) or {}
    link = _LINK.search(detail)
    if stage == "exact":
        said = "same letters and digits"
    elif stage in _MEASURE:
        said = f"{_MEASURE[stage]} {score:.2f}, limit {settings['threshold']:.2f}"
        said += f", linked by {link.group(1)} ({float(link.group(2)):.2f})" if link else ""
    elif stage == "leakage":
        limit = settings["lexical" if "in wording" in detail else "semantic"]
        said = f"{detail}, limit {limit:.2f}"
    elif stage == "diversity":
        near = f"; nearest kept record, cosine {score:.2f}" if record["witness"] else ""
        said = f"{detail}{near}"
    else:
        found = dict.fromkeys((record["reason"], detail, record["witness"]))
        said = "; ".join(part for part in found if part and part != stage)
    return f"{stage}: {said}"


def _broken_claims(record: Row, evidence: Sequence[Row]) -> Iterator[RenderableType]:
    """Each claim that does not stand beside the passage it was held against."""
    for row in evidence:
        if row["verdict"] != "supported" and row["quote"]:
            rule = f"{row['rule']}: {row['detail']}" if row["detail"] else row["rule"]
            claim, source = f"{record['id']}: claim", f"{row['document_id']}: evidence"
            title = f"{row['verdict']} by {rule}"
            yield side_by_side((claim, row["claim"]), (source, row["quote"]), title, "own")


def _found(version: Version, id_: str, name: str | None) -> tuple[Row | None, str]:
    """A record by its id, wherever it is, and where that was; or None and where it should be."""
    if name is None:
        for folder in ("data", "rejected"):
            rows = version.table(folder).filter(pl.col("id") == id_)
            for row in rows.to_dicts():
                return row, f", itself dropped by {row['stage']}" if "stage" in row else ""
    sets = [each for each in _sets(version) if name in (None, each.name)]
    for reference in sets:
        found = _in_set(version, reference, id_)
        if found is not None:
            return found, f", in {reference.name} ({_place(reference)})"
    places = ", ".join(f"{each.name} ({_place(each)})" for each in sets)
    return None, f"{id_} is in {places or name or 'no table of this version'}, but not found there"


def _in_set(version: Version, reference: ReferenceSet, id_: str) -> Row | None:
    """A row of a set that lies on this machine, as far as it is still there."""
    if reference.hub is not None:
        return None
    try:
        rows = read_reference(reference, version.root)
    except ConfigError:
        return None
    found = rows.filter(pl.col("id") == id_)
    return found.row(0, named=True) if len(found) else None


def _sets(version: Version) -> list[ReferenceSet]:
    """The sets records were not to copy, versions by the number they had then."""
    recipe, held = version.manifest["recipe"], version.manifest.get("references", [])
    pins = {row["set"]: row["state"][0].partition(" ")[0] for row in held if row["state"]}
    given = [*([recipe["anchor"]] if recipe.get("anchor") else []), *recipe["filters"]["against"]]
    sets = [ReferenceSet.model_validate(each) for each in given]
    return [
        each.model_copy(update={"version": "@".join(pins[each.name].rsplit("-v", 1))})
        if each.version is not None and each.name in pins
        else each
        for each in sets
    ]


def _place(reference: ReferenceSet) -> str:
    return str(reference.version or reference.path or reference.hub)


def _text(record: Row) -> str:
    return f"{record['question']}\n\n{record['answer']}"
