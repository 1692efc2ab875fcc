"""How well facts that were true once are told from those that still are.

Rows hold a field of a country profile in two snapshots (see SOURCE.md beside the set). Documents
are made from them, one per country and snapshot. A snapshot states a field as the row's old value
until the new one appears, and as the new one from then on, since profiles repeat what stays.
Vectors are sums of hashed words instead of embeddings, which would take minutes.

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
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import polars as pl
from numpy.typing import NDArray

import verifiers
from configs.documents import Chunking
from configs.verifiers import Grounding
from store.chunks import cut
from store.corpus import Corpus, Document
from store.records import RECORDS, frame
from store.stages import STAGES, Context, Vectors
from verifiers.retrieval import EvidenceIndex
from verifiers.wording import content

assert verifiers
Row = Mapping[str, Any]
WIDTH = 128
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
    """Verdicts on dated and undated claims about the past and the present, and the shares.

    Whether a new value still holds is asked of those rows only whose field no other row changes
    once more.
    """
    corpus = corpus_of(documents(rows))
    claims: dict[str, list[str]] = {kind: [row[kind] for row in rows] for kind in CLAIMS}
    claims |= {f"{kind}_undated": [undated(row[kind]) for row in rows] for kind in CLAIMS[1:]}
    start = time.perf_counter()
    verdicts = iter(judged([text for texts in claims.values() for text in texts], corpus, as_of))
    seconds = time.perf_counter() - start
    found = {kind: [next(verdicts) for _ in rows] for kind in claims}
    last = _last_states(rows)
    holds = [row["new"]["raw"] == last[row["code"], row["field"]] for row in rows]
    for kind in ("claim_new", "claim_new_undated"):
        found[kind] = [verdict for verdict, kept in zip(found[kind], holds, strict=True) if kept]
    return {
        "rows": len(rows),
        "rows_that_hold": sum(holds),
        "documents": len(corpus.documents),
        "seconds": round(seconds, 1),
        "stale_caught": stale_caught(found["stale_claim"]),
        "stale_false_alarm": stale_false_alarm(found["claim_new"]),
        "stale_caught_undated": stale_caught(found["claim_old_undated"]),
        "stale_false_alarm_undated": stale_false_alarm(found["claim_new_undated"]),
        "verdicts": {kind: dict(Counter(verdicts)) for kind, verdicts in found.items()},
    }


def _last_states(rows: Iterable[Row]) -> dict[tuple[str, str], str]:
    """What the newest snapshot says of each country and field."""
    states = (
        (state["snapshot"], (row["code"], row["field"]), state["raw"])
        for row in rows
        for state in (row["old"], row["new"])
    )
    return {field: raw for _, field, raw in sorted(states)}


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
        if heads != path:
            yield from (f"\n{'#' * depth} {name}\n" for depth, name in enumerate(heads, 2))
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
    passages = [f"{p.heading}\n{p.text}" for p in corpus.passages]
    rarity = EvidenceIndex(corpus, np.zeros((0, WIDTH), np.float32)).weight
    vectors = _hashed(passages, rarity)
    blank: dict[str, Any] = dict.fromkeys(RECORDS.names)
    rows = [
        {**blank, "id": str(i), "question": "", "answer": text, "quotes": [], "sources": []}
        for i, text in enumerate(texts)
    ]
    records = frame(rows, RECORDS).with_columns(
        pl.Series("embedding", _hashed(texts, rarity), dtype=pl.Array(pl.Float32, WIDTH))
    )
    context = Context(corpus, vectors, as_of=as_of)
    stage = STAGES["grounding"].make(Grounding(), context)
    found = stage(records).evidence.to_dicts()
    first = {row["record_id"]: row for row in reversed(found)}
    nothing = {"verdict": "not_found", "detail": "no claim", "quote": ""}
    return [first.get(str(i), nothing) for i in range(len(texts))]


def _hashed(texts: Sequence[str], rarity: Mapping[str, float]) -> Vectors:
    """Normalised sums of one random direction per stem, the longer the rarer it is."""
    rows = np.zeros((len(texts), WIDTH))
    for row, text in zip(rows, texts, strict=True):
        for stem in set(content(text)):
            row += rarity.get(stem, rarity[""]) * _direction(stem)
    unit: Vectors = (rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)).astype(np.float32)
    return unit


@lru_cache(maxsize=100_000)
def _direction(stem: str) -> NDArray[np.float64]:
    return np.random.default_rng(crc32(stem.encode())).normal(size=WIDTH)


if __name__ == "__main__":
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    figures = temporal_figures([json.loads(line) for line in lines])
    print(json.dumps(figures, indent=1))
