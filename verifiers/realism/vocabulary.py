"""What a sample's own words say of spelling: names, and the words of its trade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from verifiers.realism.prose import Word, words_of

_JARGON_IN, _WORDS_PER_JARGON = 3, 5_000


@dataclass(frozen=True)
class Vocabulary:
    """In how many messages each word is, which ones are names, and the words of ``known`` texts
    beside the sample, as those of a corpus. ``total`` counts words, each once a message.
    """

    seen: Mapping[str, int] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    total: int = 0

    @property
    def jargon_in(self) -> int:
        """Messages with an unknown word from which on it is a word of the trade. In many messages
        the same slip occurs more than once.
        """
        return max(_JARGON_IN, self.total // _WORDS_PER_JARGON)


def vocabulary_of(messages: Iterable[str], known: Iterable[str] = ()) -> Vocabulary:
    """The vocabulary of a sample; ``known`` are texts that hold hardly any typos."""
    seen: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for message in messages:
        found = words_of(message)
        seen.update({word.plain for word in found})
        named = zip(found, names_in(found), strict=True)
        names.update({word.plain for word, is_one in named if is_one})
    often = {name for name, count in names.items() if count > 1}
    held: set[str] = set()
    for text in known:
        found = words_of(text)
        held.update(word.plain for word in found)
        named = zip(found, names_in(found), strict=True)
        often.update(word.plain for word, is_one in named if is_one)
    return Vocabulary(seen, frozenset(often), frozenset(held), seen.total())


def names_in(found: Sequence[Word]) -> list[bool]:
    """Whether each word of a text is written as a name: a capital inside a sentence. In a headline,
    where most words have one, none is.
    """
    raised = sum(word.text[:1].isupper() for word in found)
    if len(found) >= 4 and raised >= 0.6 * len(found):
        return [False] * len(found)
    return [not word.first and word.text.istitle() for word in found]
