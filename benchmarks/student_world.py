"""Invented countries with facts by rule, and a student that is a word n-gram on sentences.

Small enough to be trained many times in a minute, and it fails as large ones do: sampling forgets
rare facts first, while every sentence keeps its form.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from store.known import Known

COUNTRIES = 30
_STARTS = "Bal Cor Dru Fen Gal Hes Ilm Jor Kel Lum Mor Nar Orl Pel Quo Ras Sel Tam Urb Vel".split()
_ENDS = "andia ovia emar ustan inia orra eland anthe".split()
_TOWN = "burg haven mouth field stead wick".split()
_GOODS = "copper wool salt amber timber silk barley glass tin honey".split()
_ANIMALS = "heron lynx otter falcon stag badger crane wolf ibex swan".split()
_FORMS = {
    "capital": "the capital of {} is {}",
    "export": "the main export of {} is {}",
    "animal": "the animal on the flag of {} is the {}",
    "founded": "{} was founded in {}",
    "rivers": "{} has {} rivers",
    "peak": "the highest peak of {} is {} m high",
}
ATTRIBUTES = tuple(_FORMS)
_ORDER = 4
"""Words of a sentence that the next one is drawn by: enough to hold the country of any form."""
_SLIPS = 0.03
"""How often a student looks at one word fewer than it could."""
_LONGEST = _ORDER + 24


@dataclass(frozen=True)
class World:
    """Countries with their values; ``popularity`` is how often each is written about."""

    values: Mapping[str, Mapping[str, str]]
    popularity: Mapping[str, float]

    @cached_property
    def known(self) -> list[Known]:
        """Every fact with the beginning of its sentence as its question."""
        return [
            Known(country, country, attribute, question(country, attribute), value)
            for country, own in self.values.items()
            for attribute, value in own.items()
        ]

    @cached_property
    def sentences(self) -> frozenset[str]:
        """Every true sentence."""
        return frozenset(self.sentence(known.kind, known.subject) for known in self.known)

    @cached_property
    def forms(self) -> re.Pattern[str]:
        """What a sentence of any form looks like, true or not: right words in the right places."""
        country, value = "|".join(self.values), r"[\w]+"
        shapes = (stated(f"(?:{country})", a, value) for a in ATTRIBUTES)
        return re.compile("|".join(shapes))

    def sentence(self, attribute: str, country: str) -> str:
        """The true sentence on an attribute of a country."""
        return stated(country, attribute, self.values[country][attribute])

    def corpus(self, size: int, rng: random.Random) -> list[str]:
        """Sentences as people write them: some countries and attributes often, others rarely."""
        countries, weights = [*self.popularity], [*self.popularity.values()]
        rare = [1 / (1 + place) for place in range(len(ATTRIBUTES))]
        found = sorted(self.sentences)  # Each fact is written at least once.
        for country in rng.choices(countries, weights, k=size - len(found)):
            attribute = rng.choices(ATTRIBUTES, rare)[0]
            found.append(self.sentence(attribute, country))
        return found


def made_world(seed: int) -> World:
    """A world of that seed."""
    rng = random.Random(seed)
    names = rng.sample([start + end for start in _STARTS for end in _ENDS], COUNTRIES)
    values = {name: _values(rng) for name in names}
    return World(values, {name: 1 / (1 + place) for place, name in enumerate(names)})


def _values(rng: random.Random) -> dict[str, str]:
    return {
        "capital": rng.choice(_STARTS) + rng.choice(_TOWN),
        "export": rng.choice(_GOODS),
        "animal": rng.choice(_ANIMALS),
        "founded": str(rng.randrange(1100, 1950)),
        "rivers": str(rng.randrange(11, 99)),
        "peak": str(rng.randrange(400, 6000)),
    }


def stated(country: str, attribute: str, value: str) -> str:
    """A fact as a sentence."""
    return _FORMS[attribute].format(country, value)


def question(country: str, attribute: str) -> str:
    """The sentence up to its value, which a student goes on from."""
    return stated(country, attribute, "\0").partition("\0")[0].strip()


class Ngram:
    """A student: which word follows the words before it, as often as in its training rows.

    Where the words before were never seen it looks at fewer of them, and now and then it does so
    anyway, as models do that share what they know between sentences.
    """

    def __init__(self, sentences: Sequence[str]) -> None:
        """Train on sentences."""
        counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for sentence in sentences:
            words = ["<s>"] * _ORDER + [*sentence.split(), "</s>"]
            for at in range(_ORDER, len(words)):
                for size in range(_ORDER + 1):
                    counts[tuple(words[at - size : at])][words[at]] += 1
        self._next = {
            before: ([*found], [*accumulate(found.values())]) for before, found in counts.items()
        }
        self._best = {before: found.most_common(1)[0][0] for before, found in counts.items()}

    def write(self, rng: random.Random, begun: str = "") -> str:
        """A sentence as the student would write it, or the rest of one that was begun."""
        return self._go_on(begun, lambda words: self._draw(words, rng))

    def answer(self, asked: str) -> str:
        """The likeliest end of a sentence."""
        return self._go_on(asked, self._likeliest).removeprefix(asked).strip()

    def _go_on(self, begun: str, next_word: Callable[[Sequence[str]], str]) -> str:
        words = ["<s>"] * _ORDER + begun.split()
        while len(words) < _LONGEST and (word := next_word(words)) != "</s>":
            words.append(word)
        return " ".join(words[_ORDER:])

    def _draw(self, words: Sequence[str], rng: random.Random) -> str:
        for size in range(_ORDER, -1, -1):
            known = self._next.get(tuple(words[len(words) - size :]))
            if known is not None and (size < 2 or rng.random() >= _SLIPS):
                return rng.choices(known[0], cum_weights=known[1])[0]
        return "</s>"

    def _likeliest(self, words: Sequence[str]) -> str:
        sizes = range(_ORDER, -1, -1)
        before = (tuple(words[len(words) - size :]) for size in sizes)
        return next((self._best[b] for b in before if b in self._best), "</s>")
