"""Which suffix is read by what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from store.reading.code import LANGUAGES, read_code
from store.reading.csv_rows import read_csv
from store.reading.found import Found
from store.reading.html import read_html
from store.reading.pdf import read_pdf
from store.reading.restructured import read_rst
from store.reading.rows import read_json, read_jsonl, read_parquet
from store.reading.slides import read_pptx
from store.reading.text import read_text
from store.reading.word import read_docx

Reader = Callable[[Path], Iterable[Found]]

READERS: dict[str, Reader] = {
    ".md": read_text,
    ".markdown": read_text,
    ".txt": read_text,
    ".rst": read_rst,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".pptx": read_pptx,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".parquet": read_parquet,
    **dict.fromkeys(LANGUAGES, read_code),
}
