"""Presentations (PPTX): a page per slide, with its title as heading, its tables and its notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from store.reading import markdown
from store.reading.extras import extra, reading
from store.reading.found import Found
from store.reading.office import changed, title_of
from store.reading.paged import joined
from store.reading.zipped import check_archive

_DEEPEST = 20
"""Groups in groups beyond this are not looked into."""


def read_pptx(file: Path) -> list[Found]:
    """The slides' text as Markdown, with the title and the dates of the core properties."""
    with extra("pptx", "PowerPoint"):
        import pptx

    check_archive(file)
    with reading("PowerPoint presentation"):
        slides = pptx.Presentation(str(file))
        properties = slides.core_properties
        read = [_title_and_text(slide) for slide in slides.slides]
        titles = filter(None, (title for title, _ in read))
        stated = {"title": title_of(properties.title) or next(titles, "")}
        text, starts = joined([page for _, page in read])
        return [Found(text, stated, pages=starts, changed=changed(properties))]


def _title_and_text(slide: Any) -> tuple[str, str]:
    """A slide's title, and its text with that as a heading."""
    shapes = slide.shapes
    own = shapes.title
    title = "" if own is None else " ".join(own.text_frame.text.split())
    blocks = [markdown.heading(2, title)] if title else []
    blocks += _texts(shape for shape in shapes if own is None or shape.element is not own.element)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        blocks.append(_text(slide.notes_slide.notes_text_frame))
    return title, "\n\n".join(filter(None, blocks))


def _texts(shapes: Iterable[Any], depth: int = 0) -> Iterator[str]:
    for shape in shapes:
        if getattr(shape, "has_table", False):
            yield markdown.table([[cell.text for cell in row.cells] for row in shape.table.rows])
        elif shape.has_text_frame:
            yield _text(shape.text_frame)
        elif hasattr(shape, "shapes") and depth < _DEEPEST:
            yield from _texts(shape.shapes, depth + 1)


def _text(frame: Any) -> str:
    lines = (" ".join(paragraph.text.split()) for paragraph in frame.paragraphs)
    return "\n\n".join(filter(None, lines))
