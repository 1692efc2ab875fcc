"""Labels that people gave to claims, read back from the file they were written into."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from configs.errors import ConfigError, ParseError
from store.rows import rows_in
from verifiers.curves import LEAST

_MEANT = {
    **dict.fromkeys(("supported", "true", "yes", "1", "1.0"), True),
    **dict.fromkeys(("unsupported", "not supported", "false", "no", "0", "0.0"), False),
}
_WANTED = "write `supported` or `unsupported` (also true/false, yes/no, 1/0), or leave it blank"


def read_labels(path: Path, known: Collection[str]) -> dict[str, bool]:
    """The labels in a CSV or JSONL file by the ids of their claims; blank ones are left out.

    Raises:
        ConfigError: it cannot be read, or a row has an unknown id or label, or another label than
            an earlier row with its id; names the line and the field.
    """
    if path.suffix.lower() not in (".csv", ".jsonl"):
        raise ConfigError(f"--labels {path}: give a file that ends with .csv or .jsonl")
    found: dict[str, bool] = {}
    first: dict[str, str] = {}
    try:
        for where, row in rows_in([path]):
            id_, label = _id(where, row, known), _label(where, row)
            if label is None:
                continue
            if found.setdefault(id_, label) != label:
                raise ConfigError(
                    f"{where}: label: {id_} has another label at {first[id_]}; keep one of them"
                )
            first.setdefault(id_, where)
    except ParseError as error:
        raise ConfigError(str(error)) from None
    return found


def check_enough(path: Path, labels: Mapping[str, bool]) -> None:
    """Look whether there is enough to learn from.

    Raises:
        ConfigError: there are too few labels, or all are of one kind.
    """
    if len(labels) < LEAST:
        raise ConfigError(
            f"{path} has {len(labels)} labels, {LEAST - len(labels)} fewer than the {LEAST} that a "
            "calibration needs; label more rows, or export more with -n"
        )
    if len({*labels.values()}) < 2:
        only = "supported" if True in labels.values() else "unsupported"
        raise ConfigError(
            f"all {len(labels)} labels of {path} are {only}; a calibration needs both kinds, so "
            "label more rows, or export more with -n"
        )


def _id(where: str, row: object, known: Collection[str]) -> str:
    given = _field(where, row, "id")
    id_ = str(given).strip().lstrip("'")
    if id_ not in known:
        raise ConfigError(
            f"{where}: id: this version has no undecided claim {id_!r}; give the version the file "
            "was exported from (DATASET@N), or take the row out"
        )
    return id_


def _label(where: str, row: object) -> bool | None:
    given = _field(where, row, "label")
    said = "" if given is None else " ".join(str(given).strip().lower().replace("_", " ").split())
    if not said:
        return None
    if said not in _MEANT:
        raise ConfigError(f"{where}: label: {str(given)[:80]!r} is none; {_WANTED}")
    return _MEANT[said]


def _field(where: str, row: object, name: str) -> object:
    if not isinstance(row, dict) or name not in row:
        raise ConfigError(
            f"{where}: {name}: there is no such field; keep the columns that the export has, and "
            "commas, semicolons or tabs between them"
        )
    return row[name]
