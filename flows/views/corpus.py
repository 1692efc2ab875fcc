"""What was read of a corpus, on the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from flows.corpus_counts import CorpusCounts

_SHOWN = 20


def corpus_views(found: CorpusCounts) -> Iterator[RenderableType]:
    """A table of figures, then what was left out and what is nearly the same, line by line."""
    table = Table(title="What was read", header_style="bold", title_justify="left")
    table.add_column("of the corpus")
    table.add_column("", overflow="fold")
    for name, value in _figures(found):
        table.add_row(name, value)
    yield table
    yield from _lines("Cannot be read", [f"{one.name}{one.said}" for one in found.problems])
    yield from _lines("Folded", [f"{one.name}{one.said}" for one in found.twins])
    pairs = [f"{pair.left} and {pair.right}: {pair.share:.0%}" for pair in found.alike]
    yield from _lines("Nearly the same, both kept", pairs)


def _figures(found: CorpusCounts) -> Iterator[tuple[str, str]]:
    yield "documents", f"{found.documents:,}"
    yield "by kind", _counted(found.kinds)
    yield "with pages", f"{found.paged:,}"
    yield "passages", f"{found.passages:,}"
    yield "tokens, about", f"{found.tokens:,}"
    yield "languages", _counted(found.languages)
    undated = found.documents - len(found.dated)
    span = f"{found.dated[0]} to {found.dated[-1]}" if found.dated else "none"
    yield "dates", f"{span}; {undated:,} undated" if undated else span
    yield "duplicates", f"{len(found.twins):,} folded, {len(found.alike):,} pairs nearly the same"
    yield "problems", f"{len(found.problems):,}"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name or 'unknown'} {count:,}" for name, count in counts.most_common())


def _lines(title: str, lines: Sequence[str]) -> Iterator[Text]:
    if lines:
        more = len(lines) - _SHOWN
        shown = [*lines[:_SHOWN], *([f"and {more:,} more"] if more > 0 else [])]
        yield Text("\n  ".join([f"{title}:", *shown]))
