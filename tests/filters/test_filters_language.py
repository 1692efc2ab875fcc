"""Language: wrong ones are found, and nothing that nobody can tell is called wrong."""

from __future__ import annotations

import pytest

from filters import language
from filters.language import other_language

ENGLISH = (
    "The lamp in the harbour shows ships the way at night, so that they do not run on the rocks, "
    "and an old man has kept it for many years. "
)
GERMAN = (
    "Die Lampe im Hafen zeigt den Schiffen in der Nacht den Weg, damit sie nicht auf die Felsen "
    "laufen, und ein alter Mann bewacht sie seit vielen Jahren. "
)
FRENCH = (
    "La lampe du port montre aux navires le chemin pendant la nuit, afin qu'ils ne heurtent pas "
    "les rochers, et un vieil homme la garde depuis des années. "
)
DANISH = (
    "Lampen i havnen viser skibene vejen om natten, så de ikke løber på klipperne, og en gammel "
    "mand har passet den i mange år. "
)


def found(question: str, answer: str, *wanted: str) -> str:
    guess = other_language(question, answer, frozenset(wanted or ("en",)), 0.95)
    return guess.language if guess else ""


@pytest.mark.parametrize(
    ("question", "answer", "wanted", "other"),
    [
        ("Was zeigt sie?", GERMAN, ("en",), "de"),
        ("What does it show?", GERMAN * 2, ("en",), "de"),
        ("Que montre-t-elle?", FRENCH, ("en",), "fr"),
        ("What does it show?", ENGLISH * 2, ("de",), "en"),
        ("What does it show?", ENGLISH, ("en",), ""),
        ("Was zeigt sie?", GERMAN, ("de",), ""),
        ("Was zeigt sie?", GERMAN, ("en", "de"), ""),
        ("What do Italians say of it?", GERMAN * 2, ("en",), "de"),
        ("Hvad viser den?", DANISH, ("nb",), ""),
    ],
)
def test_wrong_languages(question: str, answer: str, wanted: tuple[str, ...], other: str) -> None:
    assert found(question, answer, *wanted) == other


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Translate the text into German.", GERMAN),
        ("Say this in French, please.", FRENCH),
        ("Which words end it?", "Die Lampe im Hafen."),
        ("Name five dishes.", "Pizza Margherita, pasta, lasagne, risotto."),
        ("What does it show?", ENGLISH + FRENCH),
        ("What does it show?", FRENCH + ENGLISH),
        ("How do I read it?", "```python\nfür = lese(datei)\ndrucke(für, nicht, auf)\n```" * 5),
        ("Which call is it?", "`zeige_der_lampe(nacht, schiffe)` und `felsen.laufen(hafen)`"),
        ("Solve it.", "a^2 + b^2 = c^2, \\int_0^1 x dx = \\frac{1}{2}, \\sum_i x_i = n " * 5),
        ("Count.", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 " * 20),
    ],
)
def test_what_nobody_can_tell_is_not_called_wrong(question: str, answer: str) -> None:
    assert found(question, answer) == ""


def test_the_quick_look_at_frequent_words_changes_no_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [ENGLISH, GERMAN, FRENCH, DANISH, ENGLISH[:40], GERMAN[:60], FRENCH[:90]]
    pairs = [(q, f"{a}{b}") for q in texts for a in texts for b in texts]
    quick = [found(question, answer) for question, answer in pairs]
    monkeypatch.setattr(language, "_PLAIN_SHARE", 9.0)
    assert quick == [found(question, answer) for question, answer in pairs]
    assert 50 < sum(map(bool, quick)) < len(quick) - 50
