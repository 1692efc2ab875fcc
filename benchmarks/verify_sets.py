"""Labelled pairs of claim and evidence: their files, and how well the verifier does on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from rich.console import Console
from rich.table import Table
from scipy.stats import rankdata

from configs.errors import ParseError
from verifiers.pairs import verify_pair
from verifiers.verdicts import Decided

_BINS = 10
_PUBLISHED = {
    "fever_symmetric": (60.5, 66.2, 65.1, 68.8),
    "halueval_qa": (63.2, 72.2, 63.1, 69.4),
    "conjnli_dev": (53.8, 73.3, 67.0, 75.5),
    "planted": (66.2, 74.4, 90.6, 94.4),
}
"""BA and AUC in percent, measured once on these files: ROUGE-L to the best sentence; then numbers,
dates, names and quotes found, with the share of words found. One threshold for all four sets."""
_BASELINES = ("ROUGE-L", "parts + words found")
_YES = frozenset("1 true yes supported supports entailment entailed attributable".split())
_NO = frozenset(
    "0 false no unsupported not_supported refuted refutes contradiction contradicted neutral "
    "not_entailment not_entailed not_enough_info nei not_attributable".split()
)


class Pair(BaseModel):
    """A line of a file: a claim, its evidence (one text or several), and whether the evidence
    supports it: 1 or 0, or a word of the usual ones for that.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    claim: str = Field(min_length=1)
    evidence: str
    label: Literal[0, 1]
    question: str = ""
    answer: str = ""
    label3: str = ""
    kind: str = ""

    @field_validator("label", mode="before")
    @classmethod
    def _spelt(cls, label: object) -> object:
        """Words as numbers; what is neither stays, and is refused."""
        if isinstance(label, bool):
            return int(label)
        word = str(label).strip().casefold().replace(" ", "_").replace("-", "_")
        return 1 if word in _YES else 0 if word in _NO else label

    @field_validator("evidence", mode="before")
    @classmethod
    def _whole(cls, evidence: object) -> object:
        """Several texts as one, in their order."""
        several = isinstance(evidence, list) and all(isinstance(text, str) for text in evidence)
        return "\n\n".join(evidence) if several and isinstance(evidence, list) else evidence


@dataclass(frozen=True, slots=True)
class Judged:
    """The pairs of a set with the verdict (supported or not) and the score of each."""

    pairs: Sequence[Pair]
    supported: NDArray[np.bool_]
    score: NDArray[np.float64]

    @property
    def labels(self) -> NDArray[np.bool_]:
        """Which pairs are supported in truth."""
        return np.array([pair.label == 1 for pair in self.pairs])


@dataclass(frozen=True, slots=True)
class Figures:
    """How well a set was judged, shares from 0 to 1; ``false_alarm`` is the share of the supported
    that were not called so, ``missed`` that of the others that were. None where nothing was there.
    """

    rows: int
    ba: float | None
    auc: float | None
    ece: float
    false_alarm: float | None
    missed: float | None


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a file of JSON lines; blank lines are skipped.

    Raises:
        ParseError: a line is no such pair, or there is none; names the file and the line.
    """
    pairs = []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ParseError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            pairs.append(Pair.model_validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the line"
            raise ParseError(
                f"{path}, line {number}: {where}: {first['msg']}; a line is an object with "
                "`claim`, `evidence` and `label` (1 supported, 0 not)"
            ) from error
    if not pairs:
        raise ParseError(f"{path}: holds no pair; write one JSON object a line")
    return pairs


def judge(pairs: Sequence[Pair]) -> Judged:
    """The verifier's word on each pair. An answer is judged with its question, not glued to it."""
    decided = decide(pairs)
    supported = np.array([d.verdict == "supported" for d in decided])
    return Judged(pairs, supported, np.array([d.score for d in decided], dtype=np.float64))


def decide(pairs: Sequence[Pair]) -> list[Decided]:
    """What is decided about each pair."""
    return [
        verify_pair((pair.question and pair.answer) or pair.claim, pair.evidence, pair.question)
        for pair in pairs
    ]


def figures(judged: Judged) -> Figures:
    """The figures of a set, at the shipped threshold."""
    true, said = judged.labels, judged.supported
    alarms = 1 - float(said[true].mean()) if true.any() else None
    missed = float(said[~true].mean()) if not true.all() else None
    both = alarms is not None and missed is not None
    ba = 1 - (alarms + missed) / 2 if both and alarms is not None and missed is not None else None
    auc = _auc(judged.score, true) if both else None
    return Figures(len(true), ba, auc, _ece(judged.score, true), alarms, missed)


def _auc(score: NDArray[np.float64], true: NDArray[np.bool_]) -> float:
    """Area under the ROC curve from ranks; ties count half."""
    ranks, count = rankdata(score), int(true.sum())
    above = ranks[true].sum() - count * (count + 1) / 2
    return float(above / (count * (len(true) - count)))


def _ece(score: NDArray[np.float64], true: NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al., 2015)."""
    bins = np.minimum((score * _BINS).astype(int), _BINS - 1)
    gaps = [
        (bins == b).sum() * abs(score[bins == b].mean() - true[bins == b].mean())
        for b in range(_BINS)
        if (bins == b).any()
    ]
    return float(sum(gaps) / len(true))


def sets_table(found: dict[str, Figures], console: Console) -> None:
    """Print the figures by set, with what simple measures reach where that is known."""
    columns = ("rows", "BA", "AUC", "ECE", "false alarms", "missed")
    beside = [f"{name}: BA / AUC" for name in _BASELINES]
    table = Table("set", *columns, *beside, title="claims with their evidence, per cent")
    for name, f in found.items():
        known = _PUBLISHED.get(name)
        others = [f"{known[i]} / {known[i + 1]}" for i in (0, 2)] if known else ["", ""]
        shown = [percent(value) for value in (f.ba, f.auc, f.ece, f.false_alarm, f.missed)]
        table.add_row(name, f"{f.rows:,}", *shown, *others)
    if len(found) > 1:
        means = [mean(getattr(f, n) for f in found.values()) for n in _AVERAGED]
        total = f"{sum(f.rows for f in found.values()):,}"
        table.add_row("mean of the sets", total, *map(percent, means), "", "")
    console.print(table)


_AVERAGED = ("ba", "auc", "ece", "false_alarm", "missed")


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of those that are there."""
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None


def percent(share: float | None) -> str:
    """A share as it stands in the tables."""
    return "-" if share is None else f"{100 * share:.1f}"
