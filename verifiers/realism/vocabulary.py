"""What a sample's own words say of spelling: names, and the words of its trade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from verifiers.realism.prose import Word, words_of


@dataclass(frozen=True)
class Vocabulary:
    """In how many messages each word is, which ones are names, and the words of ``known`` texts
    beside the sample, as those of a corpus. ``total`` counts words, each once a message.
    """

    seen: Mapping[str, int] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    total: int = 0


def vocabulary_of(messages: Iterable[str], known: Iterable[str] = ()) -> Vocabulary:
    """The vocabulary of a sample; ``known`` are texts that hold hardly any typos."""
    seen: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for message in messages:
        found = words_of(message)
        seen.update({word.plain for word in found})
        names.update({word.plain for word in found if is_name(word, found)})
    often = {name for name, count in names.items() if count > 1}
    held: set[str] = set()
    for text in known:
        found = words_of(text)
        held.update(word.plain for word in found)
        often.update(word.plain for word in found if is_name(word, found))
    return Vocabulary(seen, frozenset(often), frozenset(held), seen.total())


def is_name(word: Word, among: Sequence[Word]) -> bool:
    """Whether a word is written as a name: a capital inside a sentence that is no headline."""
    if word.first or not word.text[:1].isupper() or word.text[1:] != word.text[1:].lower():
        return False
    raised = sum(other.text[:1].isupper() for other in among)
    return len(among) < 4 or raised < 0.6 * len(among)
