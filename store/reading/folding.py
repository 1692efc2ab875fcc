"""Documents that say the same, word by word, are one.

Alike is not enough: an older state of a document differs from the newer one by a number, and that
is what facts are checked by.
"""

from __future__ import annotations

from collections.abc import Iterable

from store.corpus import Document, LeftOut
from store.text import sha256


def fold(documents: Iterable[Document]) -> tuple[list[Document], list[LeftOut]]:
    """The first of each group with the same text, white space apart, that holds on the same dates;
    and the others, with whom they repeat.
    """
    first: dict[tuple[object, ...], str] = {}
    kept, left_out = [], []
    for document in documents:
        text = sha256(" ".join(document.text.split()))
        key = (text, document.kind, document.version, document.valid_from, document.valid_to)
        known = first.setdefault(key, document.id)
        if known == document.id or not document.text.strip():
            kept.append(document)
        else:
            left_out.append(LeftOut(document.id, f": says the same as {known}"))
    return kept, left_out
