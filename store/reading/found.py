"""What a reader found in a file, and how a document is made of it.

The rules for titles and dates are written down in docs/documents.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from configs.corpus import CorpusSource
from configs.errors import ParseError
from store.chunks import FENCE, heading_text
from store.corpus import Document
from store.text import storable

# What stands in fences is no heading: there # begins a comment.
_HEADING = re.compile(rf"{FENCE}|^#[ \t]+(?P<heading>\S[^\n]*)$", re.MULTILINE | re.DOTALL)
_SHOWN = 80
_NAMED_DAY = re.compile(
    r"(?<!\d)(?P<dashed>\d{4}-\d{2}-\d{2})(?!\d)|(?:^|[ ._-])v?(?P<solid>(?:19|20)\d{6})(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One text of a file.

    ``stated`` is what front matter, a head or columns say: title, source, dates, licence, version.
    ``row`` counts the texts of a file that holds several. ``pages`` are the offsets at which pages
    begin. ``changed`` is when the file's own properties say that it was last changed, which the
    tools that write files often set themselves; anything else that is said about time precedes.
    """

    text: str
    stated: Mapping[str, Any] = field(default_factory=dict)
    row: int | None = None
    pages: tuple[int, ...] = ()
    changed: date | None = None


def document_of(name: str, found: Found, source: CorpusSource, several: bool) -> Document:
    """A document from what its file states. Where it holds several, each has its row in its id.

    Raises:
        ParseError: a stated date is none.
    """
    stated = found.stated
    stated_id = _told(stated, "id")
    own = stated_id or ("" if found.row is None else str(found.row))
    numbered = own and (several or stated_id)
    stem, day = _of_name(name)
    title = _told(stated, "title") or _heading(found.text) or stem
    where = f": {own}" if numbered else ""
    return Document(
        id=f"{name}:{own}" if numbered else name,
        # One line: prompts name it beside the marks that hold the text.
        title=" ".join(title.split()) or stem,
        # JSON and Parquet may hold NUL, which databases and other files do not.
        text=found.text.replace("\0", "\ufffd"),
        source=_told(stated, "source") or name,
        licence=_told(stated, "licence", "license") or source.licence or "",
        version=_told(stated, "version"),
        valid_from=_day(stated.get("valid_from") or stated.get("date"), where)
        or day
        or found.changed,
        valid_to=_day(stated.get("valid_to"), where),
        retrieved_at=_day(stated.get("retrieved_at"), where),
        pages=found.pages,
    )


def _told(stated: Mapping[str, Any], *names: str) -> str:
    """The first of some fields that says something. Lists say nothing; in YAML a few hundred bytes
    can be gigabytes of them.
    """
    held = (stated.get(name) for name in names)
    said = (str(one) for one in held if one not in (None, "") and not _is_list(one))
    return storable(next(said, ""))


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple | dict | set)


def _heading(text: str) -> str:
    """The first heading of the first level."""
    found = (match["heading"] for match in _HEADING.finditer(text))
    return heading_text(next(filter(None, found), ""))


@lru_cache(maxsize=1)
def _of_name(name: str) -> tuple[str, date | None]:
    """What all rows of a file share: its name without a suffix, and the day in it."""
    stem = Path(name).stem
    return stem, day_in_name(stem)


def day_in_name(stem: str) -> date | None:
    """The day that a file name states, as ``2024-06-30-report`` or ``report_v20240630``.

    None where it states none, or several.
    """
    days = set()
    for match in _NAMED_DAY.finditer(stem):
        try:
            days.add(date.fromisoformat(match["dashed"] or match["solid"]))
        except ValueError:  # Eight digits may be anything.
            continue
    return days.pop() if len(days) == 1 else None


def _day(value: object, where: str) -> date | None:
    if _is_list(value):
        raise ParseError(f"{where}: a list is not a date; write it as 2024-06-30")
    if value is None or str(value).strip() == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(str(value).strip()).date()
    except ValueError:
        said = repr(value)[:_SHOWN]
        raise ParseError(f"{where}: {said} is not a date; write it as 2024-06-30") from None
