"""Reference sets to questions and answers, wherever they lie.

Rows come from a published version, from files or from the hub, and all become the same columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import polars as pl

from configs.errors import ConfigError, ParseError
from configs.locations import Location
from configs.references import ReferenceSet
from store.records import HUMAN, REFERENCES, Origin, frame
from store.rows import READERS, Located, files_at, rows_in
from store.stages import Embed
from store.text import digest, storable
from store.versions import Version, file_sha256, find_version

_QUESTIONS = ("question", "prompt", "instruction", "query", "problem")
_ANSWERS = ("answer", "output", "response", "completion", "solution")
_CHAT = "messages"
_MACHINES = frozenset(get_args(Origin)) - {HUMAN}
_IDS = ("id", "task_id", "question_id", "uid")


def pinned(reference: ReferenceSet, output: Location) -> ReferenceSet:
    """The set with its version by number, so that a later one changes nothing.

    Raises:
        ConfigError: there is no such version.
    """
    if reference.version is None:
        return reference
    version = find_version(output, reference.version)
    return reference.model_copy(
        update={"version": f"{version.manifest['dataset']}@{version.number}"}
    )


def state_of(reference: ReferenceSet, output: Location) -> list[str] | None:
    """What pins the rows of a set without reading them: a version's hash, or those of its files.
    None for a set on the hub, whose rows alone can say.

    Raises:
        ConfigError: there is no such version or file.
    """
    if reference.version is not None:
        version = find_version(output, reference.version)
        return [f"{version.name} sha256 {version.manifest['sha256']}"]
    if reference.path is not None:
        return [f"{path.name} sha256 {file_sha256(path)}" for path in _files(reference)]
    return None


def read_reference(reference: ReferenceSet, output: Location) -> pl.DataFrame:
    """All rows of a set as a frame of REFERENCES, equal rows once.

    Raises:
        ConfigError: nothing is there, it holds no rows, or a row has no question; says where.
    """
    if reference.version is not None:
        found = _from_version(find_version(output, reference.version))
    elif reference.path is not None:
        found = rows_in(_files(reference))
    else:
        found = _from_hub(reference)
    try:
        rows = [_row(reference, where, row) for where, row in found]
    except ParseError as error:
        raise ConfigError(f"reference set {reference.name!r}: {error}") from None
    if not rows:
        raise ConfigError(
            f"reference set {reference.name!r} has no rows; give one that has, or leave it out"
        )
    return _distinct(frame(rows, REFERENCES))


def stated_origins(reference: ReferenceSet) -> dict[str, int]:
    """How many rows of a set's files say of themselves, in a column ``origin`` as versions and
    exports have it, that something other than people wrote them; by origin.
    """
    stated = (
        str(row["origin"])
        for _, row in rows_in(_files(reference))
        if isinstance(row, Mapping) and row.get("origin") in _MACHINES
    )
    return dict(Counter(stated))


def with_vectors(rows: pl.DataFrame, embed: Embed, answers: bool) -> pl.DataFrame:
    """The rows with ``embedding``: of question and answer, or of the question alone."""
    pairs = rows.select("question", "answer").iter_rows()
    vectors = embed([f"{q}\n{a}" if answers else q for q, a in pairs])
    column = pl.Series("embedding", vectors, dtype=pl.Array(pl.Float32, vectors.shape[1]))
    return rows.with_columns(column)


def _distinct(rows: pl.DataFrame) -> pl.DataFrame:
    """Equal rows once; rows that differ but state the same id get a number behind it."""
    once = rows.unique(maintain_order=True)
    place = pl.int_range(pl.len()).over("id")
    numbered = pl.concat_str(pl.col("id"), pl.lit("#"), (place + 1).cast(pl.String))
    return once.with_columns(id=pl.when(place == 0).then(pl.col("id")).otherwise(numbered))


def _row(reference: ReferenceSet, where: str, row: object) -> dict[str, str]:
    if not isinstance(row, Mapping):
        raise ParseError(f"{where}: not a row of fields; write an object with a question")
    question = _question(reference, where, row)
    answer = _answer(reference, where, row)
    own = next((row[name] for name in _IDS if row.get(name) not in (None, "")), None)
    id_ = storable(str(own)) if own is not None else digest([question, answer])[:16]
    return {"set": reference.name, "id": id_, "question": question, "answer": answer}


def _question(reference: ReferenceSet, where: str, row: Mapping[str, Any]) -> str:
    field = reference.question_field or next((n for n in _QUESTIONS if row.get(n)), None)
    if field == _CHAT or (field is None and row.get(_CHAT)):
        text = _said(row.get(_CHAT), ("user",), where)
    elif field is None or field not in row:
        known = ", ".join(map(str, row)) or "none"
        wanted = f"field {field!r}" if field else f"question (looked for {', '.join(_QUESTIONS)})"
        raise ParseError(f"{where}: no {wanted}; its fields are {known}; set `question_field`")
    else:
        text = _text(row[field], where, field)
        if field == "instruction" and row.get("input"):
            text = f"{text}\n{_text(row['input'], where, 'input')}"
    if not text.strip():
        raise ParseError(f"{where}: field {field or _CHAT!r} is empty; every row needs a question")
    return text


def _answer(reference: ReferenceSet, where: str, row: Mapping[str, Any]) -> str:
    """The answer, or nothing where the set has none."""
    field = reference.answer_field
    if field is not None and field not in row:
        known = ", ".join(map(str, row))
        raise ParseError(f"{where}: no field {field!r}; its fields are {known}; set `answer_field`")
    field = field or next((n for n in _ANSWERS if row.get(n) is not None), None)
    if field == _CHAT or (field is None and row.get(_CHAT)):
        return _said(row.get(_CHAT), ("assistant",), where)
    return "" if field is None else _text(row[field], where, field)


def _said(messages: object, roles: Sequence[str], where: str) -> str:
    """What was said first in one of these roles in a chat."""
    if not isinstance(messages, Sequence) or isinstance(messages, str):
        raise ParseError(f"{where}: field {_CHAT!r} is no list of messages with role and content")
    for message in messages:
        if isinstance(message, Mapping) and message.get("role") in roles:
            return _text(message.get("content"), where, _CHAT)
    return ""


def _text(value: object, where: str, field: str) -> str:
    """A field as text: numbers as they read, a list as its lines."""
    if value is None:
        return ""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, bool | int | float):
        return str(value)
    lines = value if isinstance(value, Sequence) and not isinstance(value, bytes) else [None]
    if all(isinstance(item, str | int | float) for item in lines):
        return storable("\n".join(map(str, lines)))
    raise ParseError(f"{where}: field {field!r} is no text but {type(value).__name__}")


def _from_version(version: Version) -> Located:
    for row in version.table("data").select("id", "question", "answer").iter_rows(named=True):
        yield version.name, row


def _from_hub(reference: ReferenceSet) -> Located:
    """Rows of a dataset on the hub, or of its copy in the cache where the hub is out of reach."""
    import datasets

    name = f"{reference.hub}" + (f" ({reference.config})" if reference.config else "")
    try:
        rows = datasets.load_dataset(reference.hub, reference.config, split=reference.split)
    except (OSError, ValueError, RuntimeError) as error:
        said = str(error).partition("\n")[0][:200]
        raise ConfigError(
            f"reference set {reference.name!r}: {name}, split {reference.split!r}, cannot be read "
            f"from the hub ({type(error).__name__}: {said}); check its name, config and split, or "
            "save it to a file on a machine that reaches the hub and give `path`"
        ) from None
    for number, row in enumerate(rows):
        yield f"{name}: row {number}", row


def _files(reference: ReferenceSet) -> list[Path]:
    assert reference.path is not None
    files = files_at(reference.path)
    if not files:
        raise ConfigError(
            f"reference set {reference.name!r}: no file to read at {reference.path}; give a file, "
            f"a folder or a glob of {', '.join(sorted(READERS))} "
            "(relative paths start at the recipe's folder)"
        )
    return files
