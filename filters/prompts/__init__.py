"""The prompts of judges, as files; :mod:`store.prompts` says what stands in them."""

from __future__ import annotations

from pathlib import Path

from store import prompts
from store.prompts import Prompt

FOLDER = Path(__file__).parent
"""Where they and their lock file are."""


def load_prompt(name: str) -> Prompt:
    """The prompt of that name and version, for example ``judge/quality@1.0.0``."""
    return prompts.load_prompt(FOLDER, name)
