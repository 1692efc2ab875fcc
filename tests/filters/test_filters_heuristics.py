"""Heuristics: each rule on its own bad case, none on ordinary records."""

from __future__ import annotations

import time

import pytest
from made_records import context, frame_of, record

import filters
from configs.filters import Heuristics
from filters.heuristics import repetition
from store.stages import STAGES

assert filters
QUESTION = "What does the lamp in the harbour do at night?"
ANSWER = "It shows ships the way into the harbour."
GERMAN = (
    "Die Lampe im Hafen zeigt den Schiffen in der Nacht den Weg, damit sie nicht auf die Felsen "
    "laufen, und sie wird von einem alten Mann bewacht."
)


def verdict(question: str, answer: str, **limits: float) -> tuple[str, str]:
    stage = STAGES["heuristics"].make(Heuristics(**limits), context())
    row = stage(frame_of([record("x", question, answer)])).verdicts.row(0, named=True)
    return row["decision"], row["reason"]


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        ("What?", ANSWER, "question_too_short"),
        (QUESTION, " a ", "answer_too_short"),
        (QUESTION, "", "answer_too_short"),
        (QUESTION, "ship " * 1700, "answer_too_long"),
        ("What is {{ title }} about?", ANSWER, "template_left_over"),
        (QUESTION, "It is {% if focus %}bright{% endif %}.", "template_left_over"),
        ("According to <passage>, what is it?", ANSWER, "template_left_over"),
        (QUESTION, "It was built by [INSERT NAME].", "template_left_over"),
        (QUESTION, "Lorem ipsum dolor sit amet.", "template_left_over"),
        (QUESTION, "```python\nprint(1)", "open_code_fence"),
        (QUESTION, "the ship goes out and comes back " * 8, "repetition"),
        (GERMAN, GERMAN, "language"),
    ],
)
def test_each_rule_fires_on_its_own_bad_case(question: str, answer: str, reason: str) -> None:
    assert verdict(question, answer) == ("drop", reason)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (QUESTION, ANSWER),
        ("What is the default of `indent` in `json.dumps`?", "`None`."),
        ("What is 2 to the power of 10?", "1024"),
        ("Which port does HTTPS use?", "443."),
        ("What is the signature of `statistics.mean`?", "`statistics.mean(data)`"),
        ("How do I write nested JSON?", 'Use `json.dumps({"a": {"b": {"c": 1}}})`.'),
        ("How are braces escaped in an f-string?", "Double them, as in `f'{{}}'`."),
        ("How do I print an f-string?", "```python\nprint(f'{a:{width}}')\nx = {1: {2: 3}}\n```"),
        ("How is a percentage formatted?", "Write `'{:.1%}'.format(x)` or `'%d%%' % x`."),
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
        ("Translate `Guten Tag` into English.", "`Guten Tag` means good day, a usual greeting."),
    ],
)
def test_ordinary_records_pass(question: str, answer: str) -> None:
    assert verdict(question, answer) == ("keep", "")


def test_limits_come_from_the_settings() -> None:
    assert verdict("What?", ANSWER, min_question_chars=3) == ("keep", "")
    assert verdict(QUESTION, ANSWER, max_answer_chars=10) == ("drop", "answer_too_long")
    assert verdict(GERMAN, GERMAN, min_language_score=1.0)[1] in ("", "language")


def test_the_verdict_names_what_was_measured() -> None:
    stage = STAGES["heuristics"].make(Heuristics(), context())
    row = stage(frame_of([record("x", "Why?", ANSWER)])).verdicts.row(0, named=True)
    assert row["score"] == 4.0
    assert row["detail"] == "4, limit 12"


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("a b c", 0.0),
        (" ".join(f"word{i}" for i in range(30)), 0.0),
        ("one two three " * 7, 1 - 3 / 19),
        (" ".join(f"w{i}" for i in range(20)) + " w0 w1 w2", 1 / 21),
    ],
)
def test_repetition_by_hand(text: str, share: float) -> None:
    assert repetition(text) == pytest.approx(share)


def test_a_long_text_without_spaces_is_no_trap() -> None:
    started = time.perf_counter()
    assert verdict("a" * 200_000, ANSWER)[0] in ("keep", "drop")
    assert time.perf_counter() - started < 10
