from __future__ import annotations

import asyncio
import logging
import multiprocessing
import signal
import subprocess
import sys
import uuid
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from old_journals import FIRST, LAST, MORE_ROWS, ROWS, contents, engine_of, write_old
from store_samples import released

from configs.errors import StoreCorrupt
from configs.teachers import Budget
from store import migrating
from store.checks import verify
from store.journal import Attempt, Ended, Journal, Reply
from store.ledger import Spent
from store.tables import METADATA
from store.versions import find_version

REPLY = Reply("Hello.", "stop", "m-1", 10, 5, 0.25, teacher="teacher", cached_tokens=3)
PAID = Reply("Paid for.", "stop", "m-1", 10, 5, 0.25, latency_s=0.5, teacher="teacher")

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{head}"


def upgrade():
    op.add_column("replies", sa.Column("region", sa.String))
    op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("UPDATE replies SET region = 'unknown'")
    {more}
"""


def call(journal: Journal, key: str) -> Reply | None:
    """A call as a build makes it; the reply that was there already, if one was."""
    worst = Spent(1, 1000, 10.0)
    name = uuid.uuid4().hex
    attempt = Attempt(name, "run", key, "t", "http://x/v1", "m", "p@1", 1, worst)

    async def story() -> Reply | None:
        found = await journal.begin((key,), attempt, Budget())
        if found is None:
            await journal.end(attempt, Ended("ok", Spent(1, 15, 0.25), 0.1, REPLY, 200), b"{}")
        return found

    return asyncio.run(story())


def open_one(database: Path | str) -> str | None:
    """One of several that open the same journal; the reply that was in it from before."""
    with closing(Journal(database)) as journal:
        found = journal.find("old")
        call(journal, uuid.uuid4().hex)
        return found.content if found else None


def revision(database: Path | str) -> str | None:
    with engine_of(database).connect() as connection:
        return migrating.revision(connection)


def differences(database: Path | str) -> Sequence[object]:
    """What Alembic would change to come from the database to our tables."""
    with engine_of(database).connect() as connection:
        options = {"version_table": migrating.REVISION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, METADATA))


def further(
    folder: Path, patch: pytest.MonkeyPatch, more: str = "pass", head: str = "next"
) -> None:
    """A later Stillhouse, whose tables have one more revision."""
    folder.mkdir(exist_ok=True)
    (folder / "0002_next.py").write_text(NEXT.format(head=migrating.HEAD, more=more))
    patch.setattr(migrating, "VERSIONS", (*migrating.VERSIONS, folder))
    patch.setattr(migrating, "HEAD", head)


def test_a_new_journal_has_our_tables_and_their_revision(database: Path | str) -> None:
    with closing(Journal(database)) as journal:
        assert call(journal, "k") is None
    assert revision(database) == migrating.HEAD
    assert differences(database) == []
    assert set(contents(database)) == {*METADATA.tables, migrating.REVISION_TABLE}


def test_the_head_is_that_of_the_scripts() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrating.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "newline")
    assert ScriptDirectory.from_config(config).get_heads() == [migrating.HEAD]


@pytest.mark.parametrize(
    ("statements", "kept"),
    [
        pytest.param((*FIRST, *ROWS), ("replies",), id="first"),
        pytest.param((*LAST, *ROWS, *MORE_ROWS), tuple(METADATA.tables), id="last"),
    ],
)
def test_a_journal_from_before_revisions_opens_and_keeps_all(
    database: Path | str, statements: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    write_old(database, *statements)
    before = contents(database)
    with closing(Journal(database)) as journal:
        after = contents(database)
        assert journal.find("old") == PAID
        assert call(journal, "old") == PAID, "not paid for twice"
        assert call(journal, "new") is None
        assert journal.find("new") == REPLY
    assert revision(database) == migrating.HEAD
    assert differences(database) == []
    for name in kept:
        assert len(after[name]) == len(before[name])
        for old, new in zip(before[name][2:], after[name][2:], strict=True):
            assert new[: len(old)] == old or set(old) <= set(new)


def test_an_attempt_that_waited_for_a_batch_before_is_found(database: Path | str) -> None:
    write_old(database, *LAST, *MORE_ROWS)
    with closing(Journal(database)) as journal:
        assert journal.capability("http://x/v1", "m") == "guided"
        assert journal.spent("run") == Spent(2, 1015, 10.25)
        (row,) = journal.attempts("run")
        assert (row["id"], row["outcome"], row["worst_tokens"]) == ("a", "queued", 1000)


def test_several_open_an_old_journal_at_once(database: Path | str) -> None:
    write_old(database, *FIRST, *ROWS)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(open_one, [database] * 4)) == ["Paid for."] * 4
    with closing(Journal(database)) as journal:
        assert len(journal.attempts("run")) == 4


def test_threads_open_different_journals_at_once(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.db" for number in range(6)]
    for path in paths:
        write_old(path, *FIRST, *ROWS)
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(open_one, paths)) == ["Paid for."] * 6
    assert {revision(path) for path in paths} == {migrating.HEAD}


def test_processes_open_an_old_journal_at_once(tmp_path: Path, postgres_database: str) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(len, ["a", "b"]))  # They are both there before the race begins.
        for database in (tmp_path / "journal.db", postgres_database):
            write_old(database, *FIRST, *ROWS)
            assert list(pool.map(open_one, [database] * 2)) == ["Paid for."] * 2
            with closing(Journal(database)) as journal:
                assert len(journal.attempts("run")) == 2


@pytest.mark.parametrize("began", [False, True], ids=["from before", "at head"])
def test_a_migration_that_fails_leaves_the_journal_as_it_was(
    database: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, began: bool
) -> None:
    write_old(database, *FIRST, *ROWS)
    if began:
        Journal(database).close()
    before = contents(database)
    with monkeypatch.context() as patch:
        further(tmp_path / "later", patch, more='op.execute("SELECT nonsense FROM nowhere")')
        with pytest.raises(StoreCorrupt, match=r"could not be brought .*nowhere.*is as it was"):
            Journal(database)
    assert contents(database) == before
    with closing(Journal(database)) as journal:
        assert journal.find("old") == PAID


def test_a_kill_within_a_migration_leaves_the_journal_as_it_was(
    database: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_old(database, *FIRST, *ROWS)
    before = contents(database)
    with monkeypatch.context() as patch:
        further(tmp_path / "later", patch, more="import os; os.kill(os.getpid(), 9)")
    script = (
        "from pathlib import Path, PosixPath; from store import journal, migrating\n"
        f"migrating.VERSIONS += (Path({str(tmp_path / 'later')!r}),)\n"
        f"migrating.HEAD = 'next'; journal.Journal({database!r})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert contents(database) == before
    with closing(Journal(database)) as journal:
        assert journal.find("old") == PAID


def test_a_store_of_today_opens_after_a_later_migration(
    database: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released(tmp_path / "out")
    with closing(Journal(database)) as journal:
        for number in range(5):
            assert call(journal, f"k{number}") is None
        spent = journal.spent("run")
    with monkeypatch.context() as patch:
        further(tmp_path / "later", patch)
        with closing(Journal(database)) as journal:
            assert revision(database) == "next"
            assert [call(journal, f"k{number}") for number in range(5)] == [REPLY] * 5
            assert journal.spent("run") == spent
            assert call(journal, "new") is None
            assert journal.find("new") == REPLY
        assert {"notes", *METADATA.tables} <= set(contents(database))
        assert verify(find_version(tmp_path / "out", "small")) == []
        Journal(database).close()
    with pytest.raises(StoreCorrupt, match=r"newer Stillhouse.*revision next.*update Stillhouse"):
        Journal(database)
    assert revision(database) == "next"


def test_another_application_may_use_alembic_in_the_same_database(postgres_database: str) -> None:
    theirs = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"
    write_old(postgres_database, theirs, "INSERT INTO alembic_version VALUES ('theirs')")
    with closing(Journal(postgres_database)) as journal:
        assert call(journal, "k") is None
    assert contents(postgres_database)["alembic_version"][2:] == [("theirs",)]


def test_a_server_at_head_needs_no_right_to_make_tables(postgres_database: str) -> None:
    Journal(postgres_database).close()
    write_old(
        postgres_database,
        "CREATE ROLE worker LOGIN",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO worker",
    )
    url = sa.make_url(postgres_database).set(username="worker", password=None)
    with closing(Journal(url.render_as_string())) as journal:
        assert call(journal, "k") is None
    write_old(postgres_database, "DROP OWNED BY worker", "DROP ROLE worker")


def test_a_folder_with_signs_that_mean_something_to_others(tmp_path: Path) -> None:
    path = tmp_path / "50% off? #1" / "journal & co.db"
    with closing(Journal(path)) as journal:
        assert call(journal, "k") is None
    assert path.exists()


def test_logs_are_left_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers), root.manager.disable)
    ours = logging.getLogger("stillhouse.test")
    Journal(tmp_path / "journal.db").close()
    assert (root.level, root.handlers, root.manager.disable) == before
    assert not ours.disabled
    assert capfd.readouterr() == ("", "")


def test_a_journal_that_is_there_is_opened_without_alembic(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    Journal(path).close()
    script = (
        "import sys; from pathlib import Path; from store.journal import Journal\n"
        f"Journal(Path({str(path)!r})).close()\n"
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"


def test_the_wheel_has_all_scripts() -> None:
    import tomllib

    root = Path(migrating.__file__).parent.parent
    listed = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = {path.parent for path in (root / "store" / "migrations").rglob("*.py")}
    assert {".".join(folder.relative_to(root).parts) for folder in folders} <= set(listed)
