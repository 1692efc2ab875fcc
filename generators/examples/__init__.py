"""One record of each method, as its page in the catalogue shows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def example(method: str) -> dict[str, Any]:
    """The record of that method."""
    path = Path(__file__).parent / f"{method}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
