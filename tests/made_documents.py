"""Files of the formats that Stillhouse reads, made by those formats' own writing libraries."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import docx
import orjson
import pptx
import pyarrow as pa
import pyarrow.parquet as pq
from pypdf import PdfReader, PdfWriter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

Rows = Sequence[Sequence[str]]
DEPTHS: Rows = [["Lake", "Depth"], ["Ana", "12 m"], ["Bel", "240 m"]]
MARKDOWN_DEPTHS = "| Lake | Depth |\n| --- | --- |\n| Ana | 12 m |\n| Bel | 240 m |"


def pdf(title: str, pages: Sequence[tuple[str, str]], table: Rows = ()) -> bytes:
    """A page for each heading and its text; the table stands at the end of the last."""
    style, held = getSampleStyleSheet(), io.BytesIO()
    flow = [Paragraph(title, style["Title"])]
    for number, (heading, text) in enumerate(pages):
        flow += [PageBreak()] if number else []
        flow += [Paragraph(heading, style["Heading2"]), Paragraph(text, style["BodyText"])]
    flow += [Table(table)] if table else []
    SimpleDocTemplate(held, title=title, invariant=True).build(flow)
    return held.getvalue()


def encrypted_pdf(password: str) -> bytes:
    writer, held = PdfWriter(), io.BytesIO()
    for page in PdfReader(io.BytesIO(pdf("Secret", [("One", "Nobody reads this.")]))).pages:
        writer.add_page(page)
    writer.encrypt(password, owner_password="owner", algorithm="AES-256")
    writer.write(held)
    return held.getvalue()


def scanned_pdf() -> bytes:
    writer, held = PdfWriter(), io.BytesIO()
    for _ in range(3):
        writer.add_blank_page(300, 400)
    writer.write(held)
    return held.getvalue()


def word(title: str, sections: Sequence[tuple[str, str]], table: Rows = ()) -> bytes:
    document, held = docx.Document(), io.BytesIO()
    document.add_heading(title, 0)
    for heading, text in sections:
        document.add_heading(heading, 1)
        document.add_paragraph(text)
    document.add_paragraph("An item.", style="List Bullet")
    if table:
        grid = document.add_table(len(table), len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    document.core_properties.modified = datetime(2024, 3, 9, 12)
    document.save(held)
    return held.getvalue()


def slides(pages: Sequence[tuple[str, str]], table: Rows = ()) -> bytes:
    show, held = pptx.Presentation(), io.BytesIO()
    for title, text in pages:
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
        slide.notes_slide.notes_text_frame.text = f"Spoken on {title.lower()}."
    if table:
        slide = show.slides.add_slide(show.slide_layouts[6])
        shape = slide.shapes.add_table(len(table), len(table[0]), 0, 0, 900_000, 900_000)
        for row, cells in zip(shape.table.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    show.save(held)
    return held.getvalue()


def parquet(rows: Sequence[dict[str, object]]) -> bytes:
    held = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([*rows]), held)
    return held.getvalue()


def repacked(document: bytes, parts: dict[str, bytes]) -> bytes:
    """A zipped document in which parts are others, or new."""
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(document)) as old,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in {*old.namelist(), *parts}:
            new.writestr(name, parts.get(name) or old.read(name))
    return held.getvalue()


def put(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def whole_folder() -> dict[str, bytes]:
    """Forty files that can be read and ten that cannot, by name; those are in ``broken/``."""
    files: dict[str, bytes] = {}
    for n in range(4):
        said = f"Harbour {n} is {n + 3} m deep."
        other = f"Its tower {n} was built in 19{n}0."
        pages = [("Depth", said), ("Tower", other)]
        files |= {
            f"report-{n}.pdf": pdf(f"Report {n}", pages, DEPTHS),
            f"note-{n}.docx": word(f"Note {n}", pages, DEPTHS),
            f"show-{n}.pptx": slides(pages, DEPTHS),
            f"page-{n}.html": (
                f"<html><head><title>Page {n}</title></head><body><h1>Page {n}</h1>"
                f"<h2>Depth</h2><p>{said}</p><table><tr><th>Lake</th><th>Depth</th></tr>"
                "<tr><td>Ana</td><td>12 m</td></tr><tr><td>Bel</td><td>240 m</td></tr></table>"
                f"<h2>Tower</h2><p>{other}</p></body></html>"
            ).encode(),
            f"2024-06-1{n}-text.md": f"# Text {n}\n\n## Depth\n\n{said}\n\n{other}\n".encode(),
            f"rest-{n}.rst": (
                f"Rest {n}\n======\n\n:Date: 2023-01-0{n + 1}\n\nDepth\n-----\n\n{said}\n\n"
                f"Tower\n-----\n\n{other}\n"
            ).encode(),
            f"plain_v2022010{n + 1}.txt": f"{said} {other}\n".encode(),
            f"code/tool{n}.py": (
                f'"""{said}"""\n\nimport os\n\n\ndef tower():  # {other}\n    return os\n'
            ).encode(),
            f"table-{n}.csv": f'Name;Said\nharbour;"{said}"\ntower;{other}\n'.encode(),
            f"one-{n}.json": orjson.dumps(
                {"text": f"{said} {other}", "retrieved_at": "2024-02-01"}
            ),
        }
    file = word("Note", [("One", "Text.")])
    return files | {
        "broken/encrypted.pdf": encrypted_pdf("secret"),
        "broken/scanned.pdf": scanned_pdf(),
        "broken/cut.pdf": files["report-0.pdf"][:200],
        "broken/cut.docx": file[: len(file) // 2],
        "broken/encrypted.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "broken/other.pptx": file,
        "broken/latin.txt": "Caf\xe9.".encode("latin-1"),
        "broken/empty.md": b"",
        "broken/rows.jsonl": b'{"text": "fine"}\n{"words": 1}\n',
        "broken/nonsense.parquet": b"PAR1 nonsense",
    }
