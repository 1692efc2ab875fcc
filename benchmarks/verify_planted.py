"""Planted falsehoods over whole corpora: what the verifier catches when it must find the evidence.

One corpus is prose (the shipped notes on the solar system, and a folder's documents if there is
one), the other documentation of Python modules. Beside the falsehoods stand as many true claims,
as they stand in the source or reworded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import dated
from benchmarks.temporal import documents
from benchmarks.verify_sets import Pair, percent
from configs.corpus import CorpusSource
from configs.documents import Chunking
from configs.verifiers import Grounding
from generators.corruptions import KINDS, plant_claims
from generators.statements import Statement
from generators.true_claims import true_claims
from store.chunks import cut
from store.corpus import Corpus, Document
from store.python_api import read_modules
from store.reading.source import read_source
from store.shares import wilson
from store.stages import Context, Embed, Progress, Vectors
from verifiers.claims import claims_of
from verifiers.grounding import checker_of
from verifiers.validity import Timeline

_NOTES = Path(__file__).parent.parent / "data" / "corpora" / "solar-system"
_MODULES = tuple(
    """json csv re collections datetime pathlib statistics textwrap shutil random string itertools
functools""".split()
)
_PLACES, _SEED = 60, 5


@dataclass(frozen=True, slots=True)
class Told:
    """A claim with what was decided: ``planted`` if it is false, ``supported`` if called so."""

    claim: Statement
    planted: bool
    supported: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Ground:
    """A corpus with the vectors of its passages and claims about it, the planted ones first."""

    corpus: Corpus
    vectors: Vectors
    planted: Sequence[Statement]
    truths: Sequence[Statement]


def factual(data: Path | None) -> Corpus:
    """The corpus of prose: the shipped notes, and the documents of a folder with older states of
    some of them. Made-up profiles stand in for these.
    """
    named = [data / "corpus" / name for name in ("docs.jsonl", "docs_old.jsonl")] if data else []
    there = [str(path) for path in named if path.exists()]
    found = [
        [*read_source(CorpusSource(reader="files", path=source)).documents]
        for source in (str(_NOTES / "*.md"), *there)
    ]
    found += [] if there else [documents(dated.rows(_PLACES, _SEED))]
    return corpus_of([document for each in found for document in each])


def documentation() -> Corpus:
    """The corpus of Python documentation, as installed here."""
    return corpus_of(read_modules(_MODULES))


def corpus_of(documents: Sequence[Document]) -> Corpus:
    """Documents with their passages, cut as a build cuts them."""
    passages = [passage for document in documents for passage in cut(document, Chunking())]
    return Corpus(tuple(documents), tuple(passages))


def ground(corpus: Corpus, count: int, seed: int, embed: Embed) -> Ground:
    """``count`` falsehoods and as many truths over a corpus, and its passages embedded."""
    standing = Timeline(corpus, None).standing
    claims = [
        claim
        for claim in true_claims(corpus, 5 * count, seed)
        if standing[claim.document_id] == "current"
    ]
    planted = plant_claims(claims, corpus, count, seed)
    vectors = embed([f"{p.heading}\n{p.text}" for p in corpus.passages])
    return Ground(corpus, vectors, planted, claims[: len(planted)])


def tell(ground: Ground, embed: Embed, progress: Progress) -> list[Told]:
    """All claims of a corpus through the verifier's own path, retrieval included."""
    corpus = ground.corpus
    checker = checker_of(Grounding(), Context(corpus, ground.vectors))
    claims = [*ground.planted, *ground.truths]
    vectors = embed([f"{claim.question}\n{claim.text}".strip() for claim in claims])
    near = checker.near(vectors)
    told = []
    for i, claim in enumerate(claims):
        row = {
            "question": claim.question,
            "answer": claim.text,
            "quotes": [],
            "sources": [],
            "embedding": vectors[i],
        }
        checked = checker.check(row, claims_of(row), near[i])
        held = bool(checked) and all(c.decided.verdict == "supported" for c in checked)
        detail = "; ".join(
            f"{c.decided.verdict} {c.decided.rule}: {c.decided.detail}" for c in checked
        )
        told.append(Told(claim, i < len(ground.planted), held, detail))
        progress("judging claims", i + 1, len(claims))
    return told


def pairs_of(corpus: Corpus, told: Sequence[Told]) -> list[Pair]:
    """The claims about a corpus, each with the first passage of its document."""
    return [
        Pair(
            claim=item.claim.text,
            evidence=corpus.passages_of(item.claim.document_id)[0].text,
            label=int(not item.planted),
        )
        for item in told
        if item.claim.document_id in corpus.document
    ]


def planted_tables(told: Sequence[Told], console: Console) -> tuple[float, float]:
    """Print what was caught by kind, and the false alarms by form; returns both shares."""
    caught = _table(
        [item for item in told if item.planted],
        KINDS,
        Table("kind", "planted", "caught", "rate", "95 %", title="planted falsehoods"),
        console,
    )
    truths = [item for item in told if not item.planted]
    forms = sorted({item.claim.form for item in truths})
    alarms = _table(
        truths,
        forms,
        Table("form", "true claims", "not supported", "rate", "95 %", title="true claims"),
        console,
    )
    return caught, alarms


def _table(told: Sequence[Told], groups: Sequence[str], table: Table, console: Console) -> float:
    """Rows of groups with the share that was not called supported; returns that of all."""
    for group in (*groups, ""):
        items = [item for item in told if group in ("", item.claim.form)]
        lost = sum(not item.supported for item in items)
        low, high = wilson(lost, len(items))
        rate, range_ = (
            percent(lost / len(items) if items else None),
            f"{percent(low)}-{percent(high)}",
        )
        shown = range_ if items else "-"
        table.add_row(group or "all", f"{len(items):,}", f"{lost:,}", rate, shown)
    console.print(table)
    return sum(not item.supported for item in told) / max(1, len(told))
