"""Heuristics: each rule on its own bad case, none on ordinary records."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_records import context, frame_of, record, sentence

import filters
from configs.filters import Heuristics
from store.stages import STAGES

assert filters
QUESTION = "What does the lamp in the harbour do at night?"
ANSWER = "It shows ships the way into the harbour."
GERMAN = (
    "Die Lampe im Hafen zeigt den Schiffen in der Nacht den Weg, damit sie nicht auf die Felsen "
    "laufen, und sie wird von einem alten Mann bewacht."
)
SENTENCES = [
    f"The {thing} of the old {place} was {done} in the year {year} by a man from the hills."
    for thing, place, done, year in (
        ("door", "mill", "painted", 1871),
        ("roof", "barn", "mended", 1902),
        ("wall", "fort", "raised", 1455),
        ("bell", "abbey", "cast", 1633),
        ("clock", "station", "stopped", 1919),
    )
]
LONG = sentence(random.Random(2), 60)


def judge(question: str, answer: str, **limits: Any) -> dict[str, Any]:
    stage = STAGES["heuristics"].make(Heuristics(**limits), context())
    return stage(frame_of([record("x", question, answer)])).verdicts.row(0, named=True)


def verdict(question: str, answer: str, **limits: Any) -> tuple[str, str]:
    row = judge(question, answer, **limits)
    return row["decision"], row["reason"]


@pytest.mark.parametrize(
    ("question", "answer", "reason", "shown"),
    [
        ("What?", ANSWER, "question_too_short", "5, limit 6"),
        (QUESTION, " \n ", "answer_too_short", "0, limit 1"),
        (QUESTION, "ship " * 1700, "answer_too_long", "8500, limit 8000"),
        ("What is {{ title }} about?", ANSWER, "template_left_over", "'{{ title }}'"),
        (QUESTION, "It is {% if x %}bright{% endif %}.", "template_left_over", "'{% if x %}'"),
        ("According to <passage>, what is it?", ANSWER, "template_left_over", "'<passage>'"),
        (QUESTION, "It was built by [INSERT NAME].", "template_left_over", "'[INSERT'"),
        (QUESTION, "Lorem ipsum dolor sit amet.", "template_left_over", "'Lorem ipsum'"),
        (QUESTION, "```python\nprint(1)", "open_code_fence", "never closed"),
        (QUESTION, "````\n```\nx\n```\n", "open_code_fence", "never closed"),
        (QUESTION, "<nooutput>", "no_output", "'<nooutput>'"),
        (QUESTION, "what does the lamp in the Harbour do, at night", "echo", "what does the lamp"),
        (QUESTION, "I'm sorry, but I can't help with that.", "refusal", "i'm sorry, but i can't"),
        (
            QUESTION,
            "the ship goes out and comes back " * 4 + "now",
            "repetition",
            "repeated 3-word sequences 0.70, limit 0.6: 'the ship goes' x 4",
        ),
        (QUESTION, "the cat sat " * 40, "runaway", "ends in 'the cat sat' x 39, limit 5"),
        (QUESTION, f"{LONG} {'a' * 80}", "runaway", "ends in 'a' x 80"),
        (QUESTION, "好的" * 300, "runaway", "ends in '好的' x 300"),
        (QUESTION, f"{'好的' * 900}. {LONG}", "loop", "limit 8: '好的好的"),
        (QUESTION, f"{LONG}\n\n{LONG}", "said_twice", "all of it is said twice: '"),
        (
            QUESTION,
            f"{LONG} {LONG} {' '.join(LONG.split()[:20])}",
            "repeated_sequences",
            "repeated 9-word sequences 0.57, limit 0.55: '",
        ),
        (QUESTION, "\n".join([*SENTENCES[:2], *SENTENCES[:1] * 3]), "repeated_lines", "x 4"),
        (
            QUESTION,
            " ".join(f"salty caramel {word}" for word in " ".join(SENTENCES[:2]).split()),
            "top_sequence",
            "'salty caramel' x ",
        ),
        (QUESTION, f"See {'x' * 900} there now", "word_length", "limit 15: 'xxxx"),
        (QUESTION, "It ## is # not ## a ??! } } } } } } } ; ; } ) ( & %% } ok", "signs", "'?"),
        (QUESTION, "#### a #### b " * 20, "symbols", "156 '#' and 0 '...' in 80 words: 1.95"),
        (
            QUESTION,
            "The lamp shines and...\nThe ship turns and...\nThe sea is...\nThe end is near.",
            "ellipsis_lines",
            "0.75 of 4 lines end in an ellipsis, limit 0.5: 'The lamp shines and...'",
        ),
        (GERMAN, GERMAN.replace("Lampe", "Laterne"), "language", "looks like 'de' (1.00)"),
    ],
)
def test_each_rule_fires_on_its_own_bad_case_and_shows_why(
    question: str, answer: str, reason: str, shown: str
) -> None:
    row = judge(question, answer)
    assert (row["decision"], row["reason"]) == ("drop", reason)
    assert shown in row["detail"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (QUESTION, ANSWER),
        ("6 + 3 = ?", "9"),
        ("A or B, which is larger?", "B"),
        ("What is the capital of France?", "Paris"),
        ("Which operator compares for inequality?", "!="),
        ("What is the default of `indent` in `json.dumps`?", "`None`."),
        ("Which port does HTTPS use?", "443."),
        ("How do I write nested JSON?", 'Use `json.dumps({"a": {"b": {"c": 1}}})`.'),
        ("How are braces escaped in an f-string?", "Double them, as in `f'{{}}'`."),
        ("How do I print an f-string?", "```python\nprint(f'{a:{width}}')\nx = {1: {2: 3}}\n```"),
        ("How do I print a name in a template?", "Use `{{ name }}` or `{% raw %}`."),
        ("How do I print a name in Jinja?", "Write {{ name }} there."),
        ("How is a percentage formatted?", "Write `'{:.1%}'.format(x)` or `'%d%%' % x`."),
        ("How many words has this text: Lorem ipsum dolor?", "Three words."),
        ("Write a letter to a professor.", "Dear [Insert name],\nI would like to meet you."),
        ("Show a fence inside a fence.", "````\n```\nx\n```\n````"),
        (
            "What is the signature of `shutil.copytree`?",
            "`shutil.copytree(src, dst, symlinks=False, ignore=None, copy_function=copy2, "
            "ignore_dangling_symlinks=False, dirs_exist_ok=False)`",
        ),
        (
            "Which planets have rings?",
            "- Jupiter has faint rings of dust.\n- Saturn has bright rings of ice.\n"
            "- Uranus has dark narrow rings.\n- Neptune has five named rings.",
        ),
        ("Begin four sentences.", "- In this paper...\n- Our aim...\n- We show...\n- We find..."),
        (
            "Give a truth table of p and q.",
            "p | q | p and q\n--- | --- | ---\n"
            + "T | F | F\nF | T | F\nF | F | F\nT | T | T\n" * 4,
        ),
        ("Tabulate them.", "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 30),
        ("Count to sixty.", ", ".join(map(str, range(1, 61)))),
        ("Compose with two notes.", "A A G G\nG G A A\nA A G G\nG G A A\nA A G G\nG G A A\n" * 2),
        ("Say it in Morse code.", ".. .-.. --- ...- . / -.-- --- ..- " * 5),
        ("Suggest hashtags.", " ".join(f"#WomenInScience{i}" for i in range(30))),
        ("Make an HTML table.", "<tr>\n" + "  <td>Row 1</td>\n" * 25 + "</tr>"),
        ("Solve x^2 - 4 = 0.", "x^2 = 4\nx = \\pm \\sqrt{4}\nx = 2 or x = -2\n" * 3),
        ("Sing a song with a refrain.", "\n\n".join(["Oh the sea, the sea!\nHo!", *SENTENCES] * 1)),
        ("Write ten to the eightieth.", "1" + "0" * 80),
        ("Sing it.", "\n".join([*SENTENCES[:4], *["Stars in the night, oh, stars!"] * 4])),
        ("Draw a line.", "Here it is:\n" + "-" * 90),
        ("Draw a cat, please.", " /\\_/\\\n( o.o )\n > ^ <\n" * 3),
        ("Reply with an emoji only.", "😀🎉👍"),
        ("Say hello in many emoji.", "😀 🎉 👍 🚀 🌍 " * 5),
        ("Schreibe eine Summe auf.", "1 + 1 = 2"),
    ],
)
def test_ordinary_records_pass(question: str, answer: str) -> None:
    assert verdict(question, answer) == ("keep", "")


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("ar", "ما هي عاصمة فرنسا؟", "عاصمة فرنسا هي باريس، وهي أكبر مدنها وتقع على نهر السين."),
        ("he", "מהי בירת צרפת?", "בירת צרפת היא פריז, והיא העיר הגדולה ביותר בצרפת על נהר הסן."),
        ("zh", "法国的首都是哪里？", "法国的首都是巴黎，它位于塞纳河畔，是法国最大的城市。" * 2),
        (
            "ja",
            "フランスの首都は？",
            "フランスの首都はパリで、セーヌ川のほとりにある最大の都市です。",
        ),
        ("hi", "फ्रांस की राजधानी क्या है?", "फ्रांस की राजधानी पेरिस है और यह सीन नदी के किनारे बसा है।"),
        ("th", "เมืองหลวงของฝรั่งเศสคืออะไร", "เมืองหลวงของฝรั่งเศสคือปารีสซึ่งตั้งอยู่ริมแม่น้ำแซน"),
        (
            "de",
            "Wie heißt das Gesetz?",
            "Rindfleischetikettierungsüberwachungsaufgabenübertragung.",
        ),
        ("ru", "Столица Франции?", "Столица Франции — Париж, крупнейший город страны на Сене."),
    ],
)
def test_no_script_is_dropped_for_itself(language: str, question: str, answer: str) -> None:
    stage = STAGES["heuristics"].make(Heuristics(), context())
    row = {**record("x", question, answer), "language": language}
    got = stage(frame_of([row])).verdicts.row(0, named=True)
    assert (got["decision"], got["reason"]) == ("keep", "")


def test_limits_come_from_the_settings() -> None:
    assert verdict("What?", ANSWER, min_question_chars=3) == ("keep", "")
    assert verdict(QUESTION, ANSWER, max_answer_chars=10) == ("drop", "answer_too_long")
    items = "- one big ship\n- two big ships\n- no ships\n- some ships"
    assert verdict(QUESTION, items, max_bullet_lines=0.9) == ("drop", "bullet_lines")
    refused = "I'm sorry, but I can't help with that."
    assert verdict(QUESTION, refused, on_refusal="flag") == ("flag", "refusal")
    assert verdict(QUESTION, refused, on_refusal="keep") == ("keep", "")
    chat = f"Sure! {ANSWER}"
    assert verdict(QUESTION, chat) == ("flag", "boilerplate")
    assert verdict(QUESTION, chat, on_boilerplate="drop") == ("drop", "boilerplate")
    assert verdict(QUESTION, chat, on_boilerplate="keep") == ("keep", "")


def test_a_rule_that_drops_goes_before_one_that_flags() -> None:
    assert verdict(QUESTION, "Sure! " + "the cat sat " * 40) == ("drop", "runaway")


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_gets_a_verdict_with_a_reason_for_drops(question: str, answer: str) -> None:
    row = judge(question, answer)
    assert row["reason"] != "error"
    assert bool(row["reason"]) == (row["decision"] != "keep") == bool(row["detail"])
