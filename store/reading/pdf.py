"""PDF through pypdf: text by page, with the headings and tables that its layout shows."""

from __future__ import annotations

import logging
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.errors import ParseError
from store.reading.extras import extra, reading
from store.reading.found import Found
from store.reading.layout import Line, as_markdown
from store.reading.office import title_of
from store.reading.paged import joined

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_MOST_PAGES = 20_000
_MOST_DRAWING = 10_000_000
"""Bytes of the drawing instructions of a page. Real ones have thousands, and reading is slow."""


def read_pdf(file: Path) -> list[Found]:
    """The pages' text as Markdown, with the title and the dates of the document information.

    Raises:
        ParseError: it is encrypted, broken, has too many pages, or no text, as scans have none.
    """
    with extra("pdf", "PDF"):
        from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it could mend is no news
    with reading("PDF"):
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ParseError(
                f": is encrypted; take the password off, for example: qpdf --decrypt "
                f"--password=... {file.name} plain.pdf"
            )
        count = len(reader.pages)
        if count > _MOST_PAGES:
            raise ParseError(f": has {count:,} pages, more than {_MOST_PAGES:,}; split it")
        pages = [_lines(page, number) for number, page in enumerate(reader.pages, start=1)]
        if count and not any(pages):
            raise ParseError(
                f": has no text on its {count:,} pages, as if scanned; recognise its letters "
                f"first, for example: ocrmypdf {file.name} read.pdf"
            )
        text, starts = joined(as_markdown(pages))
        return [Found(text, {"title": _title(reader)}, pages=starts, changed=_changed(reader))]


def _lines(page: PageObject, number: int) -> list[Line]:
    """The lines of a page with their letters' size and place, in the order they are drawn in."""
    contents = page.get_contents()
    if contents is not None and len(contents.get_data()) > _MOST_DRAWING:
        raise ParseError(f": page {number} has more than {_MOST_DRAWING:,} bytes of drawing")
    lines = [Line("", 0, 0, 0)]

    def see(text: str, outer: list[float], inner: list[float], _: Any, size: float) -> None:
        """Called by pypdf with pieces of text; a line ends where a piece does with a line end."""
        scale = abs(inner[3] * outer[3]) or 1.0
        x, y = inner[4] * outer[0] + outer[4], inner[5] * outer[3] + outer[5]
        for i, part in enumerate(_clean(text).split("\n")):
            if i:
                lines.append(Line("", 0, 0, 0))
            if part.strip() and not lines[-1].text.strip():
                lines[-1] = Line(part, size * scale, x, y)
            elif part:
                lines[-1] = lines[-1]._replace(text=lines[-1].text + part)

    page.extract_text(visitor_text=see)
    return [line._replace(text=line.text.strip()) for line in lines if line.text.strip()]


def _clean(text: str) -> str:
    """Without halves of surrogate pairs and NULs, which fonts' tables can lead to."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _title(reader: PdfReader) -> str:
    stated = reader.metadata.title if reader.metadata else None
    return title_of(stated if isinstance(stated, str) else "")


def _changed(reader: PdfReader) -> date | None:
    """The day of the last change, else of the making. Malformed ones are none."""
    for name in ("modification_date", "creation_date"):
        try:
            value = getattr(reader.metadata, name, None)
        except Exception:  # pypdf raises what its parts do
            continue
        if isinstance(value, datetime):
            return value.date()
    return None
