"""How well facts that were true once are told from those that still are.

Rows hold a field of a country profile in two snapshots (see SOURCE.md beside the set). Documents
are made from them, one per country and snapshot. A snapshot states a field as the row's old value
until the new one appears, and as the new one from then on, since profiles repeat what stays.
Vectors are random, so passages are found by BM25 alone.

    python -m benchmarks.temporal /path/to/temporal.jsonl
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import verifiers
from configs.recipe import Chunking
from configs.verifiers import Grounding
from store.chunks import cut
from store.corpus import Corpus, Document
from store.records import RECORDS, frame
from store.stages import STAGES, Context

assert verifiers
Row = Mapping[str, Any]
WIDTH = 16
CLAIMS = ("stale_claim", "claim_new", "claim_old")
_DATED = re.compile(r"^As of [\d-]+, | (?:in|since) (?:\d{1,2} )?(?:[A-Z][a-z]+ )?\d{4}(?=\.$)")
"""How the claims of the set name their dates."""


def stale_caught(verdicts: Sequence[str]) -> float:
    """Share of outdated claims called stale."""
    return verdicts.count("stale") / len(verdicts)


def stale_false_alarm(verdicts: Sequence[str]) -> float:
    """Share of claims that still hold called stale."""
    return verdicts.count("stale") / len(verdicts)


def temporal_figures(rows: Sequence[Row], as_of: date | None = None) -> dict[str, Any]:
    """Verdicts on dated and undated claims about the past and the present, and the two shares."""
    claims = {
        f"{kind}{'' if dated else ' undated'}": [
            row[kind] if dated else undated(row[kind]) for row in rows
        ]
        for kind in CLAIMS
        for dated in (True, False)
    }
    del claims["stale_claim undated"]  # the old value without a date, as claim_old undated
    texts = [text for found in claims.values() for text in found]
    corpus = corpus_of(documents(rows))
    start = time.perf_counter()
    verdicts = iter(judged(texts, corpus, as_of))
    seconds = time.perf_counter() - start
    found = {kind: [next(verdicts) for _ in rows] for kind in claims}
    return {
        "rows": len(rows),
        "documents": len(corpus.documents),
        "seconds": round(seconds, 1),
        "stale_caught": stale_caught(found["stale_claim"]),
        "stale_false_alarm": stale_false_alarm(found["claim_new"]),
        "stale_caught_undated": stale_caught(found["claim_old undated"]),
        "stale_false_alarm_undated": stale_false_alarm(found["claim_new undated"]),
        "verdicts": {kind: dict(Counter(verdicts)) for kind, verdicts in found.items()},
    }


def undated(claim: str) -> str:
    """A claim of the set without its date."""
    bare = _DATED.sub("", claim)
    return bare[:1].upper() + bare[1:]


def documents(rows: Iterable[Row]) -> list[Document]:
    """One document per country and snapshot, with every field known then."""
    known: dict[str, dict[str, dict[str, str]]] = {}
    titles: dict[str, str] = {}
    for row in rows:
        titles[row["code"]] = row["country"]
        states = known.setdefault(row["code"], {}).setdefault(row["field"], {})
        for state in (row["old"], row["new"]):
            states[state["snapshot"]] = state["raw"]
    found = []
    for code, fields in known.items():
        for snapshot in sorted({day for states in fields.values() for day in states}):
            text = f"# {titles[code]}\n\n" + "\n".join(_section(fields, snapshot))
            day = date.fromisoformat(snapshot)
            found.append(Document(f"{code}-{snapshot}", titles[code], text, valid_from=day))
    return found


def _section(fields: Mapping[str, Mapping[str, str]], snapshot: str) -> Iterable[str]:
    """The lines of a snapshot under the headings of their fields; a state lasts until the next."""
    path: list[str] = []
    for field in sorted(fields):
        past = [day for day in fields[field] if day <= snapshot]
        if not past:
            continue
        *heads, label = field.split(" > ")
        for depth, name in enumerate(heads):
            if path[: depth + 1] != heads[: depth + 1]:
                yield f"\n{'#' * (depth + 2)} {name}\n"
        path = heads
        yield f"- **{label}:** {fields[field][max(past)]}"


def corpus_of(found: Sequence[Document]) -> Corpus:
    """The documents with their passages."""
    return Corpus(tuple(found), tuple(p for d in found for p in cut(d, Chunking())))


def judged(texts: Sequence[str], corpus: Corpus, as_of: date | None = None) -> list[str]:
    """The verdict of the stage ``grounding`` on each text, taken as an answer of one claim."""
    return [row["verdict"] for row in evidence(texts, corpus, as_of)]


def evidence(texts: Sequence[str], corpus: Corpus, as_of: date | None) -> list[dict[str, Any]]:
    """The stage's row of evidence on each text."""
    blank: dict[str, Any] = dict.fromkeys(RECORDS.names)
    rows = [
        {**blank, "id": str(i), "question": "", "answer": text, "quotes": [], "sources": []}
        for i, text in enumerate(texts)
    ]
    records = frame(rows, RECORDS).with_columns(
        pl.Series("embedding", _random(len(rows)), dtype=pl.Array(pl.Float32, WIDTH))
    )
    context = Context(corpus, _random(len(corpus.passages)), as_of=as_of)
    stage = STAGES["grounding"].make(Grounding(), context)
    found = stage(records).evidence.to_dicts()
    first = {row["record_id"]: row for row in reversed(found)}
    nothing = {"verdict": "not_found", "detail": "no claim", "quote": ""}
    return [first.get(str(i), nothing) for i in range(len(texts))]


def _random(count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    rows = np.random.default_rng(7).normal(size=(count, WIDTH)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


if __name__ == "__main__":
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    figures = temporal_figures([json.loads(line) for line in lines])
    print(json.dumps(figures, indent=1))
