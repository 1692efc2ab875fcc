"""What a message is like, and a sample of messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import accumulate

from store.languages import LONGEST
from store.user_inputs import InputProfile, Traits
from verifiers.realism.fragments import is_fragment
from verifiers.realism.intents import intents_of
from verifiers.realism.language import language_of
from verifiers.realism.prose import WORD
from verifiers.realism.register import register_of
from verifiers.realism.sensitivity import share_found
from verifiers.realism.surface import casing_of, ending_of
from verifiers.realism.typos import FindTypos, typo_finder
from verifiers.realism.vocabulary import vocabulary_of


def traits_of(text: str) -> Traits:
    """The traits of one message; of a very long one, those of its first 5,000 signs. Fragments and
    register are told of English only.

    Raises:
        ConfigError: pyspellchecker is not installed.
    """
    return _plain_reader()(text)


def trait_reader(
    messages: Sequence[str], known: Iterable[str] = (), language: str = "en"
) -> Callable[[str], Traits]:
    """Reads the traits of messages like these, whose words say what is a name or jargon and no
    typo, as the words of ``known`` texts do. ``language`` is that of messages too short to tell.

    Raises:
        ConfigError: pyspellchecker is not installed.
    """
    find = typo_finder(vocabulary_of(messages, known))
    return lambda text: _traits(text, language_of(text), find, language)


@cache
def _plain_reader() -> Callable[[str], Traits]:
    return trait_reader([])


def profile_of(messages: Sequence[str], known: Iterable[str] = ()) -> InputProfile:
    """The traits of each message of a sample. Words of ``known`` texts, as those of a corpus, are
    no typos.

    Raises:
        ConfigError: pyspellchecker is not installed.
    """
    return profiles_of([messages], known)[0]


def profiles_of(samples: Sequence[Sequence[str]], known: Iterable[str] = ()) -> list[InputProfile]:
    """The profiles of samples that are to be held against each other: what is a name or jargon in
    one of them is no typo in any, and what share of the typos is found is measured for all.
    """
    every = [one for sample in samples for one in sample]
    find = typo_finder(vocabulary_of(every, known))
    tongues = [language_of(message) for message in every]
    # What is too short to tell is taken to be written in the language of most.
    usual = next(iter(Counter(filter(None, tongues)).most_common(1)), ("en", 0))[0]
    taken = [tongue or usual for tongue in tongues]
    found = share_found(every, taken, find)
    traits = [
        _traits(message, tongue, find, usual)
        for message, tongue in zip(every, tongues, strict=True)
    ]
    ends = [*accumulate(map(len, samples))]
    starts = (0, *ends)
    return [InputProfile(tuple(traits[a:b]), found) for a, b in zip(starts, ends, strict=False)]


def _traits(text: str, language: str, find: FindTypos, usual: str) -> Traits:
    tongue = language or usual
    english, start = tongue == "en", text[:LONGEST]
    return Traits(
        words=len(WORD.findall(text)),
        typos=len(find(start, tongue)),
        casing=casing_of(start),
        ending=ending_of(text),
        fragment=english and is_fragment(start),
        intents=intents_of(start),
        register=register_of(start) if english else "plain",
        language=language,
    )
