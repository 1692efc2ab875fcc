"""A record and its claims, ready to be shown: the answer in coloured pieces, and for each claim the
passage with the stretch that decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from store.pages import fill
from store.versions import Version

_AROUND = 400
"""Characters of a passage that are shown on either side of the stretch."""
_WORST = ("contradicted", "stale", "not_found", "supported")
"""Verdicts in the order in which one hides another where claims share a piece of text."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a message; ``verdict`` is that of the claims in it, empty where there are none,
    and ``numbers`` are theirs.
    """

    text: str
    verdict: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A message in pieces."""

    role: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a claim, by which rule and why; ``before``, ``matched`` and ``after``
    are the passage around the stretch that decided, ``where`` its document, offsets and dates.
    """

    number: int
    claim: str
    verdict: str
    rule: str
    score: float
    detail: str
    where: str
    before: str
    matched: str
    after: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A record as people look at it; ``fate`` says what became of it."""

    id: str
    fate: str
    messages: tuple[Said, ...]
    claims: tuple[Decision, ...]


def explain(record: Mapping[str, Any], fate: str, version: Version) -> Explained:
    """A record of a version with its claims; ``record`` is a row of RECORDS."""
    evidence = version.table("evidence").filter(pl.col("record_id") == record["id"])
    cited = version.table("passages") if "passages" in version.folders else None
    return explained(record, fate, evidence.to_dicts(), _by_id(cited, evidence))


def explained(
    record: Mapping[str, Any],
    fate: str,
    evidence: Sequence[Mapping[str, Any]],
    passages: Mapping[str, Mapping[str, Any]],
) -> Explained:
    """The same from its rows of EVIDENCE, and rows of CITED by their id."""
    numbered = list(enumerate(evidence, start=1))
    messages = [
        Said(message["role"], tuple(_pieces(message["content"], i, numbered)))
        for i, message in enumerate(record["messages"])
    ]
    claims = [_decision(number, row, passages) for number, row in numbered]
    return Explained(record["id"], fate, tuple(messages), tuple(claims))


def examples(
    kept: pl.DataFrame, rejected: pl.DataFrame, evidence: pl.DataFrame, passages: pl.DataFrame
) -> list[Explained]:
    """Two kept records with claims, and one dropped record for each reason of the verifier."""
    claimed = pl.col("id").is_in(evidence["record_id"].unique().to_list())
    lost = rejected.filter(claimed & (pl.col("stage") == "grounding"))
    lost = lost.sort("id").unique("reason", keep="first", maintain_order=True).sort("reason")
    shown = [(row, "kept") for row in kept.filter(claimed).sort("id").head(2).to_dicts()]
    shown += [(row, f"dropped, {row['reason']}: {row['detail']}") for row in lost.to_dicts()]
    found = []
    for row, fate in shown:
        own = evidence.filter(pl.col("record_id") == row["id"])
        found.append(explained(row, fate, own.to_dicts(), _by_id(passages, own)))
    return found


def as_html(shown: Explained) -> str:
    """The record as a piece of HTML, to stand in a page."""
    return _marked(fill(Path(__file__).with_suffix(".html.j2"), shown=shown))


def as_page(shown: Explained, title: str) -> str:
    """The record as a page of its own."""
    template = Path(__file__).with_name("explained_page.html.j2")
    return fill(template, title=title, style=style(), shown=as_html(shown))


def style() -> str:
    """The style sheet of such pieces."""
    return _marked(Path(__file__).with_name("explained.css").read_text(encoding="utf-8"))


def _marked(html: str) -> str:
    from markupsafe import Markup

    return Markup(html)  # made by our own templates, which escape


def _pieces(
    text: str, message: int, evidence: Sequence[tuple[int, Mapping[str, Any]]]
) -> Iterator[Piece]:
    own = [
        (row["claim_start"], row["claim_end"], number, row["verdict"])
        for number, row in evidence
        if row["message"] == message and row["claim_end"] > row["claim_start"]
    ]
    cuts = sorted({0, len(text), *(cut for start, end, _, _ in own for cut in (start, end))})
    for start, end in pairwise(cuts):
        inside = [(n, verdict) for a, b, n, verdict in own if a <= start and end <= b]
        verdicts = [verdict for _, verdict in inside]
        verdict = next((v for v in _WORST if v in verdicts), "")
        yield Piece(text[start:end], verdict, tuple(n for n, _ in inside))


def _decision(
    number: int, row: Mapping[str, Any], passages: Mapping[str, Mapping[str, Any]]
) -> Decision:
    passage = passages.get(row["passage_id"] or "")
    before, matched, after = "", row["quote"] or "", ""
    where = f"{row['document_id']} [{row['start']}:{row['end']}]" if row["document_id"] else ""
    if passage is not None and passage["start"] <= row["start"] <= row["end"] <= passage["end"]:
        first, last = row["start"] - passage["start"], row["end"] - passage["start"]
        text = passage["text"]
        before, matched, after = text[:first], text[first:last], text[last:]
        where += _page_and_dates(passage)
    return Decision(
        number,
        row["claim"],
        row["verdict"],
        row["rule"],
        row["score"],
        row["detail"],
        where,
        before if len(before) <= _AROUND else f"…{before[-_AROUND:]}",
        matched,
        after if len(after) <= _AROUND else f"{after[:_AROUND]}…",
    )


def _page_and_dates(passage: Mapping[str, Any]) -> str:
    """The page a passage stands on, and when it holds."""
    bounds = [
        f"{word} {passage[name]}"
        for word, name in (("from", "valid_from"), ("to", "valid_to"))
        if passage[name] is not None
    ]
    # Versions from before there were pages have no such column.
    page = f", page {passage['page']}" if passage.get("page") else ""
    return f"{page}, valid {' '.join(bounds)}" if bounds else page


def _by_id(cited: pl.DataFrame | None, evidence: pl.DataFrame) -> dict[str, dict[str, Any]]:
    if cited is None:
        return {}
    own = cited.filter(pl.col("id").is_in(evidence["passage_id"].to_list()))
    return {row["id"]: row for row in own.to_dicts()}
