"""What an export is to be, and whether that goes together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from configs.errors import ConfigError
from store.formats.apart import APART
from store.formats.chat import Chat
from store.formats.kept import KEPT
from store.formats.names import Calls, FileFormat, Place, To
from store.formats.reading import DEFAULT, configs_in, has_pairs
from store.formats.shapes import PLAIN, PREFERENCES, SHAPES, Shape
from store.twins import MESSY, TWIN
from store.versions import Version


@dataclass(frozen=True)
class Wanted:
    """What an export is to be: one of the formats, as Parquet or JSONL. ``skip`` leaves out the
    records that cannot be held; ``most`` is how many tokens a row should have at most; ``calls``
    is where calls of functions stand, ``config`` the version's configuration that is exported.
    """

    to: To
    file_format: FileFormat = "parquet"
    reasoning: Place = "inline"
    plain: bool = False
    skip: bool = False
    most: int | None = None
    calls: Calls = "text"
    config: str = DEFAULT


def check_wanted(version: Version, wanted: Wanted, chat: Chat | None) -> None:
    """See that the wishes go together and that the version has what they need.

    Raises:
        ConfigError: not so; says what to do.
    """
    if wanted.plain and wanted.to != "prompt-completion":
        raise ConfigError("--plain is for prompt-completion only; `text` is one text in any case")
    if wanted.calls == "apart" and wanted.to not in APART:
        raise ConfigError(f"--calls apart is for {' and '.join(APART)} only")
    if wanted.most is not None and chat is None:
        raise ConfigError("--max-tokens needs --tokenizer FOLDER, which counts them")
    if wanted.config not in configs_in(version):
        raise ConfigError(
            f"{version.name} has no training set {wanted.config!r}; --config takes one of: "
            f"{', '.join(configs_in(version))}"
        )
    if wanted.to in PREFERENCES:
        if wanted.config != DEFAULT:
            raise ConfigError(
                f"{wanted.to} takes --config default only: worse answers stand beside those rows"
            )
        if wanted.reasoning != "inline":
            raise ConfigError(
                f"{wanted.to} takes --reasoning inline only: worse answers do not say where their "
                "reasoning ends, so a pair would differ in form"
            )
        if not has_pairs(version):
            raise ConfigError(
                f"{version.name} has no worse answers, so there is nothing to prefer; the methods "
                "`preference` and `reasoning` make some, and so do repairs"
            )


def export_schema(wanted: Wanted) -> pa.Schema:
    """Columns of an export: the format's own, then what every row keeps."""
    own = pa.schema(shape_of(wanted)[1])
    named = [] if "id" in own.names else [("id", pa.string())]
    of_twins = TWIN if wanted.config == MESSY else ()
    return pa.schema([*named, *own, *KEPT, *of_twins])


def shape_of(wanted: Wanted) -> tuple[Shape, list[Any]]:
    """What makes the rows, and the format's own columns."""
    if wanted.calls == "apart":
        return APART[wanted.to]
    return PLAIN if wanted.plain else SHAPES[wanted.to]
