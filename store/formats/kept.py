"""What every exported row keeps beside its format's own columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pyarrow as pa

from store.records import RECORDS
from store.twins import TWIN

_FROM_RECORD = (
    *("reasoning", "tools", "sources", "quotes", "method", "style", "language", "origin"),
    *("generation_mode", "generation_depth", "teacher", "model", "prompt_id", "valid_as_of"),
    "metadata",
)
KEPT = pa.schema(
    [
        *(RECORDS.field(name) for name in _FROM_RECORD),
        ("reasoning_moved", pa.string()),
        ("weight", pa.float64()),
    ]
)
"""``reasoning_moved`` is ``think`` or ``drop`` where the answer does not begin with its reasoning
as it does in the record, else empty. ``weight`` is the number of that name in the record's
metadata, null where there is none."""


def kept_of(record: Mapping[str, Any], moved: str) -> dict[str, Any]:
    """The columns of :data:`KEPT` of a record, and those of a messy twin where it is one."""
    found = {name: record[name] for name in _FROM_RECORD}
    twin = {name: record[name] for name in TWIN.names if name in record}
    return {**found, "reasoning_moved": moved, "weight": _weight(record["metadata"]), **twin}


def _weight(metadata: str | None) -> float | None:
    notes = orjson.loads(metadata or "{}")
    weight = notes.get("weight") if isinstance(notes, dict) else None
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        return None
    return float(weight)
