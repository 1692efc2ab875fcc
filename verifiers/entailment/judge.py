"""A teacher as judge of pairs: it sees a claim and a passage, and nothing of who wrote the claim.

It gives its reason before its verdict. A reply that cannot be read is no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence

from store.asking import AskAll
from store.hearing import Heard, hear, pose, reply_schema
from store.stages import Entail, Entailed, Pair
from store.text import storable
from verifiers.prompts import load_prompt

REPAIR = "entailment/repair@1.0.0"
_SCHEMA = reply_schema(
    {
        "verdict": {"type": "string", "enum": ["supported", "contradicted", "not_found"]},
        # An enum, since many servers do not keep to bounds.
        "confidence": {"type": "integer", "enum": list(range(0, 101, 10))},
    }
)
_SAID = 400
"""Characters of a reason that are kept."""


def judge(prompt: str, ask: AskAll) -> Entail:
    """The judge that ``ask`` puts questions to, with the prompt of that id and version. It raises
    what ``ask`` raises.

    Raises:
        ConfigError: there is no such prompt.
    """
    asked, repair = load_prompt(prompt), load_prompt(REPAIR)

    def entail(pairs: Sequence[Pair]) -> list[Entailed]:
        questions = [
            pose(asked, _SCHEMA, 0, claim=pair.claim, evidence=pair.evidence) for pair in pairs
        ]
        return [_answer(heard) for heard in hear(questions, ask, repair)]

    return entail


def identity(prompt: str) -> list[str]:
    """Hashes of all that is said to a judge beside the material.

    Raises:
        ConfigError: there is no such prompt.
    """
    return [load_prompt(prompt).sha256, load_prompt(REPAIR).sha256]


def _answer(heard: Heard) -> Entailed:
    """The verdict has the probability the judge gives it; the other two share what is left."""
    if heard.data is None:
        return Entailed(None, said=storable(heard.why)[:_SAID])
    sure = heard.data["confidence"] / 100
    chance = dict.fromkeys(("supported", "contradicted"), (1 - sure) / 2)
    chance[heard.data["verdict"]] = sure
    said = storable(" ".join(heard.data["reason"].split()))[:_SAID]
    return Entailed(chance["supported"], chance["contradicted"], said)
