"""Messages as people write them, made of clean prompts at known rates by the tests' own means."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "data"
_PHRASE = re.compile(r"\bthe ((?:[a-z]+ ){1,2}(?:of|on|around) [A-Z][a-z]+)\b")
_FRAMES = (
    "What do we know about the {}?",
    "How was the {} measured?",
    "Explain what the {} tells us, and keep it short.",
    "Who first described the {}?",
    "Is the {} still studied today?",
    "I read something about the {} but I did not understand it.",
    "Write two sentences about the {}.",
    "Why is the {} of interest to engineers?",
    "Which mission observed the {} first?",
    "My teacher asked us to present the {} next week.",
    "Can the {} be seen from the ground?",
    "Does the {} change over the years?",
)
_SMALL = frozenset(
    "a an the is are was were do does did can could should would will has have had how what why "
    "when who which where whose i you we it my our me us to of in on at for from with by about "
    "and or but that this these those there if as than so be been not please into its his her "
    "their they he she one any much many often still am".split()
)
_KEYS = {a: b for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for a, b in pairwise(row)}


@cache
def clean() -> tuple[str, ...]:
    """Clean prompts: written for the tests, shipped, and about phrases of the shipped corpus."""
    own = (HERE / "clean_prompts.txt").read_text(encoding="utf-8").splitlines()
    shipped = (DATA / "prompts" / "solar-system.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [path.read_text(encoding="utf-8") for path in sorted((DATA / "corpora").glob("*/*.md"))]
    phrases = dict.fromkeys(found for text in texts for found in _PHRASE.findall(text))
    made = [_FRAMES[i % len(_FRAMES)].format(phrase) for i, phrase in enumerate(phrases)]
    return (*own, *(json.loads(line)["question"] for line in shipped), *made)


def sample(count: int, seed: int) -> list[str]:
    """So many clean prompts, drawn without repeating one as long as there are others."""
    rng, found = random.Random(seed), list[str]()
    while len(found) < count:
        found += rng.sample(clean(), min(len(clean()), count - len(found)))
    return found


def spoilt(
    messages: Sequence[str], rate: float, seed: int, how: Callable[[str, random.Random], str]
) -> list[str]:
    """The messages with exactly this share of them changed."""
    rng = random.Random(seed)
    chosen = set(rng.sample(range(len(messages)), round(rate * len(messages))))
    return [how(one, rng) if i in chosen else one for i, one in enumerate(messages)]


def with_typo(text: str, rng: random.Random) -> str:
    """One slip in one plain word of four letters or more."""
    places = [m.span() for m in re.finditer(r"(?<![\w.'’-])[a-z]{4,}(?![\w.'’-]\w|\()", text)]
    start, end = rng.choice(places)
    word, slipped = text[start:end], text[start:end]
    while slipped == word:
        at, kind = rng.randrange(len(word) - 1), rng.choice("swap drop twice key".split())
        if kind == "swap":
            slipped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        elif kind == "drop":
            slipped = word[:at] + word[at + 1 :]
        elif kind == "twice":
            slipped = word[: at + 1] + word[at:]
        else:
            slipped = word[:at] + _KEYS.get(word[at], word[at]) + word[at + 1 :]
    return text[:start] + slipped + text[end:]


def lowered(text: str, _rng: random.Random) -> str:
    """No capital letter."""
    return text.lower()


def cut_to_keywords(text: str, _rng: random.Random) -> str:
    """What one would type into a search box: no small words, at most six others."""
    kept = [w for w in re.findall(r"[\w.'’-]+", text) if w.lower() not in _SMALL]
    return " ".join(kept[:6]).rstrip(".")


def without_end(text: str, _rng: random.Random) -> str:
    """No closing mark."""
    return text.rstrip(".?!")


def louder(text: str, rng: random.Random) -> str:
    """Several closing marks."""
    return text.rstrip(".?!") + rng.choice(["??", "!!!", "???", "..."])


def chatty(text: str, rng: random.Random) -> str:
    """As in a chat."""
    start = rng.choice(["hey ", "pls ", "", "yo, ", "thx in advance - "])
    return start + text + ("" if start else " thx")


def doubled(text: str, rng: random.Random) -> str:
    """Two things asked for."""
    return f"{text} Also, {rng.choice(('what does it cost?', 'how long does it take?'))}"
