"""The differences of two versions as one HTML file, which needs nothing from outside."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from flows.diff.said import (
    by_split,
    delta_text,
    documents_text,
    drops_text,
    table_texts,
    title_of,
    value_text,
)
from flows.diff.versions import Compared
from store.files import put_whole
from store.pages import fill

_REASONS = 50


def save_page(found: Compared, path: Path) -> Path:
    """Write the page over an older one and return its path.

    Raises:
        StoreCorrupt: the disk refused.
    """
    put_whole(path, render_page(found).encode())
    return path


def render_page(found: Compared) -> str:
    """Rows, dropped rows, all figures side by side, and rows with their words marked."""
    reasons = found.drops.reasons.head(_REASONS).iter_rows()
    return fill(
        Path(__file__).with_name("version_diff.html.j2"),
        one=found.one.name,
        two=found.two.name,
        differs=found.differs,
        tables=[
            {
                "title": title_of(table.config),
                "rows": by_split(table),
                "said": [*table_texts(table, found)],
            }
            for table in found.tables
        ],
        drops=drops_text(found.drops),
        reasons=[(*row, row[3] - row[2]) for row in reasons],
        documents="" if found.documents is None else documents_text(found.documents),
        groups=[(group, [*some]) for group, some in groupby(found.figures, lambda one: one.group)],
        value=value_text,
        delta=delta_text,
        kinds=[(kind, [*some]) for kind, some in groupby(found.examples, lambda one: one.kind)],
    )
