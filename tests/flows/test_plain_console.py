"""What rows hold does not act on a terminal."""

from __future__ import annotations

import io
from pathlib import Path

from conftest import RunCommand
from rich.table import Table
from rich.text import Text
from store_samples import released

from flows.views.plain_console import PlainConsole

EVIL = "before \x1b]0;title\x07\x1b[31m\x9b2J \u202edesrever\u2066 after"


def test_no_control_character_of_a_text_gets_through() -> None:
    view = Table("text", "more")
    view.add_row(Text(EVIL), "plain")
    out = io.StringIO()
    console = PlainConsole(file=out, width=120, force_terminal=True, color_system=None)
    console.print(view, Text(EVIL, style="bold"), EVIL)
    said = out.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\x1b[1;", "")
    assert not {*"\x07\x9b\u202e\u2066"} & {*said}
    assert "\x1b]" not in said and "\x1b[31m" not in said and "desrever" in said
    lines = [line for line in said.splitlines() if "│" in line]
    assert len({len(line.expandtabs()) for line in lines}) == 1


def test_commands_show_rows_so(stillhouse: RunCommand, tmp_path: Path) -> None:
    released(tmp_path, say=EVIL)
    released(tmp_path, say="other")
    for command in (
        ("diff", "small@1", "small@2"),
        ("show", "small@1", "r0001"),
        ("lineage", "r0001", "small@1"),
    ):
        said = stillhouse(*command, "--output", tmp_path)
        assert "desrever" in said.out and not {*"\x1b\x07\x9b\u202e"} & {*said.out}, command
