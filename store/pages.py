"""HTML pages from the templates that lie beside their modules."""

from __future__ import annotations

from pathlib import Path


def fill(template: Path, **values: object) -> str:
    """A page with the values filled in and escaped."""
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template.read_text(encoding="utf-8")).render(**values)
