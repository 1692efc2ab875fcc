"""A clean prompt in the traits of one real message.

Operations are tried and looked at with the same eyes that looked at the real messages: what
they do not see, they did not see there either, so the rates of both can be compared.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from generators.messy.casing import begun, lowered, raised
from generators.messy.ending import closed, opened, repeated
from generators.messy.fragment import fragments
from generators.messy.register import casual, formal
from generators.messy.spared import has_words, names
from generators.messy.typos import misspelt, words
from store.user_inputs import Traits

Measure = Callable[[str], Traits]
"""The traits of a message."""
_OTHER_CASES = ("az", "tr")
"""Languages whose small i is another letter's than ours."""
_TRIES = 12
"""Slips that are tried for one typo that is seen."""


@dataclass(frozen=True, slots=True)
class Worn:
    """A prompt as it came out, and the operations that were applied, in their order."""

    text: str
    noise: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clean:
    """A prompt to be worn; ``spared`` are the words that must be recognised, in folded case."""

    text: str
    language: str = "en"
    spared: frozenset[str] = frozenset()


def wear(prompt: Clean, traits: Traits, rng: random.Random, measure: Measure) -> Worn:
    """The prompt with the traits of a real message, as far as a rule gives it to them. What is
    asked for stays: code, numbers, quoted text, names and negations are not touched.
    """
    if not has_words(prompt.text):
        return Worn(prompt.text, ())
    text, noise = prompt.text, list[str]()
    spared = prompt.spared | names(text)
    english = prompt.language == "en"
    if english and traits.fragment and (short := as_fragment(text, measure)) is not None:
        text, noise = short, ["fragment"]
    if english and (spoken := _in_register(text, traits, rng, measure)) is not None:
        text, noise = spoken, [*noise, traits.register]
    # Letters before marks before slips: a slip must be seen in the text as it will stand there.
    cased = () if prompt.language in _OTHER_CASES else (("casing", _in_casing),)
    for name, change in (*cased, ("ending", _with_ending)):
        other = change(text, traits, rng, measure)
        if other != text:
            text = other
            noise.append(f"{name}: {traits.casing if name == 'casing' else traits.ending}")
    return _with_typos(text, noise, spared, traits.typos, rng, measure)


def as_fragment(text: str, measure: Measure) -> str | None:
    """The prompt as a fragment that is seen as one; None where no rule gives one, or it is one."""
    if measure(text).fragment:
        return None
    return next((short for short in fragments(text) if measure(short).fragment), None)


def _in_register(text: str, traits: Traits, rng: random.Random, measure: Measure) -> str | None:
    """The prompt in a register, by as few steps as it takes; None where that is no use."""
    if traits.register == "plain" or measure(text).register == traits.register:
        return None
    steps = (casual if traits.register == "casual" else formal)(text, rng)
    return next((step for step in steps if measure(step).register == traits.register), None)


def _in_casing(text: str, traits: Traits, rng: random.Random, measure: Measure) -> str:
    if traits.casing == "lower":
        return lowered(text)
    if traits.casing == "upper":
        return raised(text)
    # What was cut to a fragment begins with a small letter, which alone is no habit.
    return begun(text) if measure(text).casing != "sentence" else text


def _with_ending(text: str, traits: Traits, rng: random.Random, measure: Measure) -> str:
    if measure(text).ending == traits.ending:
        return text
    if traits.ending == "open":
        return opened(text)
    return repeated(text, rng) if traits.ending == "repeated" else closed(text)


def _with_typos(
    text: str,
    noise: list[str],
    spared: frozenset[str],
    wanted: int,
    rng: random.Random,
    measure: Measure,
) -> Worn:
    """With misspelt words until as many are seen. A slip that is not seen is taken back, since it
    may have made another word, and so is one that hides what kind of message it is.
    """
    seen = measure(text)
    tries = _TRIES * max(0, wanted - seen.typos)
    while seen.typos < wanted and tries and (places := words(text, spared)):
        tries -= 1
        place = rng.choice(places)
        made = misspelt(place.group(), rng)
        other = f"{text[: place.start()]}{made}{text[place.end() :]}"
        found = measure(other)
        if found != replace(seen, typos=seen.typos + 1):
            continue
        text, seen = other, found
        spared |= {made.casefold()}
        noise = [*noise, "typo"]
    return Worn(text, tuple(noise))
