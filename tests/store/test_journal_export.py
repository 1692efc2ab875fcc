from __future__ import annotations

import asyncio
import tracemalloc
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from old_journals import FIRST, LAST, MORE_ROWS, ROWS, engine_of, write_old

from configs.errors import ConfigError, StoreCorrupt
from configs.teachers import Budget
from store import journal_export
from store.journal import Attempt, Ended, Journal, Reply
from store.journal_export import SCHEMAS, export_journal
from store.journal_runs import RunSpend, runs
from store.ledger import Spent
from store.tables import METADATA, REPLIES

REPLY = Reply("Grüße. 🦊", "stop", "m-1", 10, 6_000_000_000, 0.25, teacher="teacher", ttft_s=0.125)


@pytest.fixture
def journal(database: Path | str) -> Iterator[Journal]:
    with closing(Journal(database)) as opened:
        yield opened


def call(journal: Journal, run: str, ended: Ended | None) -> None:
    """A call that ended so; without an end its process was killed."""
    name = uuid.uuid4().hex
    worst = Spent(1, 1000, 10.0)
    attempt = Attempt(name, run, name * 2, "t", "http://x/v1", "m", "p@1", 1, worst)

    async def story() -> None:
        await journal.begin((attempt.key,), attempt, Budget())
        if ended is not None:
            await journal.end(attempt, ended, b'{"n":1}')

    asyncio.run(story())


def answered(reply: Reply = REPLY) -> Ended:
    return Ended("ok", Spent(1, 15, reply.usd or 0.0), 0.1, reply, 200)


FAILED = Ended("server", Spent(1, 0, 0.0), 0.1, None, 500, "oops")


def rows_of(database: Path | str, name: str) -> list[tuple[object, ...]]:
    with engine_of(database).connect() as connection:
        return sorted(map(tuple, connection.execute(sa.select(METADATA.tables[name]))), key=repr)


def test_what_is_exported_is_what_is_there(
    journal: Journal, database: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_export, "_AT_ONCE", 3)
    for ended in (*[answered()] * 7, FAILED, None, answered(Reply(None, "length", "m"))):
        call(journal, "run", ended)
    journal.learn("http://x/v1", "m", "guided", {"a": 1})
    journal.batches.intend("run", "t", "http://x/v1", ("k", "l"))
    told: list[tuple[str, int, int]] = []
    done = export_journal(journal, tmp_path / "into" / "all", lambda *said: told.append(said))
    names = {"replies": 8, "attempts": 10, "ledger": 1, "capabilities": 1, "batches": 1}
    assert done.rows == names
    assert {path.name for path in done.folder.iterdir()} == {f"{name}.parquet" for name in names}
    for name in names:
        path = done.folder / f"{name}.parquet"
        assert sorted(pl.read_parquet(path).rows(), key=repr) == rows_of(database, name)
        assert pq.read_schema(path) == SCHEMAS[name]
    assert told[-1] == ("journal", 21, 21)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert pq.ParquetFile(done.folder / "attempts.parquet").num_row_groups == 4
    assert list((tmp_path / "into").iterdir()) == [done.folder]


def test_an_empty_journal_is_exported_with_its_columns(journal: Journal, tmp_path: Path) -> None:
    done = export_journal(journal, tmp_path / "all")
    assert set(done.rows.values()) == {0}
    assert pl.read_parquet(done.folder / "replies.parquet").columns == REPLIES.columns.keys()


def test_a_journal_from_before_is_exported_in_the_columns_of_today(
    database: Path | str, tmp_path: Path
) -> None:
    write_old(database, *FIRST, *ROWS)
    with closing(Journal(database)) as journal:
        export_journal(journal, tmp_path / "all")
    (row,) = pl.read_parquet(tmp_path / "all" / "replies.parquet").to_dicts()
    assert (row["key"], row["content"], row["usd"]) == ("old", "Paid for.", 0.25)
    assert (row["cached_tokens"], row["structured"]) == (None, None)


def test_what_is_written_meanwhile_waits_for_nobody_and_is_not_exported(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_export, "_AT_ONCE", 1)
    for _ in range(3):
        call(journal, "run", answered())
    done = export_journal(journal, tmp_path / "all", lambda *_: call(journal, "run", answered()))
    assert done.rows["replies"] == done.rows["attempts"] == 3
    for name in ("replies", "attempts"):
        assert len(pl.read_parquet(done.folder / f"{name}.parquet")) == 3
    spent = pl.read_parquet(done.folder / "ledger.parquet").row(0, named=True)
    assert spent["requests"] == 3, "all tables are of the same moment"
    call(journal, "run", answered())
    assert journal.spent("run").requests == 3 + 3 + 3 + 1 + 1


def test_a_large_journal_is_never_in_memory(
    database: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_export, "_AT_ONCE", 250)
    with closing(Journal(database)) as journal:
        row = {
            **{column.name: 0 for column in REPLIES.columns if not column.nullable},
            **{"run": "r", "teacher": "t", "finish_reason": "stop", "model": "m"},
            "answered_at": "2025",
            "request": "x" * 4_000,
        }
        with journal.database.engine.begin() as connection:
            connection.execute(sa.insert(REPLIES), [{**row, "key": str(n)} for n in range(5_000)])
        arrow = [pa.total_allocated_bytes()]
        tracemalloc.start()
        export_journal(
            journal, tmp_path / "all", lambda *_: arrow.append(pa.total_allocated_bytes())
        )
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 4_000_000, "of 20 MB of requests"
    assert max(arrow) - arrow[0] < 4_000_000


def test_only_an_empty_folder_is_written_into(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "dear.txt").write_text("dear")
    (tmp_path / "empty").mkdir()
    for name in ("full", "full/dear.txt"):
        with pytest.raises(ConfigError, match="choose another folder"):
            export_journal(journal, tmp_path / name)
    monkeypatch.chdir(tmp_path / "empty")
    assert export_journal(journal, Path()).folder == tmp_path / "empty"
    assert (tmp_path / "empty" / "ledger.parquet").exists()
    assert (tmp_path / "full" / "dear.txt").read_text() == "dear"


def test_an_export_that_fails_leaves_nothing(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    call(journal, "run", answered())
    with monkeypatch.context() as patch:
        patch.setattr(journal_export, "write_parquet", full)
        with pytest.raises(StoreCorrupt, match=r"No space left.*make room"):
            export_journal(journal, tmp_path / "into" / "all")
    assert list((tmp_path / "into").iterdir()) == []
    assert export_journal(journal, tmp_path / "into" / "all").rows["replies"] == 1


def test_a_database_that_goes_away_meanwhile_is_said(
    postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_export, "_AT_ONCE", 1)
    drop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state LIKE 'idle in tr%%'"
    with closing(Journal(postgres_database)) as journal:
        for _ in range(3):
            call(journal, "run", answered())

        def lose(*_: object) -> None:
            write_old(postgres_database, drop)

        with pytest.raises(StoreCorrupt, match="cannot read the journal"):
            export_journal(journal, tmp_path / "into" / "all", lose)
    assert list((tmp_path / "into").iterdir()) == []


def test_values_that_do_not_fit_their_column_are_said(tmp_path: Path) -> None:
    write_old(tmp_path / "j.db", *LAST, *MORE_ROWS, "UPDATE ledger SET tokens = 'many'")
    said = pytest.raises(StoreCorrupt, match="could not export the journal")
    with closing(Journal(tmp_path / "j.db")) as journal, said:
        export_journal(journal, tmp_path / "all")
    assert not (tmp_path / "all").exists()


def test_runs_say_what_each_has_spent(journal: Journal) -> None:
    assert runs(journal) == []
    for ended in (answered(), answered(), FAILED, None):
        call(journal, "first", ended)
    call(journal, "second", answered(Reply("x", "stop", "m", 10, 5, None)))
    one, two = runs(journal)
    times = [row["started_at"] for row in journal.attempts("first")]
    assert one == RunSpend("first", 4, 1, 1, 1030, 10.5, 0, times[0], times[-1])
    assert (two.run, two.calls, two.tokens, two.usd, two.unpriced) == ("second", 1, 15, 0.0, 1)


def test_runs_of_the_first_journals_have_replies_alone(database: Path | str) -> None:
    write_old(database, *FIRST, *ROWS, "UPDATE replies SET usd = NULL")
    with closing(Journal(database)) as journal:
        assert runs(journal) == [RunSpend("run", 0, 0, 0, 0, 0.0, 1, None, None)]
