"""What the training rows of a version have to do with the questions of a set.

A student is meant to learn the facts from these rows, so a fact that a row states is what is
probed. What must not be there is the question itself: then an answer could be learnt by heart as a
string. So a set is disjoint from the rows where none of them holds the text of the question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from store.text import normalise
from verifiers.closed_book.answers import aliases
from verifiers.closed_book.items import Item

Overlap = Literal["asked", "taught", "unseen"]
"""Asked: a training row holds the question, so it is not counted in the headline. Taught: a row
names the subject and the answer. Unseen: none does."""


def overlaps(items: Sequence[Item], rows: Iterable[str]) -> dict[str, Overlap]:
    """By the id of each item, what the texts of training rows have to do with it."""
    texts = [f" {normalise(text)} " for text in rows]
    of_subject = _by_subject({normalise(item.subject) for item in items}, texts)
    found: dict[str, Overlap] = {}
    for item in items:
        own = of_subject[normalise(item.subject)]
        question = f" {normalise(item.question)} "
        # A question names its subject, so only rows that do can hold it.
        if any(question in text for text in own):
            found[item.id] = "asked"
        else:
            names = aliases(item.answer)
            taught = any(f" {name} " in text for text in own for name in names)
            found[item.id] = "taught" if taught else "unseen"
    return found


def _by_subject(subjects: set[str], texts: Sequence[str]) -> Mapping[str, list[str]]:
    """The texts that name each subject, found by its first word."""
    by_word: dict[str, list[int]] = defaultdict(list)
    for at, text in enumerate(texts):
        for word in set(text.split()):
            by_word[word].append(at)
    return {
        subject: [
            texts[at]
            for at in by_word.get((subject.split() or [""])[0], ())
            if f" {subject} " in texts[at]
        ]
        for subject in subjects
    }
