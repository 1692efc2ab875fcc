"""Which questions say the same as an item's in other words, by embeddings.

N-grams miss rephrased samples (Yang et al., arXiv 2311.04850), and one limit for all items does not
fit: questions of a school test are near each other without being the same. So the limit of an item
lies half-way from its neighbours among the other items to what is surely the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from filters.numbers import Numbers, same_numbers
from store.stages import Vectors

_CELLS = 20_000_000
"""Similarities computed at once, which bounds the memory."""
_FEW = 0.5
"""Taken for the similarity of neighbours where there are too few items to know."""
_LEAST = 0.4
_NEIGHBOUR = 3


def limits(items: Vectors, cosine: float) -> NDArray[np.float32]:
    """Cosine similarity from which a text rephrases each item; ``cosine`` is surely the same.

    The third-nearest item counts as the neighbour: nearer ones may be the same question once more.
    """
    near = np.full(len(items), _FEW, np.float32)
    if len(items) > _NEIGHBOUR:
        step = max(1, _CELLS // len(items))
        for start in range(0, len(items), step):
            block = items[start : start + step] @ items.T
            rows = np.arange(len(block))
            block[rows, start + rows] = -1.0
            found = np.partition(block, -_NEIGHBOUR, axis=1)[:, -_NEIGHBOUR]
            near[start : start + step] = np.clip(found, _LEAST, 1.0)
    return np.maximum((cosine + near) / 2, near).astype(np.float32)


def rephrased(
    vectors: Vectors,
    texts: Sequence[str],
    items: Vectors,
    numbers: Sequence[Numbers],
    limit: NDArray[np.float32],
) -> dict[int, tuple[int, float]]:
    """The item each of these texts rephrases and their similarity, by the text's number.

    Of several items the one whose limit is passed by most; ``numbers`` are those of the items.
    """
    found: dict[int, tuple[int, float]] = {}
    if not len(items) or not len(vectors):
        return found
    step = max(1, _CELLS // len(items))
    for start in range(0, len(vectors), step):
        cosine = vectors[start : start + step] @ items.T
        rows, places = np.nonzero(cosine >= limit)
        order = np.lexsort((places, limit[places] - cosine[rows, places], rows))
        for row, item in zip(rows[order].tolist(), places[order].tolist(), strict=True):
            text = start + row
            if text not in found and same_numbers(Numbers(texts[text]), numbers[item]):
                found[text] = (item, float(cosine[row, item]))
    return found
