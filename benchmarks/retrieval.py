"""What evidence costs: the index over a made-up corpus, its update, searches, and whole checks.

    python -m benchmarks.retrieval --passages 100000

Texts are Zipf-distributed words that mean nothing, vectors are random and of unit length, and each
claim has an embedding of its own. The last line is JSON. Of each time there are the seconds that
passed and, on a busy machine the steadier figure, the CPU-seconds of all threads.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

import verifiers
from benchmarks.made_words import DIM, SMALL, WORDS, spelt, vocabulary
from configs.verifiers import Grounding
from store.corpus import Corpus, Document, Passage
from store.records import RECORDS, frame
from store.stages import STAGES, Context, Judged, Vectors
from verifiers.retrieval import EvidenceIndex
from verifiers.wording import stem

assert verifiers
_SENTENCE, _SENTENCES, _PER_DOCUMENT = 14, 6, 10
_BLOCK = 100_000
_CLAIMS, _RECORDS = 2_000, 500


class Measured(NamedTuple):
    """What was seen; ``reopened_s`` is an index over a corpus of which nothing is new."""

    passages: int
    build_s: float
    build_cpu_s: float
    update_s: float
    update_cpu_s: float
    reopened_s: float
    reopened_cpu_s: float
    claims_per_s: float
    claims_per_cpu_s: float
    checked_per_s: float
    checked_per_cpu_s: float
    index_mb: float
    vectors_mb: float
    kept_mb: float
    peak_mb: float


def sentences(count: int, rng: np.random.Generator) -> list[str]:
    """That many sentences of words as unevenly common as in a language."""
    known, total = vocabulary(), count * _SENTENCE
    topical = known.topical + np.searchsorted(known.zipf, rng.random(total))
    small = np.minimum(rng.exponential(8, total).astype(np.int64), len(SMALL) - 1)
    number = known.numbers + rng.integers(0, 900, total)
    draw = rng.random(total)
    drawn = np.where(draw < 0.4, small, np.where(draw > 0.97, number, topical))
    drawn[::_SENTENCE] = known.topical + rng.integers(0, WORDS, count)
    made = spelt(drawn, np.full(count, _SENTENCE), known)
    return (made.str.head(1).str.to_uppercase() + made.str.slice(1) + ".").to_list()


def passages_of(count: int, seed: int) -> list[Passage]:
    """That many passages, ten to a document."""
    rng = np.random.default_rng(seed)
    found: list[Passage] = []
    for start in range(0, count, _BLOCK):
        size = min(_BLOCK, count - start)
        lines = sentences(size * _SENTENCES, rng)
        for i in range(size):
            text = " ".join(lines[i * _SENTENCES : (i + 1) * _SENTENCES])
            document, number = divmod(start + i, _PER_DOCUMENT)
            id_ = f"document-{document}"
            title = f"Report {document}"
            found.append(Passage(f"{id_}#{number}", id_, title, "", 0, len(text), text))
    return found


def corpus_of(passages: list[Passage]) -> Corpus:
    """A corpus of passages; its documents are empty, since no text of theirs is looked at."""
    titles = {passage.document_id: passage.title for passage in passages}
    return Corpus(tuple(Document(id_, title, "") for id_, title in titles.items()), tuple(passages))


def units(count: int, seed: int) -> Vectors:
    """Random rows of unit length."""
    rng = np.random.default_rng(seed)
    rows = np.empty((count, DIM), np.float32)
    for start in range(0, count, _BLOCK):
        some = rng.standard_normal((min(_BLOCK, count - start), DIM), np.float32)
        rows[start : start + len(some)] = some / np.linalg.norm(some, axis=1, keepdims=True)
    return rows


def claims_of(corpus: Corpus, count: int) -> list[str]:
    """Sentences of passages, each less every third word."""
    rows: NDArray[np.int64] = np.linspace(0, len(corpus.passages) - 1, count).astype(np.int64)
    lines = [corpus.passages[row].text.split(". ")[row % _SENTENCES] for row in rows.tolist()]
    return [" ".join(w for i, w in enumerate(line.split()) if i % 3 < 2) for line in lines]


def records_of(corpus: Corpus, count: int) -> pl.DataFrame:
    """Records that answer with two sentences of a passage, of which the second lacks words."""
    rows = []
    for i, claim in enumerate(claims_of(corpus, count)):
        own = corpus.passages[i * (len(corpus.passages) // count)]
        answer = f"{own.text.split('. ')[1]}. {claim.capitalize()}."
        source = {"document_id": own.document_id, "passage_id": own.id, "title": own.title}
        source |= {"start": 0, "end": own.end, "sha256": own.sha256}  # type: ignore[dict-item]
        blank = dict.fromkeys(RECORDS.names)
        told = {"question": f"What does report {i} tell?", "answer": answer, "quotes": []}
        rows.append({**blank, "id": str(i), "sources": [source], **told})
    vectors = pl.Series("embedding", units(count, 4), dtype=pl.Array(pl.Float32, DIM))
    return frame(rows, RECORDS).with_columns(vectors)


class Spent(NamedTuple):
    """Seconds and CPU-seconds."""

    wall_s: float
    cpu_s: float


def timed(work: Callable[[], object]) -> Spent:
    """What some work takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def opened(corpus: Corpus, vectors: Vectors, kept: Path) -> tuple[EvidenceIndex, Spent]:
    """An index ready to search, and what that took."""
    index = EvidenceIndex(corpus, vectors, kept)
    return index, timed(lambda: (index.weight, index.place))


def measure(count: int, kept: Path) -> Measured:
    """Build, update by 1 %, search and check."""
    passages, vectors = passages_of(count, 1), units(count, 2)
    stem.cache_clear()
    build = opened(corpus_of(passages), vectors, kept)[1]
    fresh = passages_of(max(1, count // 100), 3)
    every = len(passages) // len(fresh)
    for i, passage in enumerate(fresh):
        passages[i * every] = replace(passages[i * every], text=passage.text, end=passage.end)
    corpus = corpus_of(passages)
    update = opened(corpus, vectors, kept)[1]
    reopened, search, size = searched(corpus, vectors, kept)
    return Measured(
        count,
        *build,
        *update,
        *reopened,
        _CLAIMS / search.wall_s,
        _CLAIMS / search.cpu_s,
        *checked(corpus, vectors, kept),
        size,
        vectors.nbytes / 1e6,
        sum(path.stat().st_size for path in kept.rglob("*.parquet")) / 1e6,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    )


def searched(corpus: Corpus, vectors: Vectors, kept: Path) -> tuple[Spent, Spent, float]:
    """What opening an index takes of which all is known, what searches take, and its megabytes."""
    index, reopened = opened(corpus, vectors, kept)
    claims, asked = claims_of(corpus, _CLAIMS), units(_CLAIMS, 5)
    search = timed(lambda: index.search_all(claims, asked, 5))
    parts = (index.lexical.starts, index.lexical.rows, index.lexical.scores)
    return reopened, search, sum(part.nbytes for part in parts) / 1e6


def checked(corpus: Corpus, vectors: Vectors, kept: Path) -> tuple[float, float]:
    """Claims per second and per CPU-second of the whole stage, its index being there."""
    stage = STAGES["grounding"].make(Grounding(), Context(corpus, vectors, kept_stems=kept))
    records = records_of(corpus, _RECORDS)
    stage(records.head(1))
    judged: list[Judged] = []
    spent = timed(lambda: judged.append(stage(records)))
    claims = len(judged[0].evidence)
    return claims / spent.wall_s, claims / spent.cpu_s


def main() -> None:
    """Print what is measured; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    with TemporaryDirectory() as folder:
        seen = measure(parser.parse_args().passages, Path(folder))
    for name, value in seen._asdict().items():
        print(f"{name:>22} {value:,.1f}")
    sys.stdout.write(json.dumps({k: round(v, 2) for k, v in seen._asdict().items()}) + "\n")


if __name__ == "__main__":
    main()
