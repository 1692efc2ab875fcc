"""Files of each format, read by ours to documents and by the bare library to text."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.made_documents import made_text
from configs.corpus import CorpusSource
from store.reading.source import read_source

_ROUNDS = 3
_BIG, _MIDDLE, _SLOW = 20_000_000, 1_000_000, 300_000
"""Characters written to formats that are read at hundreds, dozens and single megabytes a second."""


@dataclass(frozen=True)
class Speed:
    """Megabytes of text a second of one format; the best of three."""

    suffix: str
    library: str
    mb: float
    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        """Ours in units of the bare library's."""
        return self.ours / self.bare


@dataclass(frozen=True)
class _Format:
    characters: int
    library: str
    write: Callable[[str, Path], None]
    bare: Callable[[Path], object]


def speeds(folder: Path) -> list[Speed]:
    """Write files of each format and read them both ways."""
    folder.mkdir(parents=True)
    return [_speed(suffix, each, folder) for suffix, each in FORMATS.items()]


def _speed(suffix: str, each: _Format, folder: Path) -> Speed:
    path = folder / f"document{suffix}"
    text = made_text(1, each.characters)
    each.write(text, path)
    source = CorpusSource(path=str(path))
    size = len(text) / 1e6
    return Speed(
        suffix,
        each.library,
        size,
        size / _seconds(lambda: read_source(source)),
        size / _seconds(lambda: each.bare(path)),
    )


def _seconds(work: Callable[[], object]) -> float:
    found = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def _rows(text: str) -> list[str]:
    return [part for part in text.split("\n\n") if len(part) > 100]


def _write_jsonl(text: str, path: Path) -> None:
    path.write_bytes(b"".join(orjson.dumps({"text": row}) + b"\n" for row in _rows(text)))


def _bare_jsonl(path: Path) -> object:
    with path.open("rb") as file:
        return [orjson.loads(line)["text"] for line in file]


def _write_csv(text: str, path: Path) -> None:
    held = io.StringIO()
    csv.writer(held).writerows([["text"], *([row] for row in _rows(text))])
    path.write_text(held.getvalue(), encoding="utf-8", newline="")


def _bare_csv(path: Path) -> object:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def _write_parquet(text: str, path: Path) -> None:
    pq.write_table(pa.table({"text": _rows(text)}), path)


def _bare_parquet(path: Path) -> object:
    return pq.read_table(path, columns=["text"])["text"].to_pylist()


def _write_html(text: str, path: Path) -> None:
    body = "".join(
        f"<h2>{part[3:]}</h2>" if part.startswith("##") else f"<p>{part}</p>"
        for part in text.split("\n\n")
    )
    path.write_text(f"<html><title>T</title><body>{body}</body></html>", encoding="utf-8")


def _bare_html(path: Path) -> object:
    from markdownify import markdownify

    return markdownify(path.read_text(encoding="utf-8"), heading_style="ATX")


def _bare_rst(path: Path) -> object:
    from docutils.core import publish_doctree

    return publish_doctree(
        path.read_text(encoding="utf-8"), settings_overrides={"report_level": 5}
    ).astext()


def _write_rst(text: str, path: Path) -> None:
    parts = (
        f"{part[3:]}\n{'=' * len(part)}" if part.startswith("##") else part.lstrip("# ")
        for part in text.split("\n\n")
    )
    path.write_text("\n\n".join(parts), encoding="utf-8")


def _write_docx(text: str, path: Path) -> None:
    import docx

    document = docx.Document()
    for part in text.split("\n\n"):
        if part.startswith("##"):
            document.add_heading(part[3:], 1)
        else:
            document.add_paragraph(part)
    document.save(str(path))


def _bare_docx(path: Path) -> object:
    import docx

    return [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]


def _write_pptx(text: str, path: Path) -> None:
    import pptx

    slides = pptx.Presentation()
    for part in text.split("\n\n"):
        slide = slides.slides.add_slide(slides.slide_layouts[1])
        slide.placeholders[1].text_frame.text = part
    slides.save(str(path))


def _bare_pptx(path: Path) -> object:
    import pptx

    slides = pptx.Presentation(str(path)).slides
    return [
        shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame
    ]


def _write_pdf(text: str, path: Path) -> None:
    styles = import_module("reportlab.lib.styles")
    platypus = import_module("reportlab.platypus")
    style = styles.getSampleStyleSheet()
    flow = [
        platypus.Paragraph(
            part.lstrip("# "), style["Heading2" if part.startswith("##") else "BodyText"]
        )
        for part in text.split("\n\n")
    ]
    platypus.SimpleDocTemplate(str(path)).build([*flow])


def _bare_pdf(path: Path) -> object:
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(path).pages]


FORMATS = {
    ".md": _Format(_BIG, "open", _write_text, lambda path: path.read_text(encoding="utf-8")),
    ".jsonl": _Format(_BIG, "orjson", _write_jsonl, _bare_jsonl),
    ".csv": _Format(_BIG, "csv", _write_csv, _bare_csv),
    ".parquet": _Format(_BIG, "pyarrow", _write_parquet, _bare_parquet),
    ".html": _Format(_SLOW, "markdownify", _write_html, _bare_html),
    ".rst": _Format(_SLOW, "docutils", _write_rst, _bare_rst),
    ".docx": _Format(_MIDDLE, "python-docx", _write_docx, _bare_docx),
    ".pptx": _Format(_SLOW, "python-pptx", _write_pptx, _bare_pptx),
    ".pdf": _Format(_SLOW, "pypdf", _write_pdf, _bare_pdf),
}
