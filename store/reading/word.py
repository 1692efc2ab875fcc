"""Word documents (DOCX): paragraphs and tables in their order. Footnotes, comments and text boxes
are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from store.reading import markdown
from store.reading.extras import extra, reading
from store.reading.found import Found
from store.reading.office import changed, title_of
from store.reading.zipped import check_archive

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_LISTS = {"List Bullet": "- ", "List Number": "1. "}


def read_docx(file: Path) -> list[Found]:
    """The text as Markdown, with the title and the dates of the core properties."""
    with extra("docx", "Word"):
        import docx

    check_archive(file)
    with reading("Word document"):
        document = docx.Document(str(file))
        styles = _styles(document)
        blocks = [block for block in _blocks(document, styles) if block]
        properties = document.core_properties
        stated = {
            "title": title_of(properties.title) or _first_title(document, styles),
            "version": properties.version,
        }
        return [Found("\n\n".join(blocks) + "\n", stated, changed=changed(properties))]


def _styles(document: Document) -> dict[str, str]:
    """Names of styles by id. A paragraph's own lookup goes through all of them each time."""
    return {style.style_id: style.name or "" for style in document.styles}


def _blocks(document: Document, styles: Mapping[str, str]) -> Iterator[str]:
    from docx.text.paragraph import Paragraph

    for block in document.iter_inner_content():
        yield _paragraph(block, styles) if isinstance(block, Paragraph) else _table(block)


def _paragraph(paragraph: Paragraph, styles: Mapping[str, str]) -> str:
    text, style = paragraph.text.strip(), _style(paragraph, styles)
    level = _level(style)
    if level and text:
        return markdown.heading(level, text)
    mark = next((mark for name, mark in _LISTS.items() if style.startswith(name)), "")
    return mark + text if text else ""


def _level(style: str) -> int:
    """1 for the title, 2 for headings of the first level and so on, 0 for what is none."""
    if style == "Title":
        return 1
    match = re.fullmatch(r"Heading ([1-9])", style)
    return int(match.group(1)) + 1 if match else 0


def _style(paragraph: Paragraph, styles: Mapping[str, str]) -> str:
    """The style's name, empty for the default."""
    return styles.get(paragraph._p.style or "", "")


def _table(table: Table) -> str:
    """A table; a cell that is as wide as several stands in the first of them."""
    rows = []
    for row in table.rows:
        cells = [*row.cells]
        before = [None, *(cell._tc for cell in cells)]
        pairs = zip(cells, before, strict=False)
        rows.append(["" if cell._tc is left else cell.text for cell, left in pairs])
    return markdown.table(rows)


def _first_title(document: Document, styles: Mapping[str, str]) -> str:
    """The first paragraph that is a title or a heading of the first level."""
    for paragraph in document.paragraphs:
        if _level(_style(paragraph, styles)) in (1, 2) and paragraph.text.strip():
            return paragraph.text.strip()
    return ""
