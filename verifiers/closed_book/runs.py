"""A probe run as it is stored: one JSON file per model, so that generations make a series."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from configs.errors import ConfigError
from verifiers.closed_book.overlap import Overlap
from verifiers.closed_book.scoring import Outcome, Scored


class Told(BaseModel):
    """One scored reply; see :class:`verifiers.closed_book.scoring.Scored`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Literal["short", "choice", "open", "refusal"]
    format: str
    about: str
    outcome: Outcome
    match: str
    flaw: str
    follows: bool | None
    said: str


class Run(BaseModel):
    """What a model was asked and what came of it. ``gauges`` repeats what follows from ``replies``,
    for those who read the file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["stillhouse-probe-run"] = "stillhouse-probe-run"
    format: Literal[1] = 1
    dataset: str
    version: str
    label: str
    model: str
    endpoint: str
    at: str
    probe_set: str = Field(pattern=r"^[0-9a-f]{24}$")
    prompts: str
    overlap: dict[str, Overlap]
    gauges: dict[str, Any]
    stage: dict[str, Any] | None = None
    replies: tuple[Told, ...]

    @property
    def scored(self) -> list[Scored]:
        """Its replies as they were scored."""
        return [Scored(**told.model_dump()) for told in self.replies]


def told(scored: Sequence[Scored]) -> tuple[Told, ...]:
    """Scored replies as a file holds them."""
    names = Told.model_fields
    return tuple(Told(**{name: getattr(one, name) for name in names}) for one in scored)


def save_run(run: Run, path: Path) -> Path:
    """Write a run, over an older one of that name, and return its path.

    Raises:
        ConfigError: it cannot be written there.
    """
    aside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(orjson.dumps(run.model_dump(mode="json"), option=orjson.OPT_INDENT_2))
        aside.replace(path)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}; give another --to") from None
    return path


def load_run(path: Path) -> Run:
    """The run in a file.

    Raises:
        ConfigError: there is none, or it is no run.
    """
    try:
        return Run.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ConfigError(
            f"{path} is no probe run: {where}: {first['msg']}; give a file that `stillhouse probe` "
            "wrote"
        ) from None
