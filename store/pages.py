"""HTML pages from the templates that lie beside their modules."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any


def fill(template: Path, **values: object) -> str:
    """A page with the values filled in and escaped; it may include templates beside it."""
    page: str = _environment(template.parent).get_template(template.name).render(**values)
    return page


@cache
def _environment(folder: Path) -> Any:  # jinja2 is imported late
    """It keeps the templates that it has compiled, which takes longer than to fill them."""
    from jinja2 import Environment, FileSystemLoader

    beside = FileSystemLoader(folder, encoding="utf-8")
    return Environment(loader=beside, autoescape=True, trim_blocks=True, lstrip_blocks=True)
