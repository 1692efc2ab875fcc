"""One split of one configuration, as the card and Croissant describe it."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Part:
    """One split of one configuration: its files, rows, bytes and schema."""

    config: str
    split: str
    files: tuple[str, ...]
    rows: int
    size: int
    schema: pa.Schema
