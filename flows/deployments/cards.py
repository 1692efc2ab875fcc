"""The cards of a form: for each stage of a build the few settings that people change.

A field that is left empty is as the recipe has it, so an empty card changes nothing.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

# Beside `null` in its schema, a field would be shown as a choice of types, or as raw JSON. Bounds
# belong to the number: those of the field would be held against an empty one, too.
Empty = SkipJsonSchema[None]
LARGEST = 2**53
"""Larger ones are no whole numbers in a browser, and above 2**63 Prefect cannot list the runs."""
Count = Annotated[int, Field(ge=1, le=LARGEST)]
Number = Annotated[int, Field(ge=0, le=LARGEST)]
Level = Annotated[int, Field(ge=1, le=512)]
KeyBlock = Annotated[
    str,
    Field(
        title="Key: Secret block",
        description="Name of a Prefect Secret block that holds the key (Blocks, Secret).",
    ),
]
KeyVariable = Annotated[
    str,
    Field(
        title="Key: environment variable",
        description="Or the name of a variable, set where runs are made. Never the key itself.",
    ),
]
Share = Annotated[float, Field(ge=0, le=1)]


UNCHANGED: Literal["as in the recipe"] = "as in the recipe"
"""What a menu begins with; the server takes no null among its names."""


def _without_nulls(schema: dict[str, Any]) -> None:
    """Take null away as a default: the form sends it, and the server takes it only where a field
    has no default.
    """
    for field in schema["properties"].values():
        if "default" in field and field["default"] is None:
            del field["default"]


class Card(BaseModel):
    """Base of the cards: what a card does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_without_nulls)


class TeacherCard(Card):
    """Who answers, and with which key. Keys themselves are never entered here."""

    name: str = Field(
        "", title="Which teacher", description="Its name in the recipe. Empty: the first model."
    )
    base_url: str = Field(
        "",
        title="Address",
        description="Up to and including /v1, as http://host:8000/v1. Empty: the recipe's.",
    )
    model: str = Field("", description="Model name sent to the server. Empty: the recipe's.")
    key_block: KeyBlock = ""
    key_variable: KeyVariable = ""
    without_key: bool = Field(
        False, title="Key: none", description="The server asks for no key, as a local one."
    )
    temperature: Annotated[float, Field(ge=0, le=2)] | Empty = Field(
        None, description="Sampling temperature, 0 to 2. Empty: the recipe's."
    )
    max_tokens: Annotated[int, Field(ge=16, le=LARGEST)] | Empty = Field(
        None, title="Longest reply", description="In tokens. Empty: the recipe's."
    )
    concurrency: Level | Empty = Field(
        None, title="Calls in flight", description="At most. Empty: the recipe's."
    )


class BudgetCard(Card):
    """Ceilings checked before every call, of this run and of later refreshes of the dataset by its
    name. An empty one is the recipe's, or none.
    """

    max_usd: Annotated[float, Field(ge=0)] | Empty = Field(
        None, title="Money", description="In US dollars, with the money spent before."
    )
    max_requests: Number | Empty = Field(
        None, title="Calls", description="Calls sent, retries included."
    )
    max_tokens: Number | Empty = Field(
        None, title="Tokens", description="Tokens in and out together."
    )
    max_wall_s: Annotated[float, Field(gt=0)] | Empty = Field(
        None, title="Time", description="Seconds after which no call is sent any more."
    )


class GenerationCard(Card):
    """How candidates are made."""

    max_candidates: Count | Empty = Field(
        None, title="Most candidates", description="Empty: the recipe's, or 5 for each row."
    )
    language: str = Field(
        "",
        pattern=r"^([a-z]{2})?$",
        description="ISO 639-1 code of the language to write in, as en. Empty: the recipe's.",
    )
    seed: Number | Empty = Field(
        None, description="Another seed draws another plan. Empty: the recipe's."
    )
    shard_size: Annotated[int, Field(ge=10, le=20_000)] | Empty = Field(
        None,
        title="Records per task",
        description="What a stopped run may have to do again. Empty: the recipe's.",
    )


class FiltersCard(Card):
    """What is dropped, and why."""

    near: Annotated[float, Field(ge=0.01, le=1)] | Empty = Field(
        None,
        title="Near duplicates from",
        description="Similarity of wording, 0.01 to 1; a lower one drops more. Usual: 0.6.",
    )
    semantic: Annotated[float, Field(gt=0, le=1)] | Empty = Field(
        None,
        title="Duplicates in meaning from",
        description="Similarity of meaning, up to 1; a lower one drops more. Usual: 0.96.",
    )
    privacy: Literal["as in the recipe", "drop", "flag"] = Field(
        UNCHANGED,
        title="Personal data and secrets",
        description="What a find does to its record.",
    )
    refusals: Literal["as in the recipe", "drop", "flag", "keep"] = Field(
        UNCHANGED,
        title="Refusals",
        description="What \"I'm sorry, but I can't\" as the whole answer does to a record.",
    )


class VerificationCard(Card):
    """How claims are checked against the corpus."""

    policy: Literal["as in the recipe", "strict", "standard", "lenient"] = Field(
        UNCHANGED,
        description="What becomes of a record with a claim that the corpus does not support: "
        "strict drops most, lenient flags most.",
    )
    code: Literal["as in the recipe", "off", "parse", "run"] = Field(
        UNCHANGED,
        title="Code in answers",
        description="Whether it is only parsed, or run in a sandbox.",
    )


class SelectionCard(Card):
    """How the target number is chosen among what is left."""

    max_loss: Share | Empty = Field(
        None,
        title="Largest loss of a group",
        description="Share of its fair number that a group of records may lose. Usual: 0.5.",
    )
    min_per_source: Number | Empty = Field(
        None,
        title="Records of each document",
        description="Kept at least, where there are any. Usual: 1.",
    )


class GateCard(Card):
    """What a version must hold to become the latest one; else it is quarantined."""

    max_accuracy_loss: Share | Empty = Field(
        None,
        title="Loss of accuracy",
        description="Most that the share of supported claims may fall. Usual: 0.02.",
    )
    max_document_loss: Share | Empty = Field(
        None,
        title="Loss of documents",
        description="Most that the share of documents with a record may fall. Usual: 0.05.",
    )
    min_accuracy: Share | Empty = Field(
        None, title="Least accuracy", description="Least share of supported claims, at any rate."
    )


class ReasonsCard(Card):
    """What you know and the run would stop for. They stand in the version's manifest."""

    fewer_real_rows: str = Field(
        "",
        title="Fewer real rows",
        description="Why the version may have fewer real rows than the one before it.",
    )
    past_canary: str = Field(
        "",
        title="Past the canary",
        description="Why to go on though the first candidates are worse than those before.",
    )
