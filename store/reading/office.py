"""What the properties of an office document say about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

_TEMPLATES = {date(2013, 1, 27), date(2013, 12, 23)}
"""Days on which the templates of python-pptx and python-docx were made. Files that programs wrote
with them still bear these.
"""
_NO_TITLES = {"untitled", "powerpoint presentation", "presentation", "document", "word document"}


def title_of(stated: object) -> str:
    """A title that somebody chose, else nothing."""
    title = " ".join(str(stated or "").split()).removeprefix("Microsoft Word - ")
    return "" if title.lower() in _NO_TITLES else title


def changed(properties: Any) -> date | None:
    """The day of the last change, else that of the making, if the properties state one."""
    for value in (properties.modified, properties.created):
        if isinstance(value, datetime) and value.date() not in _TEMPLATES:
            return value.date()
    return None
