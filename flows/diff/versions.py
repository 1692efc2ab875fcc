"""Two versions beside each other in every way that a diff shows."""

from __future__ import annotations

from dataclasses import dataclass

from flows.diff.drops import Drops, compare_drops
from flows.diff.examples import Example, find_examples
from flows.diff.figures import Figure, manifest_figures
from flows.diff.rows import compare_rows
from flows.diff.tables import CHANGED, IN, OUT, TableDiff
from flows.diff.tables_figures import Seen, table_figures
from flows.kept_corpus import Changes, document_changes
from store.versions import Version

_OF_THE_RUN = frozenset({"finished", "parent"})
"""Figures that always differ and say nothing of what a version holds."""


@dataclass(frozen=True)
class Compared:
    """All differences of two versions; ``tables`` begins with ``data``, and ``documents`` is None
    where it is not known which of them differ.
    """

    one: Version
    two: Version
    tables: list[TableDiff]
    drops: Drops
    figures: list[Figure]
    documents: Changes | None
    examples: list[Example]

    @property
    def differs(self) -> bool:
        """Whether anything does but when they were made."""
        return (
            any(table.differs for table in self.tables)
            or any(self.drops.counts[kind] for kind in (IN, OUT, CHANGED))
            or any(each.differs for each in self.figures if each.name not in _OF_THE_RUN)
        )


def compare(one: Version, two: Version, examples: int) -> Compared:
    """Compare two versions, of one dataset or of two, and read the texts of a few rows."""
    seen = Seen(), Seen()
    tables = compare_rows(one, two, seen)
    drops = compare_drops(one, two, tables[0].rows)
    figures = [*manifest_figures(one, two), *table_figures(one, two, seen)]
    shown = find_examples(one, two, tables[0], drops, examples) if examples else []
    return Compared(one, two, tables, drops, figures, document_changes(one, two), shown)
