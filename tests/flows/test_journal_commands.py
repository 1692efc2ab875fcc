from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from conftest import RunCommand
from old_journals import LAST, MORE_ROWS, ROWS, write_old

from flows.views.journal import runs_table
from store.journal_runs import RunSpend


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """A folder of datasets with a journal of one run."""
    write_old(tmp_path / "out" / ".stillhouse" / "journal.sqlite", *LAST, *ROWS, *MORE_ROWS)
    return tmp_path / "out"


def test_runs_are_listed(stillhouse: RunCommand, output: Path) -> None:
    said = stillhouse("journal", "runs", "--output", output)
    assert said.code == 0
    head, row = said.out.strip().splitlines()
    assert head.split() == "run first call last call calls failed open tokens cost".split()
    assert row.split() == "run 2025-01-01 00:00 2025-01-01 00:00 1 0 1 1,015 $10.2500".split()


def test_a_journal_is_exported(stillhouse: RunCommand, output: Path, tmp_path: Path) -> None:
    said = stillhouse("journal", "export", tmp_path / "all", "--output", output)
    assert said.code == 0
    assert "1 replies" in said.out and str(tmp_path / "all") in said.out
    assert pl.read_parquet(tmp_path / "all" / "ledger.parquet").row(0) == ("run", 2, 1015, 10.25)
    again = stillhouse("journal", "export", tmp_path / "all", "--output", output)
    assert again.code == 2 and "is there already" in again.err


@pytest.mark.parametrize("command", [("runs",), ("export", "all")])
def test_without_a_journal_that_is_said_and_none_is_made(
    stillhouse: RunCommand,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    said = stillhouse("journal", *command, "--output", tmp_path / "out")
    assert said.code == 2 and "there is no journal in" in said.err
    monkeypatch.setenv("STILLHOUSE_JOURNAL_URL", "sqlite:///elsewhere.db")
    said = stillhouse("journal", *command, "--output", tmp_path / "out")
    assert said.code == 2 and "no file elsewhere.db" in said.err
    monkeypatch.setenv("STILLHOUSE_JOURNAL_URL", "mysql://u:hunter2@localhost/x")
    said = stillhouse("journal", *command, "--output", tmp_path / "out")
    assert said.code == 2 and "sqlite:///" in said.err and "hunter2" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_the_journal_may_be_a_file_by_url(
    stillhouse: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_old(tmp_path / "shared.db", *LAST, *MORE_ROWS)
    monkeypatch.setenv("STILLHOUSE_JOURNAL_URL", f"sqlite:///{tmp_path / 'shared.db'}")
    said = stillhouse("journal", "runs", "--output", tmp_path / "out")
    assert said.code == 0 and "1,015" in said.out


def test_money_that_is_not_known_is_not_said_to_be_none() -> None:
    known = RunSpend("a" * 64, 2, 0, 0, 10, 1.5, 0, "2025-01-01T10:00:00.000+00:00", None)
    partly = RunSpend("b" * 64, 2, 1, 0, 10, 1.0, 1, None, None)
    unknown = RunSpend("c" * 64, 2, 1, 0, 10, 0.0, 2, None, None)
    costs = list(runs_table([known, partly, unknown]).columns[-1].cells)
    assert costs == ["$1.5000", "at least $1.0000", "price unknown", "at least $2.5000"]
