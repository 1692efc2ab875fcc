"""HTML pages from the templates that lie beside their modules."""

from __future__ import annotations

from pathlib import Path


def fill(template: Path, **values: object) -> str:
    """A page with the values filled in and escaped; it may include templates beside it."""
    from jinja2 import Environment, FileSystemLoader

    beside = FileSystemLoader(template.parent, encoding="utf-8")
    environment = Environment(loader=beside, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template(template.name).render(**values)
