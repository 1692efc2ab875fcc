from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journals import answer, begin

from store import retention
from store.journal import Journal
from store.retention import Old, old, prune
from store.stages import silent

OLD, NEW = "2024-02-03T04:05:06.789+00:00", "2026-02-03T04:05:06.789+00:00"
BETWEEN = "2025-01-01T00:00:00.000+00:00"


def filled(journal: Journal) -> None:
    """Old and new calls, some of which someone waits for."""
    answer(journal, "old", "ä", '{"a":"ü"}', OLD)
    answer(journal, "unpriced", "abc", "{}", OLD, usd=None)
    answer(journal, "new", at=NEW)
    answer(journal, "held", "abc", "{}", OLD)
    begin(journal, "queued", queued=True, at=OLD)
    begin(journal, "sent", at=OLD)
    journal.batches.intend("run", "t", "http://x/v1", ("held", "queued"))


def test_old_replies_go_and_the_money_stays(database: Path | str) -> None:
    with closing(Journal(database)) as journal:
        filled(journal)
        before = journal.spent("run")
        expected = Old(2, 17, 0.25, 1, 3)
        assert old(journal.database, BETWEEN, False) == expected
        assert journal.find("old"), "looking deletes nothing"
        assert prune(journal.database, BETWEEN, False, silent) == expected
        there = {key for key in ("old", "unpriced", "new", "held") if journal.find(key)}
        assert there == {"new", "held"}
        outcomes = sorted((row["key"], row["outcome"]) for row in journal.attempts("run"))
        assert outcomes == [("new", "ok"), ("queued", "queued"), ("sent", "sent")]
        assert journal.spent("run") == before
        assert len(journal.batches.open("http://x/v1")) == 1
        assert old(journal.database, BETWEEN, False) == Old()
        answer(journal, "old", "again")
        assert journal.find("old")


def test_replies_may_stay(database: Path | str) -> None:
    with closing(Journal(database)) as journal:
        filled(journal)
        assert prune(journal.database, BETWEEN, True, silent) == Old(attempts=3)
        assert all(journal.find(key) for key in ("old", "unpriced", "new", "held"))
        assert len(journal.attempts("run")) == 3


def test_the_bytes_are_gone_from_the_files(tmp_path: Path) -> None:
    path, said = tmp_path / "journal.db", "a very private saying, " * 400
    with closing(Journal(path)) as journal:
        for number in range(30):
            answer(journal, f"k{number}", said, at=OLD)
        answer(journal, "new", at=NEW)
        before = journal.database.size
        prune(journal.database, BETWEEN, False, silent)
        assert journal.compact()
        assert journal.database.size < before / 2
        assert not [file for file in tmp_path.iterdir() if b"private" in file.read_bytes()]
        assert journal.find("new")
    assert not [f for f in tmp_path.iterdir() if b"private" in f.read_bytes()]


def test_a_reader_elsewhere_keeps_the_log_and_that_is_said(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "j.db")) as one, closing(Journal(tmp_path / "j.db")) as two:
        answer(one, "k", at=OLD)
        with two.database.reading() as connection:
            connection.exec_driver_sql("SELECT * FROM replies").all()
            prune(one.database, BETWEEN, False, silent)
            assert not one.database.compact(patience_s=0.1)
        assert one.database.compact()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared")


@settings(max_examples=12, deadline=None)
@given(ages=st.lists(st.booleans(), max_size=6), at_once=st.integers(1, 4))
def test_exactly_what_is_older_goes(shared: Path, ages: list[bool], at_once: int) -> None:
    path = shared / f"{len(list(shared.iterdir()))}.db"
    with closing(Journal(path)) as journal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(retention, "_AT_ONCE", at_once)
        for number, is_old in enumerate(ages):
            answer(journal, f"k{number}", at=OLD if is_old else NEW)
        found = prune(journal.database, BETWEEN, False, silent)
        assert found.replies == found.attempts == sum(ages)
        left = [bool(journal.find(f"k{number}")) for number in range(len(ages))]
    assert left == [not is_old for is_old in ages]
