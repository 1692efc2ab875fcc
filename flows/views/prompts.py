"""Prompt files as people look at them: what there is, and what is published."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

import filters.prompts
import generators.prompts
import verifiers.prompts
from configs.errors import StoreCorrupt
from store.prompt_lock import faults, locked
from store.prompts import prompt_names, read_prompt

FOLDERS = (generators.prompts.FOLDER, filters.prompts.FOLDER, verifiers.prompts.FOLDER)
"""Where our own prompts are."""


def check_published(folders: Sequence[Path]) -> None:
    """Look whether the published prompts of these folders are what they were.

    Raises:
        StoreCorrupt: some are not; says for each what to do.
    """
    wrong = [fault for folder in folders for fault in faults(folder)]
    if wrong:
        raise StoreCorrupt("\n".join(wrong))


def prompts_table(folder: Path) -> Table:
    """The prompts of a folder, one a line.

    Raises:
        ConfigError: one is not fit to be sent.
    """
    table = Table(title=Text(str(folder)), title_justify="left", header_style="bold")
    for column in ("prompt", "variables", "reason", "sha256", "locked"):
        table.add_column(column, overflow="fold")
    known = locked(folder)
    for name in prompt_names(folder):
        prompt = read_prompt(folder, name)
        said = (name, ", ".join(prompt.front.variables), prompt.front.reason, prompt.sha256[:8])
        table.add_row(*map(Text, said), "yes" if name in known else "no")
    return table
