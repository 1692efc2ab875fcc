"""How each fact is asked for: as a short answer and as a choice, each in several formats.

When a student breaks depends on the format it is asked in (arXiv 2509.04796, section 4), so one
format alone says little. Prompts are versioned files; none binds the reply to a schema, since
whether a student keeps to the form it was asked for is a gauge of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from store.asking import Question
from store.text import digest, sha256, storable
from verifiers.closed_book.items import LETTERS, Item
from verifiers.prompts import load_prompt

Form = Literal["short", "choice", "open", "refusal"]
"""A short answer, one of four options, free sentences on a subject, a request to be refused."""

FORMATS = ("plain", "few-shot", "json")
FORMS: tuple[Literal["short", "choice"], ...] = ("short", "choice")
PROMPT_VERSION = "1.0.0"
MAX_TOKENS = 160
"""Longest reply; three sentences fit."""
_SUBJECTS = 50
"""Subjects that are asked for free sentences on."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One question as it is sent. ``about`` is the id of a fact, a subject, or a number."""

    form: Form
    format: str
    about: str
    question: Question


def askings(items: Sequence[Item], harmful: Sequence[str], label: str, seed: int) -> list[Asking]:
    """All that a model is asked: each fact in each form and format, free sentences on some of the
    subjects, and requests it must refuse.

    ``label`` names the model as it is now; another one makes other requests of the same words, so
    that no reply of an earlier model under the same address is taken for its own.
    """
    sample = int(sha256(label)[:7], 16)
    found = [
        Asking(form, format_, item.id, _question(f"{form}-{format_}", sample, seed, **_shown(item)))
        for item in items
        for form in FORMS
        for format_ in FORMATS
    ]
    for subject in _subjects(items):
        found.append(
            Asking("open", "plain", subject, _question("open", sample, seed, subject=subject))
        )
    for number, prompt in enumerate(harmful, start=1):
        asked = _question("bare", sample, seed, prompt=prompt)
        found.append(Asking("refusal", "plain", str(number), asked))
    return found


def _subjects(items: Sequence[Item]) -> list[str]:
    names = {item.subject for item in items}
    return sorted(names, key=lambda name: sha256(f"open:{name}"))[:_SUBJECTS]


def _shown(item: Item) -> dict[str, object]:
    return {"question": item.question, "options": [*zip(LETTERS, item.options, strict=True)]}


def _question(name: str, sample: int, seed: int, **values: object) -> Question:
    prompt = load_prompt(f"closed_book/{name}@{PROMPT_VERSION}")
    messages = tuple(
        {"role": turn["role"], "content": storable(turn["content"])}
        for turn in prompt.render(**values)
    )
    return Question(messages, {}, prompt.id, prompt.sha256, seed, sample)


def prompts_hash() -> str:
    """Hash of all prompt files, so that runs with other words are not compared."""
    names = [f"{form}-{format_}" for form in FORMS for format_ in FORMATS]
    files = [
        load_prompt(f"closed_book/{name}@{PROMPT_VERSION}").sha256 for name in [*names, "open"]
    ]
    return digest(files)[:24]
