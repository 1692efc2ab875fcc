"""Prompts in the traits of real messages: what changes, what never does, and how often."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_eyes import plain_eyes

from generators.messy.casing import lowered, raised
from generators.messy.ending import closed, opened, repeated
from generators.messy.fragment import fragments
from generators.messy.register import casual
from generators.messy.spared import MEANING, NEGATION, names, spans
from generators.messy.twins import said_in, twin_rows
from generators.messy.typos import misspelt, words
from generators.messy.wear import Clean, wear
from store.user_inputs import Traits

PLAIN = Traits(8, 0, "sentence", "closed", False, 1, "plain", "en")
PIECES = [
    "What is the",
    "capital of France",
    "Is it not true that",
    "never without permission",
    "the parameter `maxSize` of `json.dumps`",
    'the phrase "Never say Never"',
    "at https://Example.com/A?b=C",
    "of 5 MW on 12 March 2020",
    "2,300.5 km",
    "NASA's v1.2.3 release of snake_case",
    "an average temperature",
    "your documents, please",
    "because nobody measured the difference",
    "in ISO-8601 or #tag",
    "```\nIf X: print('Y')\n```",
    "größer als Straße",
]
KEPT = re.compile(
    r"```.*?```|`[^`]+`|\"[^\"]+\"|https?://\S+[^\s.?!,]|[A-Za-z-]*\d[\d.,-]*\d|\d+|snake_case|NASA",
    re.DOTALL,
)
prompts = st.builds(
    lambda parts, mark: " ".join(parts) + mark,
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=6),
    st.sampled_from(["?", ".", "", "!"]),
)
traits = st.builds(
    Traits,
    words=st.integers(1, 40),
    typos=st.integers(0, 4),
    casing=st.sampled_from(["sentence", "lower", "upper"]),
    ending=st.sampled_from(["closed", "open", "repeated"]),
    fragment=st.booleans(),
    intents=st.just(1),
    register=st.sampled_from(["plain", "casual", "formal"]),
    language=st.just("en"),
)


@given(prompt=prompts, drawn=traits, seed=st.integers(0, 99))
def test_what_a_question_hangs_on_survives_everything(
    prompt: str, drawn: Traits, seed: int
) -> None:
    measure = plain_eyes([prompt])
    worn = wear(Clean(prompt), drawn, random.Random(seed), measure)
    assert Counter(KEPT.findall(worn.text)) == Counter(KEPT.findall(prompt))
    denied, denies = (
        [word.lower() for word in NEGATION.findall(text)] for text in (prompt, worn.text)
    )
    assert denied == denies
    assert worn == wear(Clean(prompt), drawn, random.Random(seed), measure)
    assert worn.noise.count("typo") <= drawn.typos
    if worn.text == prompt:
        assert not worn.noise


@given(prompt=prompts, wanted=st.integers(0, 6), seed=st.integers(0, 99))
def test_as_many_typos_as_drawn_are_seen_where_there_is_room(
    prompt: str, wanted: int, seed: int
) -> None:
    measure = plain_eyes([prompt])
    worn = wear(Clean(prompt), replace(PLAIN, typos=wanted), random.Random(seed), measure)
    room = len(words(prompt, names(prompt)))
    assert measure(worn.text).typos <= wanted
    if wanted <= room // 2:
        assert measure(worn.text).typos == wanted == worn.noise.count("typo")


@given(word=st.from_regex(r"[A-Za-zà-ÿа-я]{4,12}", fullmatch=True), seed=st.integers(0, 9))
def test_a_misspelt_word_keeps_its_ends_and_is_another(word: str, seed: int) -> None:
    made = misspelt(word, random.Random(seed))
    assert made != word and (made[0], made[-1]) == (word[0], word[-1])
    assert abs(len(made) - len(word)) <= 1 or word.lower() == "maintenance"


def test_words_of_meaning_names_and_code_are_never_misspelt() -> None:
    text = "Which NASA office never measured the `default` of 12 rivers without Alder's camelCase?"
    found = [match.group() for match in words(text, frozenset({"office"}))]
    assert found == ["Which", "measured", "rivers"]
    assert not {"never", "without", "more", "before"} - MEANING


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Kepler discovered what? Brahe saw what?", "kepler brahe"),
        ("Is forty more than sixteen dozen or zero?", "forty sixteen dozen zero"),
        ("Wer hat niemals gesagt, dass niemand hilft?", "niemals niemand"),
        ("Is unlawful the same as illegal?", "unlawful illegal"),
        ("What is the difference between affect and effect?", "affect effect"),
        ("Why is hypothermia no hyperthermia?", "hypothermia hyperthermia"),
    ],
)
def test_a_slip_never_hits_a_word_that_decides(text: str, kept: str) -> None:
    found = {match.group().casefold() for match in words(text, names(text))}
    assert not found & {*kept.split()}


def test_titles_are_not_said_casually() -> None:
    said = list(casual("What is Through the Looking-Glass by Please Please Me?", random.Random(1)))
    assert said and all("Through the" in each and "Please Please" in each for each in said)
    assert "u " in next(casual("Please say what you see.", random.Random(1)))


@pytest.mark.parametrize(
    ("clean", "short"),
    [
        ("What is the capital of France?", "capital of France?"),
        ("How long is the Alder River?", "How long Alder River?"),
        ("In `a.b`, what is the default of `x`?", "default of `x` in `a.b`?"),
        ("Which parameters does `a.b` take?", "parameters of `a.b`?"),
        ("Could you please tell me what is the length of it all?", None),
        ("How do `a` and `b` differ?", "difference between `a` and `b`?"),
        ("Compare Alder River and Birch River by length.", "Alder River vs Birch River by length."),
        ("What does photosynthesis mean?", "meaning of photosynthesis?"),
        ("How can I open a file?", "how to open a file?"),
        ("What is `a.b` for in Python?", None),
        ("Who was Ada Lovelace?", None),
        ("Where does it end?", None),
        ("What is its length, and when was it measured?", None),
        ("True or false: the river is 3 km long.", None),
    ],
)
def test_fragments_ask_for_the_same(clean: str, short: str | None) -> None:
    assert next(fragments(clean), None) == short


@pytest.mark.parametrize(
    ("text", "open_", "closed_"),
    [
        ("What is it?", "What is it", "What is it?"),
        ("what is it", "what is it", "what is it?"),
        ("Say `foo`", "Say `foo`", "Say `foo`."),
        ("Is it in the U.S.", "Is it in the U.S.", "Is it in the U.S.?"),
        ("Wow?!", "Wow", "Wow?!"),
        ('Fill in: "The X is ____."', 'Fill in: "The X is ____."', 'Fill in: "The X is ____."'),
        ("これは何ですか？", "これは何ですか", "これは何ですか？"),
        ("Run\n```\nx = 1.\n```", "Run\n```\nx = 1.\n```", "Run\n```\nx = 1.\n```"),
    ],
)
def test_endings(text: str, open_: str, closed_: str) -> None:
    assert (opened(text), closed(text)) == (open_, closed_)
    assert opened(repeated(text, random.Random(1))) in (open_, text)


def test_capitals_of_code_units_and_quotations_stay() -> None:
    text = 'Is `Foo` of "The Bar" 5 MW or 3 kB in IJsselmeer, Straße and NASA?'
    assert lowered(text) == 'is `Foo` of "The Bar" 5 MW or 3 kB in IJsselmeer, straße and NASA?'
    assert raised("Is it 5 mW in Straße?") == "IS IT 5 mW IN STRAßE?"
    assert [text[a:b] for a, b in spans(text)] == [
        *("`Foo`", '"The Bar"', "5 MW", "3 kB", "IJsselmeer", "NASA"),
    ]


@pytest.mark.parametrize("text", ["", "?", "```\nprint(1)\n```", "`a.b`?", "2,300 + 7"])
def test_what_has_no_words_stays(text: str) -> None:
    drawn = replace(PLAIN, casing="upper", ending="open", register="casual", typos=2)
    assert wear(Clean(text), drawn, random.Random(1), plain_eyes([])).text == text


@pytest.mark.parametrize("register", ["casual", "formal"])
def test_a_block_of_code_ends_as_it_did(register: Any) -> None:
    text = "What does this print?\n\n```\nprint(1)\n```"
    for seed in range(8):
        drawn = replace(PLAIN, register=register, ending="repeated")
        worn = wear(Clean(text), drawn, random.Random(seed), plain_eyes([text]))
        assert worn.text.endswith("\n```\nprint(1)\n```") and register in worn.noise


def test_turkish_keeps_its_capitals() -> None:
    asked = Clean("Irmak nedir?", "tr")
    drawn = replace(PLAIN, casing="lower", ending="open")
    assert wear(asked, drawn, random.Random(1), plain_eyes([])).text == "Irmak nedir"


def row(number: int, question: str, **changed: Any) -> dict[str, Any]:
    said = [{"role": "user", "content": question}, {"role": "assistant", "content": "310 km."}]
    return {
        "id": f"r{number}",
        "question": question,
        "answer": "310 km.",
        "messages": said,
        "sources": [{"title": "Alder River", "document_id": "alder", "passage_id": f"{number}"}],
        "language": "en",
        "origin": "teacher",
        "teacher": "big",
        "style": "question_answer",
        "reasoning": "",
        "tools": "[]",
        "quotes": [f"quote {number}"],
        "request_keys": [f"k{number}"],
        "generation_depth": 0,
        "valid_as_of": date(2024, 5, number % 20 + 1),
        "metadata": '{"rung": 1}',
        "losers": [{"answer": "No."}],
        **changed,
    }


SAMPLE = [replace(PLAIN, casing="lower", ending="open", typos=1)]


def test_only_what_the_user_says_changes() -> None:
    system = {"role": "system", "content": "Be Brief."}
    shown = {"role": "user", "content": "The Passage.\n\nWhich survey measured it?"}
    answer = {"role": "assistant", "content": "310 km."}
    tool = {"role": "tool", "content": "Result: 310"}
    talk = [{"role": "user", "content": f"Which {w} was measured?"} for w in ("river", "lake")]
    rows = [
        row(1, "Which survey measured it?", messages=[system, shown, answer]),
        row(
            2,
            "Which river is long?",
            messages=[shown | {"content": "Which river is long?"}, tool, answer],
        ),
        row(
            3,
            "Which river was measured?\n\nWhich lake was measured?",
            messages=[talk[0], answer, talk[1], answer],
        ),
        row(4, "What Did People Ask?", origin="human"),
        row(5, "Wie lang ist der Fluss im Sommer?", language="de"),
    ]
    measure = plain_eyes(text for each in rows for text in said_in(each))
    twins = twin_rows(rows, SAMPLE, measure, 7)
    assert [twin["semantic_id"] for twin in twins] == [each["id"] for each in rows]
    assert [twin["clean_question"] for twin in twins] == [each["question"] for each in rows]
    assert len({twin["id"] for twin in twins} | {each["id"] for each in rows}) == 10
    for twin, each in zip(twins, rows, strict=True):
        same = set(each) - {"id", "messages", "question"}
        assert {name: twin[name] for name in same} == {name: each[name] for name in same}
        for new, old in zip(twin["messages"], each["messages"], strict=True):
            assert new["role"] == old["role"]
            assert (new["content"] == old["content"]) == (
                old["role"] != "user" or each["origin"] == "human"
            )
    first, tools, dialogue, human, german = twins
    assert first["messages"][1]["content"] == f"The Passage.\n\n{first['question']}"
    assert first["noise"] == ["casing: lower", "ending: open", "typo"]
    assert tools["messages"][0]["content"] == tools["question"]
    asked = [turn["content"] for turn in dialogue["messages"] if turn["role"] == "user"]
    assert dialogue["question"] == "\n\n".join(asked) and len(dialogue["noise"]) == 6
    assert human["noise"] == [] and human["question"] == "What Did People Ask?"
    assert german["question"].islower() and german["noise"].count("typo") == 1
    assert rows[0]["messages"][1] == shown and twins == twin_rows(rows, SAMPLE, measure, 7)
    assert twins != twin_rows(rows, SAMPLE, measure, 8)


def test_a_conversation_is_begun_with_a_greeting_once() -> None:
    turns = [{"role": role, "content": "Which river is it?"} for role in ("user", "assistant")]
    asked = row(1, "Which river is it?\n\nWhich river is it?", messages=turns * 2)
    measure = plain_eyes(said_in(asked))
    (twin,) = twin_rows([asked], [replace(PLAIN, register="casual", casing="lower")], measure, 7)
    first, second = (m["content"] for m in twin["messages"] if m["role"] == "user")
    assert measure(first).register == "casual" and second == "which river is it?"
    assert twin["question"] == f"{first}\n\n{second}"


def test_two_questions_on_a_document_come_with_both_answers() -> None:
    asked = ["Which survey measured the river?", "Which lake is below it?", "Is it deep?"]
    rows = [row(number, question) for number, question in enumerate(asked)]
    apart = [
        row(10, "Which town is near?", sources=[{**rows[0]["sources"][0], "document_id": "elm"}]),
        row(11, "Which call is it?", tools="[1]"),
        row(12, "Which one is JSON?", answer="{}", messages=[]),
        row(13, "Which is it?", teacher="small"),
    ]
    measure = plain_eyes(text for each in [*rows, *apart] for text in said_in(each))
    real = [replace(PLAIN, intents=2, casing="lower")]
    twins = twin_rows([*rows, *apart], real, measure, 7)
    for twin, own, other in zip(twins, rows, [rows[2], rows[0], rows[1]], strict=False):
        assert twin["noise"] == ["joined", "casing: lower"] and twin["semantic_id"] == own["id"]
        question, answer = twin["question"], twin["answer"]
        assert question.startswith(own["question"].lower())
        assert question.endswith(other["question"].lower())
        assert answer == f"{own['answer']}\n\n{other['answer']}"
        assert [m["content"] for m in twin["messages"]] == [question, answer]
        assert twin["quotes"] == [*own["quotes"], *other["quotes"]]
        assert twin["sources"] == [*own["sources"], *other["sources"]]
        assert twin["request_keys"] == [*own["request_keys"], *other["request_keys"]]
        assert twin["valid_as_of"] == min(own["valid_as_of"], other["valid_as_of"])
        assert orjson.loads(twin["metadata"]) == {"rung": 1, "joined_with": other["id"]}
        assert twin["losers"] == [] and twin["clean_question"] == own["question"]
    assert all("joined" not in twin["noise"] for twin in twins[3:])


def test_those_that_can_wear_a_trait_get_it() -> None:
    """Four prompts in ten can be cut to a fragment, and four real messages in ten are fragments."""
    asked = [f"What is the {word} of the river?" for word in ("length", "depth", "source", "age")]
    asked += [f"Which survey will someone find at mile {number}?" for number in range(6)]
    rows = [row(number, question) for number, question in enumerate(asked * 5)]
    real = [
        replace(PLAIN, fragment=n < 4, casing="lower" if n < 4 else "sentence") for n in range(10)
    ]
    measure = plain_eyes(asked)
    seen = [measure(twin["question"]) for twin in twin_rows(rows, real, measure, 7)]
    assert sum(one.fragment for one in seen) == 20
    # What is a fragment already is one of them.
    bare = [row(100 + number, f"length of the {number}th river?") for number in range(10)]
    seen = [measure(twin["question"]) for twin in twin_rows(rows + bare, real, measure, 7)]
    assert sum(one.fragment for one in seen) == 24
    # Traits stay together: whoever writes fragments writes no capitals.
    assert all((one.casing == "lower") == one.fragment for one in seen)
