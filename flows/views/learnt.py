"""What people see of claims to label, and of what was learnt from their labels."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from flows.commands.options import output_option
from flows.learnt import Reviewed
from flows.review import Exported
from store.shares import wilson
from store.versions import Version
from verifiers.curves import LEAST


def exported_views(version: Version, path: Path, found: Exported) -> Iterator[RenderableType]:
    """How many claims were written where, and what to do with them."""
    if not found.undecided:
        yield Text(
            f"{version.name} has nothing to label: every claim was decided exactly, or no passage "
            "was there to decide by. No file was written."
        )
        return
    yield Text(
        f"Exported {found.written:,} of {found.undecided:,} undecided claims of {version.name}, "
        f"the most uncertain first: {path}"
    )
    if found.undecided < LEAST:
        yield Text(f"A calibration needs {LEAST} labels; build more records, and review those.")
        return
    spec = f"{version.manifest['dataset']}@{version.number}"
    option = output_option(version.root)
    yield Text(
        "Write supported or unsupported into `label`: does the passage bear out the claim? Then, "
        f"from {LEAST} labels on:\n"
        f"  stillhouse review {spec} --labels {shlex.quote(str(path))}{option}"
    )


def learnt_views(found: Reviewed) -> Iterator[RenderableType]:
    """The figures before and after, where all of it is, and the lines for the recipe."""
    calibration = found.learnt.calibration
    yield _figures(found)
    yield Text(
        f"{found.labelled:,} labels, {found.supported:,} supported, of {found.undecided:,} "
        "undecided claims. After: on claims that curve and threshold have not seen (five folds)."
    )
    yield Text(_threshold(found))
    yield Text(f"Calibration ({calibration.kind}): {found.path}\nPage: {found.page}")
    yield Text("For the recipe:")
    where = json.dumps(str(found.path.absolute()), ensure_ascii=False)
    yield Text(f"verifiers:\n  grounding:\n    calibration: {where}", style="cyan")


def _figures(found: Reviewed) -> Table:
    table = Table(title=f"Claims of {found.version} that people labelled", title_justify="left")
    for name in ("", "before", "after"):
        table.add_column(name, justify="right" if name else "left")
    both = (found.learnt.before, found.learnt.after)
    others = found.labelled - found.supported
    table.add_row("calibration error (ECE)", *(f"{each.error:.3f}" for each in both))
    table.add_row("balanced accuracy", *(f"{each.accuracy:.3f}" for each in both))
    alarms = [_share(each.false_alarms, found.supported) for each in both]
    table.add_row("false alarms: supported, and lost", *alarms)
    through = [_share(each.let_through, others) for each in both]
    table.add_row("unsupported, and let through", *through)
    return table


def _share(share: float, count: int) -> str:
    """A share with its 95 % interval."""
    low, high = wilson(round(share * count), count)
    return f"{share:.1%} ({low:.1%} to {high:.1%})"


def _threshold(found: Reviewed) -> str:
    least = found.learnt.calibration.threshold
    if least is None:
        return (
            f"No threshold: the checks alone lose {found.learnt.before.false_alarms:.1%} of what "
            f"people call supported, more than the {found.wanted:.1%} wanted."
        )
    return (
        f"Threshold {least:.3g} for at most {found.wanted:.1%} false alarms; of the supported ones "
        f"among all {found.undecided:,} undecided claims it should lose {found.expected:.1%}."
    )
