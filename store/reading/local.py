"""Files of a source, with what is known of those that were fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from store.corpus import LeftOut
from store.reading.found import Found


@dataclass(frozen=True)
class Local:
    """A file, and the name that the ids of its documents begin with.

    ``stated`` holds where the file itself states nothing, ``changed`` where its own properties say
    nothing.
    """

    name: str
    file: Path
    stated: Mapping[str, Any] = field(default_factory=dict)
    changed: date | None = None

    @cached_property
    def size(self) -> int:
        """Bytes of the file; 0 where there is none."""
        try:
            return self.file.stat().st_size
        except OSError:
            return 0

    def known_of(self, found: Found) -> Found:
        """What was found in the file, with what is known beside it."""
        own = {key: value for key, value in found.stated.items() if value not in (None, "")}
        return replace(found, stated={**self.stated, **own}, changed=found.changed or self.changed)


@dataclass(frozen=True)
class Fetched:
    """The files of a source, in order, and what of it cannot be read."""

    files: tuple[Local, ...]
    left_out: tuple[LeftOut, ...] = ()
