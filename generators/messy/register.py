"""How people speak to a machine: with abbreviations and greetings, or with every courtesy.

The words are those of English. Negations are never abbreviated, so that nobody has to look for
them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from generators.messy.spared import changed

_CASUAL = {
    "you": "u", "your": "ur", "please": "pls", "thanks": "thx", "because": "cuz", "people": "ppl",
    "what is": "whats", "what's": "whats", "i am": "im", "that is": "thats",
    "do you know": "do u know", "want to": "wanna", "going to": "gonna", "though": "tho",
    "through": "thru", "information": "info",
}  # fmt: skip
"""What is said casually, with the casual form; each stands for the same thing."""
_SAID = re.compile(
    rf"\b(?:{'|'.join(sorted(map(re.escape, _CASUAL), key=len, reverse=True))})\b(?!['’])",
    re.IGNORECASE,
)
_BEFORE = ("hey, ", "hey ", "yo, ", "ok so ", "um, ")
_AFTER = (" pls", " thx", " plz", ", thx", " lol")
_GREETINGS = ("Dear Sir or Madam, ", "Good morning. ", "Good afternoon. ", "Hello. ")
_ASKED = ("Could you please answer the following: ", "I would like to know the following: ")
_THANKS = (" Thank you in advance.", " Thank you very much.", " Kind regards.")


def casual(text: str, rng: random.Random) -> Iterator[str]:
    """The message said more and more casually, one step after the other."""
    short = changed(text, lambda piece: _SAID.sub(_shortened, piece))
    if short != text:
        yield short
    steps = [_greeted, _asked_nicely]
    rng.shuffle(steps)
    for step in steps:
        short = step(short, rng)
        yield short


def formal(text: str, rng: random.Random) -> Iterator[str]:
    """The message said more and more formally, one step after the other."""
    asked = f"{rng.choice(_ASKED)}{text}"
    yield asked
    thanked = f"{asked}{'' if '```' in text else rng.choice(_THANKS)}"
    yield thanked
    yield f"{rng.choice(_GREETINGS)}{thanked}"


def _shortened(match: re.Match[str]) -> str:
    said, before = match.group(), match.string[: match.start()].rstrip()
    if said[0].isupper() and before and before[-1] not in ".?!:;":
        # A capital inside a sentence is part of a name: "Through the Looking-Glass".
        return said
    return _CASUAL[said.casefold()]


def _greeted(text: str, rng: random.Random) -> str:
    return f"{rng.choice(_BEFORE)}{_small(text)}"


def _asked_nicely(text: str, rng: random.Random) -> str:
    """The plea stands before the closing mark, as it is typed, and never behind a block of code,
    whose fence must end its line.
    """
    end = len(text.rstrip(".?!"))
    if "\n" in text or text.endswith("```"):
        return text
    return f"{text[:end]}{rng.choice(_AFTER)}{text[end:]}"


def _small(text: str) -> str:
    """With a small letter where a question begins, so that a greeting fits before it."""
    first = re.match(
        r"(?:What|Which|Who|When|Where|Why|How|Is|Are|Was|Were|Do|Does|Can|Could)\b", text
    )
    return f"{text[0].lower()}{text[1:]}" if first else text
