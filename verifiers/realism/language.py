"""The language of a message, which is often too short for a classifier alone."""

from __future__ import annotations

import regex

from store import languages
from verifiers.realism.prose import prose, words_of
from verifiers.realism.word_lists import LANGUAGES, frequencies, whole

_PLAIN_SHARE = 0.6
"""Share of the words that must be usual in a language, for a short message to be in it."""
_USUAL = 3e-7
"""Share of a list from which on a word is usual."""
_SCRIPTS = (
    ("ja", regex.compile(r"[\p{Hiragana}\p{Katakana}]")),
    ("ko", regex.compile(r"\p{Hangul}")),
    ("zh", regex.compile(r"\p{Han}")),
    ("th", regex.compile(r"\p{Thai}")),
    ("el", regex.compile(r"\p{Greek}{2}")),
    ("he", regex.compile(r"\p{Hebrew}")),
)
"""Scripts that are written in one language."""


def language_of(text: str) -> str:
    """The ISO 639-1 code of a message's language; empty where there is too little to tell.

    A message of fewer than 60 letters is English or what the classifier takes it for, as far as
    most of its words are usual there.
    """
    text = text[: languages.LONGEST]
    plain = prose(text)
    letters = sum(map(str.isalpha, plain))
    for code, script in _SCRIPTS:
        if 2 * len(script.findall(plain)) > letters:
            return code
    found = [word.plain for word in words_of(text)]
    if letters >= languages.MIN_LETTERS and (guess := languages.language_of(plain)):
        return "en" if guess != "en" and _usual(found, "en") >= 0.8 else guess
    if not found or letters < 3:
        return ""
    if _usual(found, "en") >= _PLAIN_SHARE:
        return "en"
    guess = languages.classifier()(plain)[0]
    return guess if guess in LANGUAGES and _usual(found, guess) >= _PLAIN_SHARE else ""


def _usual(words: list[str], language: str) -> float:
    counts = frequencies(language)
    least = _USUAL * whole(language)
    known = sum(counts.get(word.rpartition("'")[0] or word, 0) >= least for word in words)
    return known / max(1, len(words))
