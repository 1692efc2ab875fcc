"""Refusals, chatter and echoes: what refuses as a whole, and what only looks like it."""

from __future__ import annotations

import pytest

from filters.phrases import DISCLAIMERS, REFUSAL_CUES, REFUSALS
from filters.refusals import boilerplate, echo, no_output, open_fence, refusal

QUESTION = "How high is the tower in the old harbour?"
LONG = "The tower has seven floors and a lamp that turns all night above the water. " * 6


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I can't assist with that.",
        "I’m sorry, but I can’t help with that request.",
        "Sorry, I cannot provide that information.",
        "I apologize, but I am unable to answer this question.",
        "Unfortunately, I am not able to access the internet.",
        "I cannot fulfill this request.",
        "I'm very sorry. I can't generate such content.",
        "As an AI language model, I don't have access to real-time data.",
        "As an AI, I cannot predict that. Please ask an expert.",
        "I'm just an AI assistant, so I can't open links.",
        "It would be unethical for me to explain this.",
        "Es tut mir leid, aber ich kann dir dabei nicht helfen.",
        "Leider kann ich diese Frage nicht beantworten.",
        "Als KI-Sprachmodell habe ich keine Meinung.",
        "Als KI habe ich keinen Zugriff auf aktuelle Daten.",
        "Je suis désolé, mais je ne peux pas vous aider.",
        "Désolée, je ne peux pas répondre à cette question.",
        "En tant qu'intelligence artificielle, je n'ai pas d'opinion.",
        "Lo siento, pero no puedo ayudarte con eso.",
        "Como modelo de lenguaje, no tengo acceso a internet.",
    ],
)
def test_what_refuses_as_a_whole(answer: str) -> None:
    found = refusal(QUESTION, answer)
    assert found is not None
    assert found.whole
    assert answer.casefold().replace("’", "'").startswith(found.phrase)


@pytest.mark.parametrize(
    "answer",
    [
        "That cannot be answered from the documentation: `f` has no parameter named `g`.",
        "I'm sorry, but the passage does not say how high it is.",
        "I'm sorry, but I cannot answer that from the given passage.",
        "I cannot answer this question, as the text does not mention the tower.",
        "Unfortunately, I cannot find that in the documentation.",
        "Leider kann ich das anhand der Dokumentation nicht beantworten.",
        "Je suis désolé, mais je ne peux pas répondre : le passage n'en parle pas.",
        "Lo siento, no puedo responder: el pasaje no lo dice.",
        "Models often answer \"I'm sorry, but I can't help with that.\" to such questions.",
        "\"I'm sorry, but I can't help you\", she said.",
        "A refusal such as 'As an AI, I cannot' is called a disclaimer.",
        "It cannot be opened from outside.",
        "I can't say it better: seven floors.",
        "Sorry state of affairs aside, it is 40 m high.",
        "Unfortunately, the tower was pulled down in 1902.",
        "Leider wurde der Turm 1902 abgerissen und nicht wieder aufgebaut.",
        "Malheureusement, la tour n'existe plus.",
        "As an airport, it cannot be very high.",
    ],
)
def test_what_only_looks_like_a_refusal(answer: str) -> None:
    assert refusal(QUESTION, answer) is None


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (QUESTION, f"I'm sorry, but I can't give the exact number. However, {LONG}"),
        (QUESTION, f"As an AI language model, I cannot see it. {LONG}"),
        (QUESTION, "As an AI, I have no opinion, but the tower is 40 m high."),
        (
            "Write a letter that turns an offer down.",
            "I am sorry, but I cannot offer you it.",
        ),
        ("Can you think like a human?", "As an AI, I do not think as humans do."),
        ("Say sorry as a chatbot does.", "I'm sorry, but I can't help with that."),
        ("Rewrite this sentence: I can't.", "I'm sorry, I am not able to do that."),
    ],
)
def test_a_refusal_in_part_or_in_somebodys_name_is_no_whole_one(question: str, answer: str) -> None:
    found = refusal(question, answer)
    assert found is not None
    assert not found.whole


def test_a_stock_refusal_is_one_whatever_was_asked_for() -> None:
    found = refusal("Translate this sentence: Guten Tag.", "I'm sorry, but I can't help with that.")
    assert found is not None
    assert found.whole


def test_the_cheap_look_misses_no_language() -> None:
    assert set(REFUSALS) == set(DISCLAIMERS) == {"en", "de", "fr", "es"}
    assert all(cue == cue.casefold() for cue in REFUSAL_CUES)


@pytest.mark.parametrize(
    ("answer", "phrase"),
    [
        ("Sure! Here is the height: 40 m.", "sure!"),
        ("Certainly! It is 40 m.", "certainly!"),
        ("Bien sûr ! Elle fait 40 m.", "bien sûr !"),
        ("It is 40 m high. I hope this helps!", "hope this helps"),
        ("It is 40 m high. Let me know if you have any further questions.", "let me know if you"),
        ("Es sind 40 m. Ich hoffe, das hilft.", "ich hoffe, das hilft"),
        ("It is 40 m high. Subscribe to our newsletter!", "subscribe to our newsletter"),
        ("We use cookies. It is 40 m high.", "we use cookies"),
        ("40 m. © 2020. All rights reserved.", "all rights reserved"),
    ],
)
def test_chatter_and_web_furniture(answer: str, phrase: str) -> None:
    found = boilerplate(QUESTION, answer)
    assert found is not None
    assert found.phrase == phrase


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (QUESTION, "Surely 40 m."),
        (QUESTION, "It is certainly 40 m high; of course the mast is higher."),
        ("Write an e-mail to a client.", "Dear Ann,\nLet me know if you need more.\nBob"),
        ("What does 'All rights reserved' mean?", "'All rights reserved' is a notice."),
        (QUESTION, f"Let me know if you see it. {LONG}"),
    ],
)
def test_no_chatter(question: str, answer: str) -> None:
    assert boilerplate(question, answer) is None


@pytest.mark.parametrize(
    ("question", "answer", "found"),
    [
        ("How high is it?", "How high is it?", True),
        ("How high is it?", "how high is IT", True),
        ("How high is it?", "How high it is!", False),
        ("Correct this sentence: He go.\nHe goes.", "He goes.", False),
        ("!!", "??", False),
        ("", "", False),
    ],
)
def test_echo_is_the_whole_question_and_no_more(question: str, answer: str, found: bool) -> None:
    assert (echo(question, answer) is not None) == found


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("<nooutput>", True),
        ("No output required.", True),
        ("[no input]", True),
        ("No", False),
        ("None", False),
        ("N/A", False),
        ("No output is written, since stdout is closed.", False),
    ],
)
def test_placeholders_for_an_answer(answer: str, found: bool) -> None:
    assert (no_output(answer) is not None) == found


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("no code", False),
        ("```\nx\n```", False),
        ("```\nx", True),
        ("````\n```\nx\n```\n````", False),
        ("````md\n```\nx\n```\n", True),
        ("```\nx\n````", False),
    ],
)
def test_open_fences(answer: str, found: bool) -> None:
    assert open_fence(answer) == found
