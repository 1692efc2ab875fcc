"""Whether a classifier can tell real messages from synthetic ones.

A two-sample test by a classifier (Lopez-Paz and Oquab, arXiv 1610.06545): an AUC of 0.5 says that
it cannot, 1 that it always can. Logistic regression on as many messages of either side,
cross-validated, with equal texts never in training and test both.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import regex
from numpy.typing import NDArray

from store.text import normalise
from store.user_inputs import InputProfile, Traits

WARN, FAIL = 0.75, 0.9
"""AUCs from which on people are told, and from which on the synthetic messages count as unlike."""
_FEWEST, _MOST, _FOLDS = 30, 1_500, 5
"""Messages of either side below which nothing is said and above which they are drawn; folds."""
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_DIGITS = re.compile(r"\d+")
Matrix = Any
"""A sparse matrix of SciPy."""
Fit = Callable[[Sequence[int]], Matrix]
"""From the rows to learn from to the features of all rows."""


@dataclass(frozen=True, slots=True)
class Told:
    """How well real and synthetic messages are told apart by their whole text, and by their form
    alone: traits, and punctuation and capitals with all words masked. None where a side has fewer
    than 30 messages. ``each`` is how many of either side were looked at.
    """

    text: float | None
    form: float | None
    each: int

    @property
    def verdict(self) -> Literal["well", "warn", "fail", "unknown"]:
        """What the larger of the two AUCs says."""
        if self.text is None or self.form is None:
            return "unknown"
        worst = max(self.text, self.form)
        return "fail" if worst > FAIL else "warn" if worst > WARN else "well"


def tell_apart(
    real: Sequence[str],
    synthetic: Sequence[str],
    profiles: tuple[InputProfile, InputProfile],
    seed: int = 0,
) -> Told:
    """The AUCs of two samples whose ``profiles`` are in the same order."""
    kept = _drawn(len(real), len(synthetic), seed)
    if kept is None:
        return Told(None, None, min(len(real), len(synthetic)))
    ones, twos = kept
    texts = [*(real[i] for i in ones), *(synthetic[i] for i in twos)]
    traits = [profiles[0].traits[i] for i in ones] + [profiles[1].traits[i] for i in twos]
    labels = np.repeat([1, 0], [len(ones), len(twos)])
    groups = [normalise(text) for text in texts]
    shown = _of_traits(traits)
    return Told(
        _auc(_grams(texts, shown), labels, groups, seed),
        _auc(_grams([masked(text) for text in texts], shown), labels, groups, seed),
        len(ones),
    )


def real_or_not(real: InputProfile, other: InputProfile, seed: int = 0) -> float | None:
    """The AUC by traits alone; None where a side has fewer than 30 messages."""
    kept = _drawn(len(real.traits), len(other.traits), seed)
    if kept is None:
        return None
    ones, twos = kept
    traits = [real.traits[i] for i in ones] + [other.traits[i] for i in twos]
    labels = np.repeat([1, 0], [len(ones), len(twos)])
    shown = _of_traits(traits)
    return _auc(lambda _rows: shown, labels, [str(i) for i in range(len(traits))], seed)


def masked(text: str) -> str:
    """The form of a text: words as ``x``, ``Xx`` or ``XX``, numbers as ``9``, all else as it is."""

    def mask(match: regex.Match[str]) -> str:
        word = match.group()
        if len(word) > 1 and word.isupper():
            return "XX"
        return "Xx" if word[:1].isupper() else "x"

    return _DIGITS.sub("9", _WORD.sub(mask, text))


def _drawn(real: int, synthetic: int, seed: int) -> tuple[list[int], list[int]] | None:
    size = min(real, synthetic, _MOST)
    if size < _FEWEST:
        return None
    rng = random.Random(seed)
    return sorted(rng.sample(range(real), size)), sorted(rng.sample(range(synthetic), size))


def _of_traits(traits: Sequence[Traits]) -> Matrix:
    from scipy.sparse import csr_matrix

    names = sorted({(f, c) for one in traits for f, c in one.categories.items()})
    place = {name: i for i, name in enumerate(names)}
    rows = np.zeros((len(traits), len(names) + 1))
    for row, one in zip(rows, traits, strict=True):
        row[[place[pair] for pair in one.categories.items()]] = 1
        row[-1] = np.log1p(one.words)
    return csr_matrix(rows)


def _grams(texts: Sequence[str], shown: Matrix) -> Fit:
    """Character n-grams, weighed by what the texts to learn from have, beside the traits."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    def fit(rows: Sequence[int]) -> Matrix:
        grams = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 4), lowercase=False, min_df=2, sublinear_tf=True
        )
        grams.fit([texts[i] for i in rows])
        return hstack([grams.transform(texts), shown]).tocsr()

    return fit


def _auc(fit: Fit, labels: NDArray[np.int64], groups: Sequence[str], seed: int) -> float:
    """The mean AUC of the folds."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedGroupKFold

    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=seed)
    found = []
    for learnt, held in folds.split(np.zeros(len(labels)), labels, groups):
        rows = fit(learnt.tolist())
        if len({*labels[held].tolist()}) < 2 or len({*labels[learnt].tolist()}) < 2:
            continue
        model = LogisticRegression(solver="liblinear", random_state=seed)
        model.fit(rows[learnt], labels[learnt])
        found.append(roc_auc_score(labels[held], model.decision_function(rows[held])))
    return float(np.mean(found)) if found else 1.0
