"""What the journal still knows of the requests behind a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from configs.errors import ConfigError
from flows.workspace import existing_journal
from store.versions import Version


@dataclass(frozen=True, slots=True)
class Requests:
    """Rows of the journal in the order of the record's keys, keys that it does not hold, and why
    it was not asked, empty where it was.
    """

    rows: tuple[dict[str, Any], ...]
    missing: tuple[str, ...]
    why: str = ""


def requests_of(version: Version, keys: Sequence[str]) -> Requests:
    """The requests with these keys, from the journal beside the version."""
    if not keys:
        return Requests((), ())
    try:
        journal = existing_journal(version.root)
    except ConfigError as error:
        return Requests((), tuple(keys), str(error))
    found = {row["key"]: row for row in journal.requests(keys)}
    return Requests(
        tuple(found[key] for key in keys if key in found),
        tuple(key for key in keys if key not in found),
    )
