"""The weights of :mod:`verifiers.likelihood`: ``python -m benchmarks.verify_fit FILE...``.

Fits them on sets of labelled pairs, each set and each label with equal weight, and says how well
they do on each set when it was left out.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.verify_sets import Judged, Pair, decide, figures, percent, read_pairs
from verifiers.likelihood import Weights, likelihood
from verifiers.verdicts import Decided


class Told(NamedTuple):
    """The pairs of a set with what was decided about each."""

    pairs: Sequence[Pair]
    decided: Sequence[Decided]

    @property
    def labels(self) -> NDArray[np.bool_]:
        """Which pairs are supported in truth."""
        return np.array([pair.label == 1 for pair in self.pairs])


def main(paths: Sequence[str]) -> None:
    """Print the figures of each set left out, and the weights fitted on all."""
    if len(paths) < 2:
        raise SystemExit("give at least two files of labelled pairs, one of which is left out")
    read = {Path(path).stem: read_pairs(Path(path)) for path in paths}
    sets = {name: Told(pairs, decide(pairs)) for name, pairs in read.items()}
    for name, own in sets.items():
        left = figures(_weighed(own, fit([o for each, o in sets.items() if each != name])))
        print(f"{name} left out: AUC {percent(left.auc)}, ECE {percent(left.ece)}")
    print(fit([*sets.values()]))


def fit(sets: Sequence[Told]) -> Weights:
    """The weights that suit these sets best."""
    rows = np.vstack([[_features(each) for each in one.decided] for one in sets])
    labels = np.concatenate([one.labels for one in sets])
    model = LogisticRegression().fit(rows, labels, np.concatenate([_even(one) for one in sets]))
    return Weights(*np.round([*model.intercept_, *model.coef_[0]], 2).tolist())


def _weighed(told: Told, weights: Weights) -> Judged:
    supported = np.array([each.verdict == "supported" for each in told.decided])
    scores = [likelihood(d.verdict, d.wording, d.lacking, weights) for d in told.decided]
    return Judged(told.pairs, supported, np.array(scores))


def _features(decided: Decided) -> list[float]:
    supported, contradicted = (decided.verdict == v for v in ("supported", "contradicted"))
    neither = not supported and not contradicted
    return [
        supported,
        contradicted,
        supported * decided.wording,
        neither * decided.wording,
        neither * decided.lacking,
    ]


def _even(told: Told) -> NDArray[np.float64]:
    """Weights that make the two labels of a set equal, and all sets."""
    share = told.labels.mean()
    weight = np.where(told.labels, 1 / share, 1 / (1 - share))
    return np.asarray(weight / len(weight), np.float64) * 1000


if __name__ == "__main__":
    main(sys.argv[1:])
