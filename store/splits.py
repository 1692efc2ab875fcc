"""Which split a document's records belong to: whole documents, so that no fact leaks across."""

from __future__ import annotations

from configs.documents import Splits
from store.text import sha256


def split_of(document_id: str, splits: Splits, seed: int) -> str:
    """The split of a document, the same for the same seed whatever else the corpus holds.

    Splits declared real-only take no synthetic rows; their share goes to the training split.
    """
    draw = int(sha256(f"split:{seed}:{document_id}")[:12], 16) / 16**12
    if draw < splits.test and "test" not in splits.real_only:
        return "test"
    if splits.test <= draw < splits.test + splits.validation and (
        "validation" not in splits.real_only
    ):
        return "validation"
    return "train"
