"""Which real message each prompt takes after.

Messages are drawn whole, so that traits stay together as people have them: each once before any is
drawn again, and given to the prompts that can wear them best.
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


def able(prompt: Clean, measure: Measure) -> Able:
    """What rules can give to a prompt."""
    seen = measure(prompt.text)
    english = prompt.language == "en"
    room = len(words(prompt.text, prompt.spared | names(prompt.text)))
    spoken = casual(prompt.text, random.Random(prompt.text)) if english else ()
    return Able(
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
    """As many messages as there are prompts, each as often as any other, give or take one."""
    pool: list[Traits] = []
    while len(pool) < size:
        pool += rng.sample(real, min(len(real), size - len(pool)))
    return pool


def _demands(traits: Traits) -> float:
    """How much a message asks of the prompt that is to wear it."""
    return (
        3 * traits.fragment
        + 2 * (traits.register == "casual")
        + min(traits.typos, _MOST)
        + (traits.casing == "lower")
        + (traits.ending != "closed")
    )


@lru_cache(maxsize=1 << 16)
def _misfit(prompt: Able, traits: Traits) -> float:
    """How much of a message a prompt cannot take on; 0 where it can take on all of it. Between
    those that can, the one of like length comes first, since long messages have more typos.
    """
    wanted = min(traits.typos, _MOST)
    return (
        4 * (traits.fragment and not (prompt.fragment or prompt.cut))
        + 4 * (prompt.fragment and not traits.fragment)
        + 3 * (traits.register == "casual" and not prompt.casual)
        + 3 * (prompt.register != "plain" and prompt.register != traits.register)
        + 2 * max(0, wanted - prompt.room - prompt.typos)
        + 2 * max(0, prompt.typos - wanted)
        + 2 * (traits.casing == "lower" and not prompt.lower)
        + 2 * (traits.ending == "open" and not prompt.open)
        + 2 * (traits.ending == "closed" and not prompt.closed)
        + abs(min(traits.words.bit_length(), 7) - prompt.length) / 8
    )
