"""What the scripted teacher answers to the methods that ask in a form of their own."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

CALLS = {
    "math.gcd": ("What is the greatest common divisor of 12 and 18?", {"integers": [12, 18]}),
    "math.isqrt": ("What is the whole square root of 17?", {"n": 17}),
    "math.factorial": ("In how many orders can six books stand?", {"n": 6}),
    "math.comb": ("How many hands of 2 out of 5 cards are there?", {"n": 5, "k": 2}),
    "math.floor": ("What is 7.9, rounded down?", {"x": 7.9}),
}
"""Calls that it knows to make."""
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
Fields = dict[str, Any]


class Shown:
    """What a request shows: its passages by sentence, its subject, and the whole text."""

    def __init__(self, text: str, seed: int) -> None:
        self.text, self.seed = text, seed
        passages = re.findall(r"<passage>\n(.*?)\n</passage>", text, re.DOTALL)
        self.passages = [_sentences(passage) for passage in passages]
        title = re.search(r'(?:Passage from "|The subject: )([^">\n]+)', text)
        self.subject = title[1].strip() if title else "it"

    def one(self, place: int | None = None) -> str:
        """A sentence of the first passage, by the seed."""
        found = self.passages[0]
        return found[(self.seed if place is None else place) % len(found)]


def _sentences(passage: str) -> list[str]:
    found = re.findall(r"[A-Z][^.\n*]{30,220}\.(?=\s|$)", passage)
    return found or [next(line for line in passage.splitlines() if line.strip())]


def answer(wanted: list[str], text: str, seed: int) -> Fields | None:
    """The reply to a request for these fields, None where no method asks for them."""
    for names, reply in _REPLIES.items():
        if wanted == list(names):
            return reply(Shown(text, seed))
    if wanted[:1] == ["quotes"] and "The record has these attributes" in text:
        shown = Shown(text, seed)
        return {**dict.fromkeys(wanted, shown.one()), "quotes": [shown.one()]}
    if wanted == ["quotes", "question", "answer"] and "Both passages name this:" in text:
        return _multihop(Shown(text, seed))
    return None


def _multihop(shown: Shown) -> Fields:
    quotes = [sentences[shown.seed % len(sentences)] for sentences in shown.passages]
    asked = f"What links {shown.subject} to the other one, in the way of fact {shown.seed % 997}?"
    return {"quotes": quotes, "question": asked, "answer": " ".join(quotes)}


def _rewrite(shown: Shown) -> Fields:
    style = re.search(r"Rewrite it as (?:a |an )?(\w+)|Condense", shown.text)
    said, every = (style[1] if style else None), shown.passages[0][:3]
    every = every if len(every) > 1 else every * 2
    stated = re.findall(r"- \*\*([^:*]+):\*\* (.+)", shown.text)
    rows = [f"| {name} | {value} |" for name, value in stated] or [f"| it | {every[0]} |"]
    made = {
        "list": "".join(f"- {each}\n" for each in every),
        "questions": "".join(f"Q: What about {shown.subject}?\nA: {each}\n" for each in every),
        "explanation": "".join(f"{i}. {each}\n" for i, each in enumerate(every, 1)),
        "Markdown": "\n".join([f"| {shown.subject} | value |", "|---|---|", *rows]),
        "clear": " ".join(every),
    }
    return {"text": made.get(str(said), shown.one())}


def _backtranslate(shown: Shown) -> Fields:
    asked = f"Tell me all that one should know about {shown.subject}, number {shown.seed % 997}."
    return {"instruction": asked, "fit": 2 if shown.seed % 5 == 0 else 5}


def _persona(shown: Shown) -> Fields:
    said, who = shown.one(), ("A teacher", "A pilot", "A nurse")[shown.seed % 3]
    asked = f"As {who.lower()}, what should I know of {shown.subject}, case {shown.seed % 997}?"
    return {"persona": f"{who} in town.", "quotes": [said], "question": asked, "answer": said}


def _final(sentence: str) -> str:
    numbers = _NUMBER.findall(sentence)
    return numbers[0] if numbers else sentence.split()[-1].strip(".")


def _pose(shown: Shown) -> Fields:
    place = shown.seed % len(shown.passages[0])
    said = shown.one(place)
    asked = f"What follows for {shown.subject} from the fact with the number {place}?"
    return {"quotes": [said], "question": asked, "answer": said, "final": _final(said)}


def _solve(shown: Shown) -> Fields:
    place = int(re.findall(r"the fact with the number (\d+)", shown.text)[-1])
    said, other = shown.one(place), shown.one(place + 1)
    if shown.seed % 4 == 1:  # a trace that goes astray
        said = shown.one(place + 1)
    return {"reasoning": other, "answer": said, "final": _final(said)}


def _evolve(shown: Shown) -> Fields:
    mark = int(hashlib.sha256(shown.text.encode()).hexdigest()[:4], 16)
    how = ("Which detail is", "What evidence is")[mark % 2]
    if mark % 7 == 0:  # it did not get harder
        return {"question": re.findall(r"The old question: (.+)", shown.text)[-1]}
    return {"question": f"{how} there on {shown.subject} when case {mark} is looked at closely?"}


def _quoted(shown: Shown) -> Fields:
    return {"quotes": [shown.one()], "answer": shown.one()}


def _user(shown: Shown) -> Fields:
    turns = len(re.findall(r"(?m)^The assistant: ", shown.text))
    asked = ("What should I know about", "And what else is there to know about", "And what of")
    said = f"{asked[turns % 3]} {shown.subject}, for plan {shown.seed % 997}?"
    return {"goal": f"Know {shown.subject}.", "done": turns >= 2, "message": said}


def _assistant(shown: Shown) -> Fields:
    turns = len(re.findall(r"(?m)^You: ", shown.text))
    said = shown.one(shown.seed + turns)
    return {"quotes": [said], "message": said}


def _task(shown: Shown) -> Fields:
    shown_tasks = re.findall(r"(?m)^- (.+)", shown.text)
    asked = f"Write a note for a wall on {shown.subject}, item {shown.seed % 997}."
    if shown.seed % 6 == 0 and shown_tasks:  # nothing new
        asked = shown_tasks[0]
    return {"instruction": asked, "quotes": [shown.one()], "answer": shown.one()}


def _call(shown: Shown) -> Fields:
    tool = json.loads(re.findall(r'(?m)^\{"type":"function".*$', shown.text)[0])["function"]
    values = dict.fromkeys(tool["parameters"]["required"], 2 + shown.seed % 3)
    usual = (f"What does one get for {values} with {tool['description'][:40]}?", values)
    asked, arguments = CALLS.get(tool["name"], usual)
    return {"question": asked, "arguments": json.dumps(arguments)}


_REPLIES: dict[tuple[str, ...], Callable[[Shown], Fields]] = {
    ("text",): _rewrite,
    ("instruction", "fit"): _backtranslate,
    ("persona", "quotes", "question", "answer"): _persona,
    ("quotes", "question", "answer", "final"): _pose,
    ("reasoning", "answer", "final"): _solve,
    ("question",): _evolve,
    ("quotes", "answer"): _quoted,
    ("goal", "done", "message"): _user,
    ("quotes", "message"): _assistant,
    ("instruction", "quotes", "answer"): _task,
    ("question", "arguments"): _call,
}


def completed(prompt: str, seed: int) -> str:
    """What is written after a raw prompt: a user's turn that is open, or an answer to it."""
    shown = Shown(prompt, seed)
    if prompt.rstrip().endswith("<|im_start|>user"):
        return f"what should one know about {shown.subject}, fact number {seed % 1000}?"
    return json.dumps(_quoted(shown))
