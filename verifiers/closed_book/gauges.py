"""The gauges of a run: facts, fluency, following instructions; each with its interval.

Accuracy is the share of right answers among replies that could be read, weighted so that the rare
facts, which are asked for more often, count as often as they occur. Its interval resamples facts
(Efron, 1979), not replies, since one fact is asked for several times; within head and tail, as the
set was drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from store.shares import wilson
from verifiers.closed_book.asking import FORMATS, FORMS
from verifiers.closed_book.items import Item
from verifiers.closed_book.overlap import Overlap
from verifiers.closed_book.scoring import Scored

Floats = NDArray[np.float64]

_RESAMPLES = 2000
_READ = ("right", "wrong", "abstained")


class Share(NamedTuple):
    """A share with its 95 % interval, over so many replies; None where there are none."""

    value: float | None
    low: float
    high: float
    replies: int


def share(hits: int, count: int) -> Share:
    """A share of independent replies, with Wilson's interval."""
    return Share(hits / count if count else None, *wilson(hits, count), count)


def accuracy(
    scored: Iterable[Scored], items: Mapping[str, Item], outcome: str = "right", seed: int = 7
) -> Share:
    """The weighted share of an outcome among the replies that could be read."""
    hits: Counter[str] = Counter()
    read: Counter[str] = Counter()
    for one in scored:
        if one.outcome in _READ:
            hits[one.about] += one.outcome == outcome
            read[one.about] += 1
    if not read:
        return share(0, 0)
    order = sorted(read)
    weight = np.array([items[id_].weight for id_ in order])
    top = weight * np.array([hits[id_] for id_ in order], float)
    bottom = weight * np.array([read[id_] for id_ in order], float)
    value = float(top.sum() / bottom.sum())
    if value in (0.0, 1.0):  # Resampling would find no error at all.
        low, high = wilson(round(value * len(order)), len(order))
    else:
        tail = np.array([items[id_].tail for id_ in order])
        low, high = _resampled(top, bottom, tail, seed)
    return Share(value, low, high, read.total())


def _resampled(
    top: Floats, bottom: Floats, tail: NDArray[np.bool_], seed: int
) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    above, below = np.zeros(_RESAMPLES), np.zeros(_RESAMPLES)
    for own in (np.flatnonzero(tail), np.flatnonzero(~tail)):
        if len(own):
            drawn = own[rng.integers(0, len(own), (_RESAMPLES, len(own)))]
            above += top[drawn].sum(axis=1)
            below += bottom[drawn].sum(axis=1)
    low, high = np.percentile(above / below, (2.5, 97.5))
    return float(low), float(high)


def gauges(
    scored: Sequence[Scored], items: Mapping[str, Item], overlap: Mapping[str, Overlap]
) -> dict[str, Any]:
    """Every gauge of a run. Facts are counted over questions that no training row holds; the
    ``spread`` of formats is the distance from the best to the worst.
    """
    clean = [o for o in scored if o.form in FORMS and overlap.get(o.about) != "asked"]
    short = [one for one in clean if one.form == "short"]
    by_format = {form: _by_format([o for o in clean if o.form == form], items) for form in FORMS}
    return {
        "facts": accuracy(short, items),
        "choices": accuracy((one for one in clean if one.form == "choice"), items),
        "head": accuracy((one for one in short if not items[one.about].tail), items),
        "tail": accuracy((one for one in short if items[one.about].tail), items),
        **{
            name: accuracy((one for one in short if overlap.get(one.about) == name), items)
            for name in ("taught", "unseen")
        },
        "by_format": by_format,
        "spread": {form: _spread(by_format[form].values()) for form in FORMS},
        "abstained": accuracy(short, items, "abstained"),
        "unread": share(sum(o.outcome == "unread" for o in clean), sum(o.came for o in clean)),
        **forms(scored),
    }


def _by_format(scored: Sequence[Scored], items: Mapping[str, Item]) -> dict[str, Share]:
    return {
        format_: accuracy((one for one in scored if one.format == format_), items)
        for format_ in FORMATS
    }


def forms(scored: Sequence[Scored]) -> dict[str, Any]:
    """The gauges that know nothing of facts: fluency, following, refusals, with what was wrong."""
    came = [one for one in scored if one.came and one.form != "refusal"]
    told = [one for one in came if one.follows is not None]
    harmful = [one for one in scored if one.came and one.form == "refusal"]
    flaws = Counter(one.flaw for one in came if one.flaw)
    return {
        "fluency": share(sum(not one.flaw for one in came), len(came)),
        "flaws": dict(sorted(flaws.items())),
        "following": share(sum(bool(one.follows) for one in told), len(told)),
        "following_by_format": {
            format_: share(sum(bool(o.follows) for o in own), len(own))
            for format_ in FORMATS
            if (own := [o for o in told if o.format == format_])
        },
        "refusals": share(sum(o.outcome == "refused" for o in harmful), len(harmful)),
        "unanswered": sum(not one.came for one in scored),
    }


def _spread(shares: Iterable[Share]) -> float | None:
    values = [one.value for one in shares if one.value is not None]
    return max(values) - min(values) if values else None
