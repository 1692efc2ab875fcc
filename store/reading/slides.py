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
        titles = [_title(slide) for slide in slides.slides]
        pages = [
            "\n\n".join(filter(None, _blocks(slide, title)))
            for slide, title in zip(slides.slides, titles, strict=True)
        ]
        stated = {"title": title_of(properties.title) or next(filter(None, titles), "")}
        text, starts = joined(pages)
        return [Found(text, stated, pages=starts, changed=changed(properties))]


def _title(slide: Any) -> str:
    shape = slide.shapes.title
    return " ".join(shape.text_frame.text.split()) if shape is not None else ""


def _blocks(slide: Any, title: str) -> Iterator[str]:
    if title:
        yield markdown.heading(2, title)
    own = slide.shapes.title
    yield from _texts(s for s in slide.shapes if own is None or s.shape_id != own.shape_id)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        yield _text(slide.notes_slide.notes_text_frame)


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
