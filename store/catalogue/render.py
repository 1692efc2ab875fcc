"""Pages of the catalogue from its templates."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from store.catalogue.drawing import Trend, tree, trend
from store.catalogue.found import Dataset, Entry
from store.catalogue.markdown import card_html
from store.pages import fill
from store.report import canaries_text, cost_text, money_text, verifier_text

_HERE = Path(__file__).parent
_FIGURES = {
    "Rows": ("rows", ",.0f"),
    "US$ per accepted row": ("per_row", ".4f"),
    "Accepted": ("accepted", ".1%"),
    "Claims supported": ("grounded", ".1%"),
    "Documents covered": ("covered", ".1%"),
}


def index_page(datasets: Sequence[Dataset]) -> str:
    """All datasets with what is searched in them."""
    index = [_searched(each) for each in datasets]
    languages = sorted({each["language"] for each in index if each["language"]})
    script = (_HERE / "search.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    lines = [(each, _trends(each)) for each in datasets]
    # "<" could end the element the index stands in.
    embedded = orjson.dumps(index).decode().replace("<", "\\u003c")
    return _page(
        "index.html.j2", title="Catalogue of datasets", datasets=lines, languages=languages,
        index=embedded, script=script, hash=digest, money=money_text,
    )  # fmt: skip


def dataset_page(dataset: Dataset) -> str:
    """A dataset's versions, newest first, with what changed from each parent."""
    by_name = {each.version.name: each for each in dataset.entries}
    drawn = [
        (e.version.name, e.facts.parent if e.facts else "", e.facts.status if e.facts else "broken")
        for e in dataset.entries
    ]
    rows = [(each, _change(each, by_name)) for each in reversed(dataset.entries)]
    return _page(
        "dataset.html.j2", title=dataset.name, dataset=dataset, rows=rows,
        trends=_trends(dataset), tree=tree(drawn), money=money_text,
    )  # fmt: skip


def version_page(dataset: Dataset, entry: Entry, card: str) -> str:
    """All of one version: funnel, cost, teachers, checks, files and card; or why there is none."""
    manifest: Mapping[str, Any] = entry.version.manifest if entry.facts else {}
    verifier, canaries = manifest.get("verifier"), manifest.get("canaries")
    funnel = manifest.get("funnel", [])
    return _page(
        "version.html.j2", title=entry.version.name, dataset=dataset, entry=entry, m=manifest,
        card=card_html(card), planned=max(1, funnel[0]["kept"]) if funnel else 1,
        cost=cost_text(manifest["cost"]) if manifest else "", money=money_text,
        verifier=verifier_text(verifier) if verifier else "",
        canaries=canaries_text(canaries) if canaries else "",
    )  # fmt: skip


@cache
def looks() -> str:
    """A hash of everything pages are made of besides manifests."""
    files = sorted([*_HERE.glob("*.*"), _HERE.parent / "report" / "style.css"])
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _page(template: str, **values: object) -> str:
    return fill(_HERE / template, style=_style(), **values)


@cache
def _style() -> str:
    paths = (_HERE.parent / "report" / "style.css", _HERE / "catalogue.css")
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _trends(dataset: Dataset) -> list[Trend]:
    there = [(f"v{each.version.number}", each.facts) for each in dataset.entries if each.facts]
    counts = f"v{dataset.shown.version.number}" if there else ""
    made = [
        trend(title, [(at, getattr(facts, name)) for at, facts in there], form, counts)
        for title, (name, form) in _FIGURES.items()
    ]
    return [each for each in made if each]


def _change(entry: Entry, by_name: Mapping[str, Entry]) -> int | None:
    """How many rows more than its parent a version has."""
    parent = by_name.get(entry.facts.parent) if entry.facts else None
    if entry.facts is None or parent is None or parent.facts is None:
        return None
    return entry.facts.rows - parent.facts.rows


def _searched(dataset: Dataset) -> dict[str, str]:
    """What a search looks at, of all versions."""
    words: dict[str, None] = {dataset.name: None}
    for entry in dataset.entries:
        words.update(dict.fromkeys(entry.tags))
        if entry.facts:
            f = entry.facts
            every = (*f.methods, *f.teachers, *f.licences, *f.documents, *f.notes, f.language)
            words.update(dict.fromkeys((f.description, *every)))
    facts = dataset.shown.facts
    return {
        "text": "\n".join(words).lower(),
        "status": facts.status if facts else "broken",
        "language": facts.language if facts else "",
    }
