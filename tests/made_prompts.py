"""Prompt files that tests make."""

from __future__ import annotations

from pathlib import Path

NAME = "made/ask@1.2.0"
FRONT = {
    "id": "made/ask",
    "version": "1.2.0",
    "variables": "[text]",
    "author": "Somebody",
    "reason": "First version.",
}


def written(
    folder: Path, body: str = "# user\n\n{{ text }}\n", name: str = NAME, **front: str | None
) -> Path:
    """A folder with one prompt; fields of the front matter that are None are left out."""
    fields = {key: value for key, value in {**FRONT, **front}.items() if value is not None}
    lines = "".join(f"{key}: {value}\n" for key, value in fields.items())
    path = folder / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{lines}---\n{body}", encoding="utf-8")
    return folder
