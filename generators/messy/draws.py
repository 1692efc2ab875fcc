"""Which real message each prompt takes after.

Messages are drawn whole, so that traits stay together as people have them, each as often as any
other, and given to the prompts that can wear them best.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from generators.messy.casing import lowered
from generators.messy.ending import opened
from generators.messy.register import casual
from generators.messy.spared import names
from generators.messy.typos import words
from generators.messy.wear import Clean, Measure, as_fragment
from store.user_inputs import Traits

_MOST = 4
"""Typos beyond this make no difference to who can wear a message."""


@dataclass(frozen=True, slots=True)
class Able:
    """What a prompt is like, and what it can be made to be like."""

    language: str
    length: int
    typos: int
    room: int
    lower: bool
    open: bool
    closed: bool
    fragment: bool
    cut: bool
    register: str
    casual: bool
    intents: int
    joins: bool


def able(prompt: Clean, joins: bool, measure: Measure) -> Able:
    """What rules can give to a prompt; ``joins`` where another one may follow it."""
    seen = measure(prompt.text)
    english = prompt.language == "en"
    room = len(words(prompt.text, prompt.spared | names(prompt.text)))
    spoken = casual(prompt.text, random.Random(prompt.text)) if english else ()
    return Able(
        language=prompt.language,
        length=min(seen.words.bit_length(), 7),
        typos=min(seen.typos, _MOST),
        room=min(room, _MOST),
        lower=measure(lowered(prompt.text)).casing == "lower",
        open=measure(opened(prompt.text)).ending == "open",
        closed=seen.ending == "closed",
        fragment=seen.fragment,
        cut=english and as_fragment(prompt.text, measure) is not None,
        register=seen.register,
        casual=any(measure(step).register == "casual" for step in spoken),
        intents=seen.intents,
        joins=joins and seen.intents == 1,
    )


def draw(prompts: Sequence[Able], real: Sequence[Traits], rng: random.Random) -> list[Traits]:
    """The message that each prompt takes after. Those that few prompts can wear choose first."""
    order = list(range(len(prompts)))
    rng.shuffle(order)
    waiting: dict[Able, list[int]] = defaultdict(list)
    for at in order:
        waiting[prompts[at]].append(at)
    found: list[Traits | None] = [None] * len(prompts)
    for traits in sorted(_pool(len(prompts), real, rng), key=_demands, reverse=True):
        kind = min(waiting, key=lambda one: _misfit(one, traits))
        found[waiting[kind].pop()] = traits
        if not waiting[kind]:
            del waiting[kind]
    return [traits for traits in found if traits is not None]


def _pool(size: int, real: Sequence[Traits], rng: random.Random) -> list[Traits]:
    """As many messages as there are prompts, at equal distances in the sample sorted by kind, so
    that each kind has its share to within one.
    """
    order = rng.sample(real, len(real))
    order.sort(key=lambda one: (_demands(one), sorted(one.categories.items())))
    start = rng.random()
    return [order[int((at + start) * len(order) / size)] for at in range(size)]


def _demands(traits: Traits) -> float:
    """How much a message asks of the prompt that is to wear it."""
    return (
        3 * traits.fragment
        + 2 * (traits.register == "casual")
        + 2 * (traits.intents > 1)
        + min(traits.typos, _MOST)
        + (traits.casing == "lower")
        + (traits.ending != "closed")
    )


@lru_cache(maxsize=1 << 16)
def _misfit(prompt: Able, traits: Traits) -> float:
    """How much of a message a prompt cannot take on, and a little of what it could take on from
    others. Between those that can, the one of like length comes first, since long messages have
    more typos.
    """
    wanted = min(traits.typos, _MOST)
    return (
        4 * (traits.fragment and not (prompt.fragment or prompt.cut))
        + 4 * (prompt.fragment and not traits.fragment)
        + 3 * (traits.register == "casual" and not prompt.casual)
        + 3 * (prompt.register != "plain" and prompt.register != traits.register)
        + 2 * (traits.intents > 1 and prompt.intents == 1 and not prompt.joins)
        + 2 * (traits.intents == 1 and prompt.intents > 1)
        + 2 * max(0, wanted - prompt.room - prompt.typos)
        + 2 * max(0, prompt.typos - wanted)
        + 2 * (traits.casing == "lower" and not prompt.lower)
        + 2 * (traits.ending == "open" and not prompt.open)
        + 2 * (traits.ending == "closed" and not prompt.closed)
        + (prompt.cut and not traits.fragment) / 2
        + (traits.fragment and not prompt.fragment) / 4
        + (traits.language not in ("", prompt.language)) / 2
        + (prompt.joins and traits.intents == 1) / 2
        + abs(min(traits.words.bit_length(), 7) - prompt.length) / 8
    )
