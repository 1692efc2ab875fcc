"""The teacher ``grounded-templates``: records by rule from the facts of a passage, no model.

It is named as rule-made wherever its records show. Its worth is checkable gold: every sentence it
writes is put together from a fact whose span is known.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson

from generators.facts import CODE, CONDITION, NUMBER, RAISES, Fact, terms
from generators.replies import Draft
from generators.teacher import Request, Task
from store.asking import Answered
from store.journal import Reply, request_key
from store.text import squeeze

VERSION = "1.0.0"
_ABSENT = "That cannot be answered from the documentation:"


@dataclass(frozen=True, slots=True)
class GroundedTemplates:
    """A teacher that fills templates; the same task always gets the same reply."""

    name: str

    async def ask(self, request: Request) -> Answered:
        """The template of the task's style filled with its fact, as JSON text."""
        task = request.task
        assert task is not None
        assert task.fact is not None
        rng = random.Random(task.seed.id)
        draft = TEMPLATES[task.seed.style](task, task.fact, rng)
        content = None
        if draft is not None:
            content = orjson.dumps(
                {"quotes": draft.quotes, "question": draft.question, "answer": draft.answer}
            ).decode()
        model = f"grounded-templates/{VERSION}"
        reply = Reply(content, "stop" if draft else "no_template", model, usd=0.0)
        return Answered(reply, request_key(task.seed.id, model), self.name)


def _question_answer(task: Task, fact: Fact, rng: random.Random) -> Draft | None:
    quote = _quote(task, fact)
    name = f"`{fact.subject}`"
    if fact.kind == "default":
        asked = [
            f"What is the default value of the `{fact.attribute}` parameter of {name}?",
            f"Which value does `{fact.attribute}` take when a call to {name} leaves it out?",
            f"In {name}, what does the parameter `{fact.attribute}` default to?",
        ]
        return Draft(rng.choice(asked), _default(fact), (quote,))
    if fact.kind == "parameters":
        asked = [
            f"Which parameters does {name} take?",
            f"What are the parameters of {name}, in order?",
        ]
        return Draft(rng.choice(asked), _parameters(fact), (quote,))
    if fact.kind == "field":
        return Draft(_field_question(fact, rng), _field(fact), (quote,))
    if fact.kind == "summary":
        asked = [f"What does the Python {_kind(task)} {name} do?", f"What is {name} for in Python?"]
        return Draft(rng.choice(asked), _summary(fact), (quote,))
    return _sentence_question(task, fact, quote)


def _sentence_question(task: Task, fact: Fact, quote: str) -> Draft | None:
    """Ask for a condition ("If X, Y"), an exception, or a named number or date of a sentence."""
    name = f"`{fact.subject}`" if task.document.kind == "python-api" else fact.subject
    condition, error = CONDITION.match(fact.value), RAISES.search(fact.value)
    code = CODE.search(fact.value)
    if error:
        asked = f"According to its documentation, when does {name} raise `{error.group(1)}`?"
    elif condition:
        asked = f"In {name}, what happens {condition.group(1).lower()} {condition.group(2)}?"
    elif code:
        term = code.group(1) or code.group(2)
        asked = f"What does the documentation of {name} say about `{term}`?"
    else:
        return None
    return Draft(asked, fact.value, (quote,))


def _cloze(task: Task, fact: Fact, rng: random.Random) -> Draft | None:
    if fact.kind == "field":
        gap = f"{_article(fact.attribute)} of {fact.subject} is ____."
        answer = f"{fact.value}. {_field(fact)}"
        return Draft(f"Fill in the blank: {_capital(gap)}", answer, (_quote(task, fact),))
    found = terms(fact)
    if not found:
        return None
    term = rng.choice(found)
    gap = f"{fact.value[: term.start()]}____{fact.value[term.end() :]}"
    where = f"`{fact.subject}`" if task.document.kind == "python-api" else fact.subject
    question = f'Fill in the blank in this sentence about {where}: "{gap}"'
    word = next((group for group in term.groups() if group), term.group(0))
    answer = f'The missing term is "{word}". The sentence reads: "{fact.value}"'
    return Draft(question, answer, (_quote(task, fact),))


def _true_false(task: Task, fact: Fact, rng: random.Random) -> Draft | None:
    truth = rng.random() < 0.5
    if fact.kind == "default":
        value = fact.value if truth else rng.choice([v for v in _DEFAULTS if v != fact.value])
        stated = f"the parameter `{fact.attribute}` of `{fact.subject}` defaults to `{value}`"
        fact_text = _default(fact)
    elif fact.kind == "parameters":
        count = fact.value.count("`") // 2
        other = count if truth else count + rng.choice([1, 2])
        stated = f"`{fact.subject}` takes {_plural(other, 'named parameter')}"
        fact_text = f"`{fact.subject}` takes {_plural(count, 'named parameter')}: {fact.value}."
    else:
        changed = fact.value if truth else _other_number(fact.value, rng)
        if changed is None:
            return None
        stated = f"{_article(fact.attribute)} of {fact.subject} is {changed}"
        fact_text = _field(fact)
    verdict = "True" if truth else "False"
    return Draft(f"True or false: {stated}.", f"{verdict}. {fact_text}", (_quote(task, fact),))


_DEFAULTS = ("None", "True", "False", "0", "1", "''")


def _other_number(value: str, rng: random.Random) -> str | None:
    """The value with its first number changed, or None where it has none."""
    match = NUMBER.search(value)
    if not match:
        return None
    number = float(match.group(0).replace(",", "")) * rng.choice([0.5, 1.5, 2])
    text = f"{number:,.0f}" if number >= 10 else f"{number:.2f}"
    return f"{value[: match.start()]}{text}{value[match.end() :]}"


def _signature(task: Task, fact: Fact, rng: random.Random) -> Draft | None:
    asked = [
        f"What is the signature of `{fact.subject}`?",
        f"Write the call signature of the Python {_kind(task)} `{fact.subject}`, with defaults.",
    ]
    answer = f"The signature of `{fact.subject}` is `{fact.value}`."
    return Draft(rng.choice(asked), answer, (_quote(task, fact),))


def _comparison(task: Task, fact: Fact, rng: random.Random) -> Draft | None:
    other = task.other_fact
    if other is None or task.other is None:
        return None
    quotes = (_quote(task, fact), squeeze(task.other.text[other.start : other.end]))
    if fact.kind == "field":
        name = fact.attribute.lower()
        question = f"Compare {fact.subject} and {other.subject} by {name}."
        return Draft(question, f"{_field(fact)} {_field(other)}", quotes)
    asked = [
        f"How do `{fact.subject}` and `{other.subject}` differ?",
        f"When would you use `{fact.subject}` and when `{other.subject}`?",
    ]
    return Draft(rng.choice(asked), f"{_summary(fact)} {_summary(other)}", quotes)


def _not_answerable(task: Task, fact: Fact, rng: random.Random) -> Draft | None:
    other = task.other_fact
    if other is None:
        return None
    if fact.kind == "default":
        question = (
            f"What is the default value of the `{other.attribute}` parameter of `{fact.subject}`?"
        )
        answer = f"{_ABSENT} `{fact.subject}` has no parameter named `{other.attribute}`."
        signature = re.search(r"`([^`\n]+\(.*\))`", task.document.text)
        return Draft(question, answer, (signature.group(1) if signature else _quote(task, fact),))
    name = _article(other.attribute)
    question = f"What is {name} of {fact.subject}?"
    answer = f"{_ABSENT} it does not state {name} of {fact.subject}."
    return Draft(question, answer, (_quote(task, fact),))


def _quote(task: Task, fact: Fact) -> str:
    return squeeze(task.document.text[fact.start : fact.end])


def _default(fact: Fact) -> str:
    return f"The default value of `{fact.attribute}` in `{fact.subject}` is `{fact.value}`."


def _parameters(fact: Fact) -> str:
    some = "parameter" if fact.value.count("`") == 2 else "parameters"
    return f"`{fact.subject}` takes the {some} {fact.value}."


def _summary(fact: Fact) -> str:
    end = "" if fact.value[-1:] in ".!?" else "."
    return f"The documentation of `{fact.subject}` says: {fact.value}{end}"


def _field(fact: Fact) -> str:
    end = "" if fact.value.endswith(".") else "."
    return f"{_capital(_article(fact.attribute))} of {fact.subject} is {fact.value}{end}"


def _field_question(fact: Fact, rng: random.Random) -> str:
    name = _article(fact.attribute)
    return rng.choice(
        [f"What is {name} of {fact.subject}?", f"Please state {name} of {fact.subject}."]
    )


def _article(attribute: str) -> str:
    lowered = attribute if attribute[1:2].isupper() else attribute[0].lower() + attribute[1:]
    return lowered if lowered.startswith("the ") else f"the {lowered}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _kind(task: Task) -> str:
    match = re.search(r"` is a (function|method|class) of the ", task.document.text)
    return match.group(1) if match else "object"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


TEMPLATES: Mapping[str, Callable[[Task, Fact, random.Random], Draft | None]] = {
    "question_answer": _question_answer,
    "cloze": _cloze,
    "true_false": _true_false,
    "signature": _signature,
    "comparison": _comparison,
    "not_answerable": _not_answerable,
}


def stated(fact: Fact) -> str | None:
    """The fact as one sentence that can be understood alone; None for a kind without a template."""
    if fact.kind == "default":
        return _default(fact)
    if fact.kind == "parameters":
        return _parameters(fact)
    if fact.kind == "signature":
        return f"The signature of `{fact.subject}` is `{fact.value}`."
    if fact.kind == "summary":
        return _summary(fact)
    return _field(fact) if fact.kind == "field" else None
