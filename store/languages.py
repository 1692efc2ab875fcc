"""The language of a text by py3langid (LangID, ACL 2012), as ISO 639-1 code."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

MIN_LETTERS = 60
"""Below this many letters of plain prose, guessing the language is a toss-up."""
LONGEST = 5000
"""Letters beyond this do not change the guess."""


@lru_cache(maxsize=1)
def classifier() -> Callable[[str], tuple[str, float]]:
    """What gives a text's likeliest language and its probability."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identify = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True).classify

    def classify(text: str) -> tuple[str, float]:
        language, score = identify(text)
        return str(language), float(score)

    return classify


def language_of(text: str) -> str:
    """The likeliest language of a text; empty where it has too few letters to tell."""
    piece = text[:LONGEST]
    return classifier()(piece)[0] if sum(map(str.isalpha, piece)) >= MIN_LETTERS else ""
