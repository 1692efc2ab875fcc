"""Finding out how a server binds replies to a schema: it is asked for prose, and for JSON.

"200 OK" does not mean that a schema was enforced; several servers ignore it without a word. So the
words of the prompt ask for prose and the way of asking for an object that free text does not hit by
chance. A probe costs one small call per way and is sent only where someone asks for it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, Literal

import jsonschema
import orjson

from configs.errors import TeacherUnavailable
from configs.teachers import Structured, Teacher
from generators.prompts import load_prompt
from generators.teachers.endpoint import ADAPTERS, Endpoint, key_of
from generators.teachers.prices import Price
from generators.teachers.run import Run
from store.asking import Question, Unanswered
from store.journal import Reply

PROMPT = "probe/prose@1.0.0"
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "moorings": {"type": "integer"},
        "shade": {"type": "string", "enum": ["vermilion-7", "cerulean-4"]},
    },
    "required": ["moorings", "shade"],
    "additionalProperties": False,
}
_TRIES = 2

Finding = Literal["enforced", "ignored", "rejected", "failed"]
"""What a way of asking came to: JSON of the schema, anything else with 200, 4xx, no answer."""


async def probe(
    teacher: Teacher, run: Run, secret: str, price: Price | None
) -> dict[Structured, Finding]:
    """Ask once in every way, and let the journal remember the best one. Always asks anew.

    Raises:
        BudgetExceeded: the next call could pass a ceiling.
    """
    found: dict[Structured, Finding] = {}
    for way in ADAPTERS[teacher.kind].LADDER:
        few = min(_TRIES, teacher.attempts)
        fixed = teacher.model_copy(update={"structured": way, "attempts": few})
        found[way] = await _ask(Endpoint(fixed, run, secret, price), way)
    best = best_way(found)
    if best is not None:
        run.journal.learn(str(teacher.base_url), str(teacher.model), best, found)
    return found


def best_way(found: Mapping[Structured, Finding]) -> Structured | None:
    """The strictest way that is enforced, else ``none``; None where the probe does not say,
    because nothing was answered or a way that may be enforced was not.
    """
    enforced = next((way for way, came in found.items() if came == "enforced"), None)
    answered = "ignored" in found.values() and "failed" not in found.values()
    return enforced or ("none" if answered else None)


async def _ask(endpoint: Endpoint, way: Structured) -> Finding:
    prompt = load_prompt(PROMPT)
    sample = random.getrandbits(31)  # so that no earlier probe's reply answers this one
    messages = tuple(prompt.render())
    request = Question(messages, SCHEMA, prompt.id, prompt.sha256, sample, sample)
    key = key_of(request, endpoint.settings)
    try:
        async with endpoint:
            reply = await endpoint.answer(request, key, (key,))
    except (Unanswered, TeacherUnavailable):
        turned_down = endpoint.outcomes["rejected"] + endpoint.outcomes["refused"]
        return "rejected" if turned_down else "failed"
    return "enforced" if _obeys(reply, way) else "ignored"


def _obeys(reply: Reply, way: Structured) -> bool:
    """Whether a reply is JSON as it was asked for; ``json_object`` promises no schema."""
    try:
        data = orjson.loads(reply.content or "")
    except orjson.JSONDecodeError:
        return False
    if way == "json_object":
        return isinstance(data, dict)
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(data)
