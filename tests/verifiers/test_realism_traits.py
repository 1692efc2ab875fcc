from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from messy_messages import (
    chatty,
    clean,
    cut_to_keywords,
    doubled,
    louder,
    lowered,
    sample,
    spoilt,
    with_typo,
    without_end,
)

from configs.errors import ConfigError
from verifiers.realism import profile_of, traits_of, word_lists
from verifiers.realism.fragments import is_fragment
from verifiers.realism.surface import ending_of
from verifiers.realism.typos import typo_finder
from verifiers.realism.vocabulary import Vocabulary, vocabulary_of

Shares = dict[str, dict[str, float]]


def shares(messages: list[str]) -> Shares:
    return {name: dict(found) for name, found in profile_of(messages).shares.items()}


# At 5 % it is 25 messages, and three slips among them that give other words are a tenth already.
@pytest.mark.parametrize(("rate", "seed"), [(0.05, 3), (0.15, 2), (0.40, 3)])
def test_rates_that_were_planted_are_found_again(rate: float, seed: int) -> None:
    typed = spoilt(sample(500, seed), rate, seed, with_typo)
    typed = spoilt(typed, rate, seed + 10, chatty)
    typed = spoilt(typed, rate, seed + 30, lowered)
    found = shares(typed)
    assert 1 - found["typos"]["none"] == pytest.approx(rate, rel=0.1)
    assert found["casing"]["lower"] == pytest.approx(rate, rel=0.1)
    assert found["register"]["casual"] == pytest.approx(rate, rel=0.1)


@pytest.mark.parametrize(("rate", "seed"), [(0.05, 4), (0.15, 5), (0.40, 6)])
def test_rates_of_fragments_and_endings_are_found_again(rate: float, seed: int) -> None:
    messages = sample(500, seed)
    cut = [is_fragment(text) for text in spoilt(messages, rate, seed, cut_to_keywords)]
    assert sum(cut) / 500 == pytest.approx(rate, rel=0.1)
    for noise, ending in ((without_end, "open"), (louder, "repeated")):
        ended = [ending_of(text) for text in spoilt(messages, rate, seed, noise)]
        assert ended.count(ending) / 500 == pytest.approx(rate, rel=0.1)


def test_several_things_asked_for_are_counted() -> None:
    single = [text for text in clean() if text.endswith("?") and " and " not in text]
    asked = shares(spoilt(single, 0.4, 4, doubled))["intents"]
    assert asked["2"] == pytest.approx(0.4, rel=0.1)


@pytest.mark.parametrize("which", ["first", "more"])
def test_clean_prompts_have_hardly_any_traits_of_haste(which: str) -> None:
    more = Path(__file__).with_name("more_clean_prompts.txt").read_text("utf-8").splitlines()
    found = shares([*clean()] if which == "first" else more)
    assert 1 - found["typos"]["none"] < 0.01
    assert found["fragment"].get("fragment", 0.0) < 0.01
    assert found["casing"] == {"sentence": 1.0}
    assert found["ending"] == {"closed": 1.0}
    assert found["register"].get("casual", 0.0) == 0.0
    assert found["language"]["en"] == 1.0


def find(text: str, vocabulary: Vocabulary | None = None) -> list[str]:
    return typo_finder(vocabulary or Vocabulary())(text, "en")


@pytest.mark.parametrize(
    ("text", "typos"),
    [
        ("how do i recieve teh adress of my freind", ["recieve", "teh", "adress", "freind"]),
        ("Is it definately seperate?", ["definately", "seperate"]),
        ("u can fix it pls, thx. idk wont work", []),
        ("Why does df.groupby('nmae') fail in my_scrpit.py or at http://exmaple.org/teh?", []),
        ("Ask Kuiper, Tombaugh and O'Brien about NASA's JPL, ESA and the pH.", []),
        ("My favourite colour, the organised programme and a travelled metre.", []),
        ("The async function of the codebase returns a tuple, a dict or JSON from the API.", []),
        ("Doesn't it? I can't, won't and shouldn't; they've said it isn't John's.", []),
        ("`recieve` and ```\nteh adress\n``` are code", []),
        ("My mail is [e-mail] and [phone number].", []),
    ],
)
def test_typos_are_told_from_names_code_and_chat(text: str, typos: list[str]) -> None:
    assert find(text) == typos


def test_words_that_repeat_are_jargon_but_not_a_slip_that_repeats() -> None:
    messages = [f"How does the blorf of type {name} work?" for name in ("a", "b", "c", "d")] * 10
    own = vocabulary_of([*messages, *(["Is teh thing broken?"] * 3)])
    assert find("the blorf stops", own) == []
    assert find("Is teh thing broken?", own) == ["teh"]
    assert find("a commnet", vocabulary_of([], ["A commnet is a unit of the trade."])) == []


@pytest.mark.parametrize(
    ("text", "language", "typos", "fragment"),
    [
        ("wie lange braucht jupiter für eine runde", "de", 0, False),
        (
            "wie lnage dauert die Reise zum Mond und zurück, wenn man gleich losfliegt?",
            "de",
            1,
            False,
        ),
        ("木星有多少颗卫星", "zh", 0, False),
        ("zzqx 12", "", 0, True),
    ],
)
def test_other_languages_are_told_and_have_their_own_lists(
    text: str, language: str, typos: int, fragment: bool
) -> None:
    found = traits_of(text)
    assert (found.language, found.typos, found.fragment) == (language, typos, fragment)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("moons of jupiter", True),
        ("list of exceptions in python", True),
        ("python json dump indent", True),
        ("difference between affect and effect", True),
        ("what is the", True),
        ("how to sort a list", True),
        ("error opening file", True),
        ("steps to renew a passport", True),
        ("how do i sort a list", False),
        ("Explain entropy", False),
        ("my code doesnt work", False),
        ("pls fix `x = 1`", False),
        ("The script crashes when I open it", False),
        ("`x = 1`", False),
    ],
)
def test_fragments_are_told_from_short_sentences(text: str, is_one: bool) -> None:
    assert traits_of(text).fragment is is_one


@pytest.mark.parametrize(
    ("text", "feature", "category"),
    [
        ("WHY DOES IT NOT WORK", "casing", "upper"),
        ("NASA?", "casing", "sentence"),
        ("json.loads fails. why?", "casing", "lower"),
        ("is it true that I have to pay?", "casing", "sentence"),
        ("what is it (see below.)", "ending", "closed"),
        ("what is it 🙂", "ending", "open"),
        ("what is it?!", "ending", "repeated"),
        ("Could you kindly advise?", "register", "formal"),
        ("hey, what's up with my printer", "register", "casual"),
        ("What is A? What is B? And why is C?", "intents", "3 or more"),
        ("My printer is broken. It hums. What can I do?", "intents", "1"),
    ],
)
def test_the_surface_of_a_message(text: str, feature: str, category: str) -> None:
    assert traits_of(text).categories[feature] == category


def test_noise_of_the_tests_is_what_it_says() -> None:
    noises: list[Callable[[str, random.Random], str]] = [with_typo, lowered, cut_to_keywords]
    for noise in noises:
        changed = [noise(one, random.Random(3)) != one for one in sample(50, 5)]
        assert all(changed), noise


def test_without_the_word_lists_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spellchecker", None)
    word_lists.speller.cache_clear()
    with pytest.raises(ConfigError, match=r"run: pip install 'stillhouse\[realism\]'"):
        word_lists.speller("en")


@pytest.mark.parametrize(
    "text",
    [
        "Name five popular NLP applications.",
        "Name 3 benefits of using cloud computing.",
        "Suggest a healthy mid-morning snack",
        "Describe Iron Man in three sentences.",
        "Given a business problem, create a list of the steps for a successful solution.",
        "In your own words, define sustainability.",
        "Find and explain the permanent solution to the refugee crisis.",
        "rate the given article from 1 to 5",
        "Grade the student's response to the essay prompt.",
        "South Korean actor Kim Yool-ho starred in what 2016 movie directed by Yeon Sang-ho?",
    ],
)
def test_written_requests_are_no_fragments(text: str) -> None:
    assert not is_fragment(text)


@pytest.mark.parametrize(
    "text",
    [
        "cancel order",
        "refund broken jacket",
        "explain theory of relativity",
        "airline founded by lorenzo",
    ],
)
def test_keywords_that_begin_with_a_verb_are_fragments(text: str) -> None:
    assert is_fragment(text)


def test_a_question_that_also_asks_is_one() -> None:
    assert traits_of("Can you also tell me where to buy it?").intents == 1
    assert traits_of("Can you fix it and also tell me what it costs?").intents == 2


def test_messages_without_a_word_list_say_nothing_of_what_is_found() -> None:
    english = sample(120, 1)
    both = [*english, *(["מה שלומך היום ואיך אפשר ללמוד תכנות"] * 120)]
    assert profile_of(both).found == pytest.approx(profile_of(english).found, abs=0.05)
