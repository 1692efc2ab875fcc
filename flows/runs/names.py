"""Names as Prefect allows them."""

from __future__ import annotations

import re


def artifact_key(name: str) -> str:
    """A dataset's name as Prefect allows it in a key: lower case, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "dataset"
