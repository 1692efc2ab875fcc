"""The catalogue of methods as a table and as the page docs/catalogue.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from rich.table import Table
from rich.text import Text

from generators.catalogue import Entry

_TOP = """# Catalogue of methods

Made from the code by `stillhouse methods --page docs/catalogue.md`. A recipe names methods under
`methods`, each with a `weight` and the shares of its `styles`. [methods.md](methods.md) shows how
to write one of your own.

| method | what it makes | after | reads | a record holds |
|---|---|---|---|---|
"""


def methods_table(entries: Mapping[str, Entry]) -> Table:
    """One line per method."""
    table = Table(header_style="bold")
    for column in ("method", "what it makes", "styles", "reads", "after"):
        table.add_column(column, overflow="fold")
    for name, entry in entries.items():
        cells = (name, entry.summary, ", ".join(entry.styles), entry.inputs, entry.paper)
        table.add_row(*map(Text, cells))
    return table


def methods_page(entries: Mapping[str, Entry]) -> str:
    """The page, Markdown."""
    rows = [
        f"| [`{name}`](#{name}) | {entry.summary} | {entry.paper} | {entry.inputs} "
        f"| {entry.outputs} |"
        for name, entry in entries.items()
    ]
    parts = [part for name, entry in entries.items() for part in _part(name, entry)]
    return _TOP + "\n".join(rows) + "\n" + "\n".join(parts) + "\n"


def _settings(entry: Entry) -> Iterator[str]:
    """A table of the settings that are the method's own, where it has some."""
    fields = entry.settings.model_fields
    if fields:
        yield "\n| setting | default | what it is |\n|---|---|---|"
    for name, field in fields.items():
        default = "" if field.is_required() else f"`{field.default}`"
        yield f"| `{name}` | {default} | {field.description} |"


def _part(name: str, entry: Entry) -> Iterator[str]:
    yield f"\n## {name}\n"
    shares = ", ".join(f"`{style}`" for style in entry.styles)
    yield f"{entry.summary} Styles: {shares}."
    yield f"Prompts: {', '.join(f'`{prompt.id}`' for prompt in entry.prompts)}."
    yield from _settings(entry)
    if entry.example is not None:
        text = json.dumps(entry.example, indent=2, ensure_ascii=False)
        yield f"\n```json\n{text}\n```"
