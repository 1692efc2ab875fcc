"""Progress bars in the terminal. Steps report; whoever runs them decides what is shown."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from store.stages import Progress, silent

_shown: list[Progress] = [silent]


def report(what: str, done: int, total: int) -> None:
    """Tell whoever watches how far something is."""
    for show in _shown:
        show(what, done, total)


@contextmanager
def shown_by(show: Progress) -> Iterator[None]:
    """Let something else show the progress, too, while the block runs."""
    _shown.append(show)
    try:
        yield
    finally:
        _shown.remove(show)


def notice(text: str) -> None:
    """Tell whoever watches something that does not stop the run: the terminal, or Prefect's log."""
    logging.getLogger("stillhouse").warning(text)


@contextmanager
def bars() -> Iterator[None]:
    """Show one bar per kind of work, on standard error, while the block runs.

    Where standard error is no terminal, as in a scheduler's log, nothing is drawn.
    """
    from rich.console import Console
    from rich.logging import RichHandler
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Display

    console = Console(stderr=True)
    display = Display(
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    tasks: dict[str, TaskID] = {}
    log = logging.getLogger("stillhouse")
    shown = RichHandler(console=console, show_path=False, show_level=False, markup=False)

    def show(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = display.add_task(what, total=total)
        display.update(tasks[what], completed=done, total=total)

    _shown.append(show)
    log.addHandler(shown)
    try:
        with display:
            yield
    finally:
        log.removeHandler(shown)
        _shown.pop()
