"""The method ``dialogue``: a conversation with a user who has a goal, grounded in a passage.

The user is played by the teacher without sight of the passage, so that it asks as people do who do
not know the answer (simulated users with goals, as in UltraChat, arXiv 2305.14233, and Baize, arXiv
2304.01196). The assistant answers from the passage and quotes it; every answer is verified.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from pydantic import Field, model_validator

from configs.model import Model
from generators.catalogue import Entry
from generators.examples import example
from generators.prompts import load_prompt
from generators.replies import QUOTES, TEXT, Draft, form, read_form
from generators.teacher import Ask, Request, Task
from generators.writing import REPAIR, Outcome, Read, about_passage, calls_of, write
from store.replies import Unusable

USER, ASSISTANT = load_prompt("dialogue/user@1.0.0"), load_prompt("dialogue/assistant@1.0.0")
ASKED = form(goal=TEXT, done={"type": "boolean"}, message=TEXT)
ANSWERED = form(quotes={**QUOTES, "minItems": 0}, message=TEXT)


class Settings(Model):
    """How long conversations are."""

    min_turns: int = Field(2, ge=1, le=20, description="Answers a conversation has at least.")
    max_turns: int = Field(4, ge=1, le=20, description="Answers after which it ends.")

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.min_turns > self.max_turns:
            raise ValueError("min_turns may be at most max_turns")
        return self


@dataclass
class _Talk:
    """A conversation as far as it has come."""

    said: list[dict[str, str]] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    goal: str = ""
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def turns(self) -> int:
        return sum(turn["role"] == "assistant" for turn in self.said)


def render(task: Task) -> Request:
    """The request for the user's first words."""
    return _to_user(task, _Talk())


def _to_user(task: Task, talk: _Talk) -> Request:
    """What the user says next: of the passage it is not shown but the subject."""
    persona = dict(task.seed.conditions).get("persona", "")
    told = {"title": task.document.title, "goal": talk.goal, "said": talk.said}
    return about_passage(task, USER, ASKED, persona=persona, **told)


def read(text: str, task: Task) -> Draft:
    """What the user says, with goal and end among the notes.

    Raises:
        ParseError: the reply breaks the schema; the message is fit to send back.
    """
    said, rung = read_form(text, ASKED)
    return Draft(said["message"], "", (), rung, notes={"goal": said["goal"], "done": said["done"]})


def read_answer(text: str, task: Task) -> Draft:
    """What the assistant says, with its quotes.

    Raises:
        ParseError: the reply breaks the schema; the message is fit to send back.
    """
    said, rung = read_form(text, ANSWERED)
    return Draft("", said["message"], said["quotes"], rung)


async def compose(request: Request, read: Read, ask: Ask) -> Outcome:
    """User and assistant in turn, until the user is done or the conversation is long enough."""
    task = request.task
    assert task is not None and isinstance(task.settings, Settings)
    talk = _Talk()
    while talk.turns < task.settings.max_turns:
        asked = await write(_to_user(task, talk), read, ask)
        talk.outcomes.append(asked)
        if not isinstance(asked.draft, Draft):
            break
        talk.goal = talk.goal or asked.draft.notes["goal"]
        if asked.draft.notes["done"] and talk.turns:
            break
        said = [*talk.said, {"role": "user", "content": asked.draft.question}]
        shown = about_passage(task, ASSISTANT, ANSWERED, said=said)
        answered = await write(shown, read_answer, ask)
        talk.outcomes.append(answered)
        if not isinstance(answered.draft, Draft):
            break
        talk.said = [*said, {"role": "assistant", "content": answered.draft.answer}]
        talk.quotes += answered.draft.quotes
    return Outcome(_draft(talk, task.settings), request, calls_of(talk.outcomes))


def _draft(talk: _Talk, settings: Settings) -> Draft | Unusable:
    """The conversation as a record; its question and answer are all that each side says, so that
    every stage sees all of it.
    """
    last = talk.outcomes[-1].draft
    if talk.turns < settings.min_turns:
        ended = Unusable("too_short", f"the user was done after {talk.turns} answers")
        return last if isinstance(last, Unusable) else ended
    asked, answered = (
        "\n\n".join(turn["content"] for turn in talk.said if turn["role"] == role)
        for role in ("user", "assistant")
    )
    notes = {"goal": talk.goal, "turns": talk.turns}
    quotes = tuple(dict.fromkeys(talk.quotes))
    return Draft(asked, answered, quotes, conversation=tuple(talk.said), notes=notes)


ENTRY = Entry(
    summary="A conversation with a user who has a goal; every answer is grounded.",
    paper="simulated users with goals, after UltraChat, arXiv 2305.14233",
    inputs="passages; the condition `persona` says who asks",
    outputs="messages, quotes, metadata.goal",
    styles={"goal": 1.0},
    prompts=(USER, ASSISTANT, REPAIR),
    render=render,
    read=read,
    compose=compose,
    settings=Settings,
    calls=lambda settings: 2 * settings.max_turns,
    example=example("dialogue"),
)
