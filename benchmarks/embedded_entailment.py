"""Whether a small model of our own would judge claims better than the deterministic checks do.

    python -m benchmarks.embedded_entailment --data FOLDER

It is trained on claims made by rule from the shipped corpus and from the documentation of Python
(``embedded_pairs``), and on nothing else; it is tried on labelled sets that it has never seen:
JSON lines with ``claim``, ``evidence`` and ``label`` (1 supported) in ``FOLDER/verify/*.jsonl`` and
``FOLDER/corpus/planted.jsonl``. It would be shipped if it won on the mean of both figures and on
three of the four sets.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import orjson
from numpy.typing import NDArray

from benchmarks.embedded_pairs import Made, kinds, made
from configs.documents import Chunking
from configs.stages import Embedding
from configs.verifiers import Grounding
from generators.novelty import longest_common
from store.chunks import cut
from store.corpus import Corpus, Document, Passage
from store.encoders import load
from store.python_api import read_modules
from store.text import sentences, words
from verifiers.checks.every import CHECKS
from verifiers.evidence import decide
from verifiers.reliability import auc, balanced_accuracy, false_alarm_rate
from verifiers.retrieval import EvidenceIndex
from verifiers.wording import STOP, content, coverage

Floats = NDArray[np.float64]
MODULES = ("statistics", "itertools", "textwrap", "json", "pathlib", "collections", "datetime")
_NOT = frozenset("not no never none nor neither without cannot don't doesn't isn't wasn't".split())
_ORDER = {"supported": 1.0, "not_found": 0.0, "contradicted": -1.0}
FEATURES = (
    *("best coverage", "whole coverage", "rouge-l", "length ratio", "weakest word", "mean word"),
    *("denied in claim only", "denied in evidence only", "numbers found", "numbers missing"),
    *("numbers in conflict", "names found", "names missing", "rule's verdict", "rule's score"),
)


class Read(NamedTuple):
    """A claim as both judges see it: the features, and what the deterministic checks say."""

    features: Floats
    supported: bool
    score: float


@dataclass(frozen=True)
class WordVectors:
    """Unit vectors of words: the mean of the input embeddings of a word's pieces in the bundled
    model. They know words that are alike, and cost no forward pass.
    """

    tokenizer: Any
    table: Floats

    def __hash__(self) -> int:
        return id(self)

    @lru_cache(maxsize=100_000)  # noqa: B019
    def of(self, word: str) -> Floats:
        """The vector of a word."""
        pieces = self.tokenizer(word, add_special_tokens=False, verbose=False)["input_ids"]
        mean = self.table[pieces].mean(axis=0) if pieces else np.ones(self.table.shape[1])
        unit: Floats = mean / np.linalg.norm(mean)
        return unit


def word_vectors() -> WordVectors:
    """Those of the bundled model, without what all words have in common."""
    model = load(Embedding()).model
    weights: Any = model[0].auto_model.get_input_embeddings().weight  # type: ignore[union-attr, operator]
    table = weights.detach().numpy().astype(np.float64)
    return WordVectors(model.tokenizer, table - table.mean(axis=0))


def read(rows: Sequence[Made], vectors: WordVectors) -> list[Read]:
    """Each claim against its own evidence; how rare a word is, is counted over all evidence."""
    distinct = {text: i for i, text in enumerate(dict.fromkeys(row.evidence for row in rows))}
    passages = [Passage(f"e#{i}", f"e{i}", "", "", 0, len(t), t) for t, i in distinct.items()]
    index = EvidenceIndex(Corpus((), tuple(passages)), np.zeros((len(passages), 1), np.float32))
    found = []
    for row in rows:
        decided = decide(row.claim, "", [passages[distinct[row.evidence]]], index, Grounding())
        order = _ORDER[decided.verdict] + decided.score
        own = _features(row.claim, row.evidence, index.weight, vectors)
        features = np.array([*own, _ORDER[decided.verdict], decided.score])
        found.append(Read(features, decided.verdict == "supported", order))
    return found


def _features(
    claim: str, evidence: str, weight: dict[str, float], vectors: WordVectors
) -> list[float]:
    wanted, pieces = content(claim), _pieces(evidence)
    covered = [coverage(wanted, stems, weight) for _, stems in pieces]
    place = int(np.argmax(covered)) if covered else 0
    best, whole = (pieces[place][0] if pieces else ""), {s for _, own in pieces for s in own}
    own, other = words(claim), words(best)
    alike = _alike([w for w in own if w not in STOP], [w for w in words(evidence)], vectors)
    denied, said = _denied(own), _denied(other)
    found: list[float] = [max(covered, default=0.0), coverage(wanted, whole, weight)]
    found += [_rouge(own, other), math.log((len(own) + 1) / (len(other) + 1)), *alike]
    found += [max(0, denied - said), max(0, said - denied)]
    status = [
        (check.name, finding.status)
        for check in CHECKS
        for finding in check.compare(check.wanted(claim), _held(check.name, evidence))
    ]
    numbers = [s for name, s in status if name in ("quantity", "date")]
    found += [numbers.count("found"), numbers.count("missing"), numbers.count("conflict")]
    named = [s for name, s in status if name == "name"]
    return [*found, named.count("found"), named.count("missing")]


@lru_cache(maxsize=20_000)
def _pieces(evidence: str) -> list[tuple[str, frozenset[str]]]:
    return [(piece.text, frozenset(content(piece.text))) for piece in sentences(evidence)]


@lru_cache(maxsize=80_000)
def _held(check: str, evidence: str) -> Any:
    return next(c.held(evidence) for c in CHECKS if c.name == check)


def _denied(text: Sequence[str]) -> int:
    return sum(word in _NOT for word in text) % 2


def _alike(claim: Sequence[str], evidence: Sequence[str], vectors: WordVectors) -> list[float]:
    """Of each word of the claim the likeness of the likest word of the evidence: least and mean."""
    if not claim or not evidence:
        return [0.0, 0.0]
    held = np.array([vectors.of(word) for word in set(evidence)])
    best = (np.array([vectors.of(word) for word in claim]) @ held.T).max(axis=1)
    return [float(best.min()), float(best.mean())]


def _rouge(one: Sequence[str], two: Sequence[str]) -> float:
    """Share of the first that the longest common subsequence of words holds."""
    return longest_common(one, two) / len(one) if one else 0.0


def training_rows() -> list[Made]:
    """Claims from the shipped corpus and from the documentation of some modules."""
    folder = Path(__file__).parent.parent / "data" / "corpora" / "solar-system"
    documents = [Document(p.name, p.stem, p.read_text()) for p in sorted(folder.glob("*.md"))]
    documents += read_modules(MODULES)
    return made([piece.text for document in documents for piece in cut(document, Chunking())])


def labelled(path: Path) -> list[Made]:
    """The rows of a labelled set."""
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    return [Made(row["claim"], row["evidence"], bool(row["label"]), path.stem) for row in rows]


def judges(rows: Sequence[Read], labels: NDArray[np.bool_]) -> dict[str, Any]:
    """Two models of the features, learnt from these rows."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x = np.array([row.features for row in rows])
    line = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    trees = HistGradientBoostingClassifier(max_leaf_nodes=8, max_iter=150, random_state=5)
    return {"logistic": line.fit(x, labels), "trees": trees.fit(x, labels)}


def figures(rows: Sequence[Read], labels: NDArray[np.bool_], model: Any = None) -> list[float]:
    """Balanced accuracy, area under the curve and false-alarm rate, in percent."""
    if model is None:
        said, score = [row.supported for row in rows], [row.score for row in rows]
    else:
        score = model.predict_proba(np.array([row.features for row in rows]))[:, 1]
        said = score >= 0.5
    found = (balanced_accuracy(said, labels), auc(score, labels), false_alarm_rate(said, labels))
    return [100 * value for value in found]


def main() -> None:
    """Train, try and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    data = parser.parse_args().data
    started = time.process_time()
    vectors = word_vectors()
    rows = training_rows()
    print(f"trained on {len(rows):,} claims: {kinds(rows)}")
    models = judges(read(rows, vectors), np.array([row.supported for row in rows]))
    weights = models["logistic"][-1].coef_[0]
    print("logistic weights:", dict(zip(FEATURES, weights.round(2).tolist(), strict=True)))
    tables: dict[str, list[list[float]]] = {"checks": [], **{name: [] for name in models}}
    print("\n| set | judge | BA | AUC | false alarms |\n|---|---|---:|---:|---:|")
    for path in [*sorted((data / "verify").glob("*.jsonl")), data / "corpus" / "planted.jsonl"]:
        tried = labelled(path)
        found, labels = read(tried, vectors), np.array([row.supported for row in tried])
        for name, table in tables.items():
            table.append(figures(found, labels, models.get(name)))
            ba, area, alarms = table[-1]
            print(f"| {path.stem} | {name} | {ba:.1f} | {area:.1f} | {alarms:.1f} % |", flush=True)
    for name, table in tables.items():
        ba, area, alarms = np.mean(table, axis=0)
        print(f"| mean | {name} | {ba:.1f} | {area:.1f} | {alarms:.1f} % |")
    for name in models:
        wins = sum(
            own[0] > checks[0] and own[1] > checks[1]
            for own, checks in zip(tables[name], tables["checks"], strict=True)
        )
        mean, base = np.mean(tables[name], axis=0), np.mean(tables["checks"], axis=0)
        won = bool(mean[0] > base[0] and mean[1] > base[1] and wins >= 3)
        print(f"{name}: better in both figures on {wins} sets; {'won' if won else 'did not win'}")
    print(f"{time.process_time() - started:.0f} CPU seconds")


if __name__ == "__main__":
    main()
