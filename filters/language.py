"""The language of a record's prose, where there is enough of it to tell.

py3langid (LangID, ACL 2012) decides. What it is not asked about: short texts, code, formulas, and
records whose question speaks of languages, such as translations.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from store.languages import LONGEST, MIN_LETTERS, classifier

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`]*`", re.DOTALL)
_CODE_SIGN = re.compile(r"[_()=\[\]{}./\\@#<>|^]")
_ABOUT_LANGUAGES = re.compile(
    r"\b(?:translat|übersetz|tradu[iczs]|lorem ipsum|(?:foreign )?languages?\b|sprachen?\b"
    r"|langues?\b|idiomas?\b)",
    re.IGNORECASE,
)
_NAMES = {
    "ar": "arab", "bg": "bulgarian", "bn": "bengali", "ca": "catalan", "cs": "czech",
    "cy": "welsh", "da": "danish|norwegian", "de": "german|deutsch|allemand|alemán",
    "el": "greek", "en": "english|englisch|anglais|inglés",
    "es": "spanish|spanisch|español|espagnol",
    "fa": "persian|farsi", "fi": "finnish", "fr": "french|französisch|français|francés",
    "ga": "irish", "he": "hebrew", "hi": "hindi", "hr": "croatian|serbian|bosnian",
    "hu": "hungarian", "id": "indonesian|malay", "it": "italian", "ja": "japanese",
    "ko": "korean", "la": "latin", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese|brazil", "ro": "romanian", "ru": "russian", "sk": "slovak",
    "sv": "swedish", "sw": "swahili", "ta": "tamil", "th": "thai", "tr": "turk",
    "uk": "ukrain", "ur": "urdu", "vi": "vietnam", "zh": "chinese|mandarin",
}  # fmt: skip
"""What a question calls a language, or the people and dishes named in it."""
_PLAIN_ENGLISH = frozenset(
    "the of and are with that this which from by what how does you your can would be to it they "
    "their have has was were when who not but there these than its".split()
)
"""Words that are frequent in English and hardly occur in another language."""
_PLAIN_SHARE = 0.17
_ENOUGH = 100
"""Characters of an answer that is looked at without its question."""
_PIECE = 200
"""Letters of a piece that is long enough to be judged alone, and short enough to be of one language
where a text mixes them."""
_CLOSE = [{"no", "nb", "nn", "da"}, {"hr", "bs", "sr"}, {"id", "ms", "jv"}]
"""Written forms that no classifier tells apart for sure."""


class Guess(NamedTuple):
    """A language other than those wanted, by ISO 639-1 code, and its probability."""

    language: str
    score: float


def other_language(
    question: str, answer: str, wanted: frozenset[str], least: float
) -> Guess | None:
    """The language a record is in with a probability of at least ``least``, unless it is a wanted
    one, or a third of the text is in a wanted one, or nobody can tell.

    Question and answer are looked at together, so that an English question on a French sentence
    is English.
    """
    text = f"{question[:LONGEST]} {answer[:LONGEST]}"
    if "en" in wanted and _plain_english(answer[:LONGEST] if len(answer) > _ENOUGH else text):
        return None
    prose = _prose(text)
    if sum(map(str.isalpha, prose)) < MIN_LETTERS or _ABOUT_LANGUAGES.search(question):
        return None
    guess = Guess(*classifier()(prose))
    if guess.score < least or _near(guess.language, wanted):
        return None
    named = _NAMES.get(guess.language)
    if named and re.search(rf"\b(?:{named})", question, re.IGNORECASE):
        return None
    pieces = [prose[i : i + _PIECE] for i in range(0, len(prose), _PIECE)]
    right = sum(_near(classifier()(piece)[0], wanted) for piece in pieces)
    return None if 3 * right >= len(pieces) else guess


def _near(language: str, wanted: frozenset[str]) -> bool:
    group = next((group for group in _CLOSE if language in group), {language})
    return bool(group & wanted)


def _plain_english(text: str) -> bool:
    """Whether the frequent words settle it, which is a tenth of the work of the classifier."""
    found = text.split()
    return sum(map(_PLAIN_ENGLISH.__contains__, found)) > _PLAIN_SHARE * len(found)


def _prose(text: str) -> str:
    plain = _CODE.sub(" ", text) if "`" in text else text
    if not _CODE_SIGN.search(plain):
        return plain
    # A full stop at the end is no sign of code.
    return " ".join(word for word in plain.split() if not _CODE_SIGN.search(word[:-1]))
