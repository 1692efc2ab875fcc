"""Record sets of a version's Croissant metadata: one for each configuration, and the splits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from store.card import Part

SPLITS = "splits"
"""The record set of the splits; no configuration has that name."""
_FORMATS = {"parquet": "application/x-parquet", "jsonl": "application/jsonlines"}
_FIELD = "cr:Field"


def file_sets(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """The files of each configuration, by their exact names."""
    return [
        {
            "@type": "cr:FileSet",
            "@id": _files_of(config),
            "name": _files_of(config),
            "encodingFormat": format_of(own[0].files[0]),
            "includes": [name for part in own for name in part.files],
        }
        for config, own in _by_config(parts).items()
    ]


def format_of(name: str) -> str:
    """The media type of a table by the name of its file."""
    return _FORMATS[name.rpartition(".")[2]]


def record_sets(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """The splits, then a record set for each configuration with rows."""
    names = [*dict.fromkeys(part.split for part in parts if part.rows)]
    key = f"{SPLITS}/name"
    splits = {
        "@type": "cr:RecordSet",
        "@id": SPLITS,
        "name": SPLITS,
        "description": "The splits that there are.",
        "dataType": "cr:Split",
        "key": {"@id": key},
        "field": [{"@type": _FIELD, "@id": key, "name": "name", "dataType": "sc:Text"}],
        "data": [{key: name} for name in names],
    }
    return [splits, *(_record_set(config, own) for config, own in _by_config(parts).items())]


def _record_set(config: str, parts: Sequence[Part]) -> dict[str, Any]:
    counts = ", ".join(f"{part.rows:,} {part.split}" for part in parts)
    fields = [_field(config, f"{config}/{one.name}", one, None) for one in parts[0].schema]
    keys = [f"{config}/id"] if "id" in parts[0].schema.names else []
    return {
        "@type": "cr:RecordSet",
        "@id": config,
        "name": config,
        "description": f"Rows: {counts}.",
        **({"key": {"@id": keys[0]}} if keys else {}),
        "field": [_split_field(config), *fields],
    }


def _split_field(config: str) -> dict[str, Any]:
    """A row's split, which the name of its file begins with."""
    return {
        "@type": _FIELD,
        "@id": f"{config}/split",
        "name": "split",
        "description": "The split the row belongs to.",
        "dataType": "sc:Text",
        "source": {
            "fileSet": {"@id": _files_of(config)},
            "extract": {"fileProperty": "filename"},
            "transform": {"regex": "^([a-z]+)(?:[-.]|$)"},
        },
        "references": {"field": {"@id": f"{SPLITS}/name"}},
    }


def _field(config: str, name: str, arrow: pa.Field, column: str | None) -> dict[str, Any]:
    """A column, or a field of the structs that the column ``column`` holds."""
    source: dict[str, Any] = {
        "fileSet": {"@id": _files_of(config)},
        "extract": {"column": column or arrow.name},
    }
    if column is not None:
        source["transform"] = {"jsonPath": arrow.name}
    inner, is_list = _within(arrow.type)
    found: dict[str, Any] = {"@type": _FIELD, "@id": name, "name": arrow.name}
    if is_list:
        found |= {"repeated": True, "isArray": True, "arrayShape": "-1"}
    if pa.types.is_struct(inner):
        # Readers take no structs within structs; only calls in an export's messages are such.
        flat = [one for one in inner if not pa.types.is_nested(one.type)]
        found["subField"] = [_field(config, f"{name}/{one.name}", one, arrow.name) for one in flat]
        return found
    return {**found, "dataType": _type(inner), "source": source}


def _within(kind: pa.DataType) -> tuple[pa.DataType, bool]:
    return (kind.value_type, True) if pa.types.is_list(kind) else (kind, False)


def _type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "cr:Int32" if kind.bit_width <= 32 else "cr:Int64"
    if pa.types.is_floating(kind):
        return "cr:Float64"
    if pa.types.is_date(kind):
        return "sc:Date"
    return "sc:Text"


def _files_of(config: str) -> str:
    return f"files-of-{config}"


def _by_config(parts: Sequence[Part]) -> Mapping[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    for part in parts:
        if part.rows:
            found.setdefault(part.config, []).append(part)
    return found
