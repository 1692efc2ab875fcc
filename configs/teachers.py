"""Teachers as a recipe names them: where they answer, what they cost, how they may be driven."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, PrivateAttr, field_validator, model_validator

from configs.model import Model

Structured = Literal["json_schema", "guided", "json_object", "tools", "none"]
"""Ways to bind a reply to a schema, from the strictest to none at all."""

MODELS = ("openai", "anthropic", "completions")
"""Kinds of teachers that are language models; the others work by rule."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SERVER = re.compile(
    r"(\[[0-9a-f:.]+\]|[\w-]{1,63}(?:\.[\w-]{1,63})*\.?)(?::\d{1,5})?", re.A | re.I
)


OWN_FIELDS = frozenset(
    "model messages system prompt temperature max_tokens max_completion_tokens max_output_tokens n "
    "best_of seed stream stream_options tools tool_choice functions function_call response_format "
    "structured_outputs guided_json output_config".split()
)
"""Fields of a request body that ``extra_body`` may not set."""


class Teacher(Model):
    """Who answers. Keys are named here and read elsewhere, never written here."""

    name: str = Field(description="How records and reports call this teacher.")
    kind: Literal["grounded-templates", "openai", "anthropic", "completions"] = Field(
        "openai",
        description="`grounded-templates` is rule-based and uses no model; `openai` is any "
        "OpenAI-compatible chat-completions server; `anthropic` is the Messages API; `completions` "
        "is an OpenAI-compatible server's raw completions endpoint.",
    )
    chat_format: Literal["chatml", "llama3", "gemma"] = Field(
        "chatml",
        description="How the model's turns are marked, for kind completions, which renders them "
        "itself: chatml is Qwen's and many others'.",
    )
    weight: float = Field(1.0, gt=0, description="Share of the plan relative to other teachers.")
    max_share: float = Field(
        1.0, gt=0, le=1, description="Most of the plan this teacher may be dealt."
    )
    tier: int = Field(
        1, ge=1, le=9, description="Grade: teachers of one tier stand in for each other."
    )
    model: str | None = Field(None, description="Model name sent to the server.")
    family: str | None = Field(
        None,
        min_length=1,
        description="Model family, where the model's name does not tell it: a judge must be of "
        "another one than those who write.",
    )
    generation_depth: int = Field(
        0,
        ge=0,
        description="Generations of this pipeline's data behind its training: 0 was never trained "
        "on any, 1 on rows of depth 0, and so on. Its rows have this depth.",
    )
    trained_on: str | None = Field(
        None,
        min_length=1,
        description="Folder of the published version it was trained on: its depth is then at least "
        "that of the deepest of those rows, plus 1.",
    )
    student: bool = Field(
        False,
        description="Whether it writes for itself: its rows are self-improvement (origin `self`), "
        "which needs `verifiers.grounding` and a real `anchor`.",
    )
    base_url: str | None = Field(None, description="Server address, up to and including /v1.")
    api_key_env: str | None = Field(
        None, description="Environment variable that holds the key; leave out for open servers."
    )
    api_key_block: str | None = Field(
        None, description="Prefect Secret block that holds the key, instead of a variable."
    )
    structured: Literal["auto", "json_schema", "guided", "json_object", "tools", "none"] = Field(
        "auto",
        description="How replies are bound to the schema. `auto` takes what a probe found, else "
        "begins with the strictest way and steps down where the server refuses it.",
    )
    stream: bool = Field(
        False, description="Receive replies as they are written: measures the time to first token."
    )
    mode: Literal["direct", "batch"] = Field(
        "direct", description="`batch` uses the provider's batch API: half the price, hours late."
    )
    batch_poll_s: float = Field(
        5.0, gt=0, le=60, description="First wait between looks at a batch; later ones are longer."
    )
    temperature: float = Field(0.7, ge=0, le=2, description="Sampling temperature.")
    max_tokens: int = Field(1024, ge=16, description="Longest reply, in tokens.")
    token_field: Literal["max_tokens", "max_completion_tokens"] = Field(
        "max_tokens", description="What the server calls the longest reply (kind openai)."
    )
    context_window: int | None = Field(
        None, ge=512, description="Tokens the model can read and write together, if known."
    )
    extra_body: dict[str, Any] = Field(
        default_factory=dict, description="Further fields of the request body, for example top_p."
    )
    connect_s: float = Field(10.0, gt=0, description="Longest wait for a connection, in seconds.")
    read_s: float = Field(
        120.0, gt=0, description="Longest silence of the server during a reply, in seconds."
    )
    timeout_s: float = Field(300.0, gt=0, description="Longest wait for one reply, in seconds.")
    concurrency: int = Field(16, ge=1, le=512, description="Most calls in flight at once.")
    concurrency_limit: str | None = Field(
        None,
        min_length=1,
        description="Prefect global concurrency limit of a server that several runs share: a run "
        "in Prefect holds `concurrency` of its slots while it asks.",
    )
    attempts: int = Field(4, ge=1, le=8, description="Tries of one call before it is set aside.")
    retry_share: float = Field(
        0.1, ge=0, le=1, description="Retries allowed per request that is sent."
    )
    patience_s: float = Field(
        120.0, gt=0, description="How long a teacher may stay down before the run ends partial."
    )
    requests_per_minute: int | None = Field(
        None, ge=1, description="Request limit; the server's headers correct it."
    )
    tokens_per_minute: int | None = Field(
        None, ge=1, description="Token limit, in and out; the server's headers correct it."
    )
    usd_per_million_input: float | None = Field(
        None, ge=0, description="Price of a million input tokens, over the price table; 0 is free."
    )
    usd_per_million_output: float | None = Field(
        None, ge=0, description="Price of a million output tokens, over the price table; 0 is free."
    )

    @property
    def is_model(self) -> bool:
        """Whether a language model answers."""
        return self.kind in MODELS

    @property
    def room_for_evidence(self) -> int | None:
        """Tokens of passages that fit a request: at most 60 % of the window, and what the reply
        and about 700 tokens of instructions leave of it. None where the window is unknown.
        """
        if self.context_window is None:
            return None
        left = self.context_window - self.max_tokens - 700
        return max(0, min(int(0.6 * self.context_window), left))

    @field_validator("base_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        if value is None:
            return value
        if not value.startswith(("http://", "https://")):
            raise ValueError("base_url must begin with http:// or https://")
        if "@" in value:
            raise ValueError("keys never stand in a recipe: take the part before @ out of base_url")
        if not value.isprintable() or " " in value or not _is_server(value):
            raise ValueError("base_url must be an address like http://host:port/v1")
        return value

    @field_validator("extra_body")
    @classmethod
    def _only_further_fields(cls, value: dict[str, Any]) -> dict[str, Any]:
        taken = sorted(value.keys() & OWN_FIELDS)
        if taken:
            raise ValueError(
                f"{', '.join(taken)}: these fields are set from the teacher's own settings "
                "(model, temperature, max_tokens, structured, stream), and budgets rest on them"
            )
        return value

    @field_validator("api_key_env")
    @classmethod
    def _variable(cls, value: str | None) -> str | None:
        # What stands here may be the key itself, so it is not repeated.
        if value is not None and not _VARIABLE.fullmatch(value):
            raise ValueError(
                "api_key_env is the name of a variable (letters, digits, _), never the key itself"
            )
        return value

    @model_validator(mode="after")
    def _model_is_complete(self) -> Self:
        if self.is_model and not (self.model and self.base_url):
            raise ValueError(f"a teacher of kind {self.kind} needs `base_url` and `model`")
        if self.kind == "completions" and self.mode == "batch":
            raise ValueError("kind completions has no batch mode: set mode to direct")
        if not self.is_model and (self.generation_depth or self.trained_on or self.student):
            raise ValueError(
                "rules are not trained: generation_depth, trained_on and student are for models"
            )
        if self.api_key_env and self.api_key_block:
            raise ValueError("give api_key_env or api_key_block, not both")
        if (self.usd_per_million_input is None) != (self.usd_per_million_output is None):
            raise ValueError("give both usd_per_million_input and usd_per_million_output")
        return self


class Budget(Model):
    """Ceilings of one run, checked before every call. None means no ceiling."""

    max_usd: float | None = Field(None, ge=0, description="Money, in US dollars.")
    max_tokens: int | None = Field(None, ge=0, description="Tokens in and out together.")
    max_requests: int | None = Field(None, ge=0, description="Calls sent, retries included.")
    max_wall_s: float | None = Field(
        None, gt=0, description="Seconds from a start after which no call is sent any more."
    )
    prices: Path | None = Field(
        None, description="A price table of your own (YAML), which comes before the shipped one."
    )
    _set_by: dict[str, str] = PrivateAttr(default_factory=dict)

    def with_ceilings(self, ceilings: Mapping[str, float], by: str) -> Self:
        """The same with these ceilings, which are set by somebody else than the recipe."""
        found = self.model_copy(update={**ceilings})
        found._set_by = {**self._set_by, **dict.fromkeys(ceilings, by)}
        return found

    def place_of(self, ceiling: str) -> str:
        """Where people have to look for a ceiling to raise it."""
        by = self._set_by.get(ceiling)
        return f"{ceiling} of {by}" if by else f"budget.{ceiling}"


class Routing(Model):
    """A cascade from cheap to strong teachers, by tier: what fails downstream is asked again."""

    enabled: bool = Field(False, description="Ask the lowest tier first, and escalate failures.")
    calibration: int = Field(
        50, ge=50, le=2000, description="Records asked of every tier before a tier is trusted."
    )
    tolerance: float = Field(
        0.03, ge=0, le=1, description="How far a tier's accept rate may lie under the strongest's."
    )
    too_many: float = Field(
        0.4, gt=0, le=1, description="Share of escalations above which the cascade does not pay."
    )


def _is_server(url: str) -> bool:
    """Whether it names a server that can be connected to, and nothing after its path."""
    try:
        parts: SplitResult = urlsplit(url)
        host = parts.hostname or ""
        if ":" in host or re.fullmatch(r"[\d.]+", host):
            ipaddress.ip_address(host)
        named = _SERVER.fullmatch(parts.netloc) is not None
        return named and parts.port != 0 and not parts.query and not parts.fragment
    except ValueError:
        return False
