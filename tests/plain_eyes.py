"""A plain measure of messages, for tests of what wears their traits: it knows every right word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from store.user_inputs import Casing, Ending, Traits

_ASKS = re.compile(r"(?:\w+,? )??(?:what|which|who|how|is|are|explain|name|list)\b", re.IGNORECASE)
_CASUAL = re.compile(
    r"\b(?:u|ur|pls|plz|thx|whats|im|hey|hi|yo|lol|ok so|um|ppl|wanna|info)\b", re.I
)
_FORMAL = re.compile(r"could you please|i would like|thank you|kind regards|dear sir", re.I)


def plain_eyes(texts: Iterable[str]) -> Callable[[str], Traits]:
    """What measures messages whose words are right where these texts have them."""
    said = " ".join(texts)
    known = {word.lower() for word in re.findall(r"[^\W\d_]+", said)}
    known |= set(
        "difference between compared of that to meaning vs in from answer the following could you "
        "please i would like know thank you very much advance kind regards dear sir or madam good "
        "morning afternoon hello u ur pls plz thx whats im hey hi yo lol ok so um ppl wanna info "
        "is thats do how gonna tho thru cuz".split()
    )

    def measure(text: str) -> Traits:
        found = re.findall(
            r"[^\W\d_]+", re.sub(r"`[^`]*`|\"[^\"]*\"|https?://\S+|\w*\d\w*", " ", text)
        )
        return Traits(
            words=len(text.split()),
            typos=sum(word.lower() not in known for word in found),
            casing=_casing(text),
            ending=_ending(text),
            fragment=not _ASKS.match(text),
            intents=1,
            register="casual"
            if _CASUAL.search(text)
            else "formal"
            if _FORMAL.search(text)
            else "plain",
            language="en",
        )

    return measure


def _casing(text: str) -> Casing:
    letters = [sign for sign in re.sub(r"`[^`]*`|\"[^\"]*\"", "", text) if sign.isalpha()]
    raised = sum(sign.isupper() for sign in letters)
    if letters and raised > 0.8 * len(letters):
        return "upper"
    return "sentence" if raised else "lower"


def _ending(text: str) -> Ending:
    if re.search(r"[.?!]{2,}$", text):
        return "repeated"
    return "closed" if text[-1:] in ".?!" else "open"
