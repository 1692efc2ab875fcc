from __future__ import annotations

import asyncio
import multiprocessing
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from configs.errors import BudgetExceeded, ConfigError, StoreCorrupt
from configs.teachers import Budget
from store.journal import Attempt, Ended, Journal, Reply, request_key
from store.ledger import Spent

REPLY = Reply("Hello.", "stop", "m-1", 10, 5, 0.25, attempts=2, latency_s=0.5, teacher="teacher")

NONE = {"calls": 0, "tokens": 0, "cached_tokens": 0, "reasoning_tokens": 0}


@pytest.fixture
def journal(database: Path | str) -> Iterator[Journal]:
    with closing(Journal(database)) as opened:
        yield opened


def put(journal: Journal, key: str, run: str, reply: Reply, request: bytes = b"{}") -> None:
    """One call with all that belongs to it."""
    worst = Spent(1, 1000, 10.0)
    number = reply.attempts
    attempt = Attempt(uuid.uuid4().hex, run, key, "t", "http://x/v1", "m", "p@1", number, worst)
    used = Spent(1, reply.input_tokens + reply.output_tokens, reply.usd or 0.0)

    async def call() -> None:
        if await journal.begin((key,), attempt, Budget()) is None:
            await journal.end(attempt, Ended("ok", used, 0.1, reply, 200), request)

    asyncio.run(call())


def open_and_put(path: Path | str, number: int) -> str | None:
    """One of several processes that start on the same journal."""
    try:
        with closing(Journal(path)) as journal:
            put(journal, f"k{number}", "run", REPLY)
    except StoreCorrupt as error:
        return str(error)
    return None


def test_a_reply_is_found_again(journal: Journal) -> None:
    assert journal.find("k") is None
    put(journal, "k", "run", REPLY, '{"messages":["ü"]}'.encode())
    assert journal.find("k") == REPLY
    (row,) = journal.requests(["k", "unknown"])
    assert (row["run"], row["teacher"]) == ("run", "teacher")
    assert row["request"] == {"messages": ["ü"]}
    assert row["answered_at"].endswith("+00:00")


def test_a_reply_without_text_is_a_reply(journal: Journal) -> None:
    empty = Reply(None, "content_filter", "m-1")
    put(journal, "k", "run", empty)
    assert journal.find("k") == empty


def test_the_first_reply_stays(journal: Journal) -> None:
    put(journal, "k", "run", REPLY)
    put(journal, "k", "later", Reply("Another.", "stop", "m-2", 1, 1, 9.0))
    assert journal.find("k") == REPLY
    assert journal.spent("later") == Spent(), "it was answered, so nothing was sent"


def test_spent_sums_one_run(journal: Journal) -> None:
    assert journal.spent("run") == Spent(0, 0, 0.0)
    put(journal, "a", "run", REPLY)
    put(journal, "b", "run", Reply("x", "stop", "m", 3, 4, None))
    put(journal, "c", "other", REPLY)
    assert journal.spent("run") == Spent(requests=2, tokens=22, usd=0.25)


def test_cost_is_unknown_where_a_price_is(journal: Journal) -> None:
    put(journal, "a", "run", REPLY)
    put(journal, "b", "run", REPLY)
    put(journal, "c", "run", Reply("x", "stop", "m", 3, 4, None))
    assert journal.cost([]) == {**NONE, "usd": 0}
    assert journal.cost(["a", "b", "a"]) == {**NONE, "calls": 2, "tokens": 30, "usd": 0.5}
    assert journal.cost(iter(["a", "c"])) == {**NONE, "calls": 2, "tokens": 22, "usd": None}


def test_more_requests_than_sqlite_takes_at_once(journal: Journal) -> None:
    for number in range(3):
        put(journal, f"k{number}", "run", REPLY)
    keys = [f"k{number}" for number in range(40_000)]
    assert journal.cost(keys)["calls"] == 3


def test_replies_outlive_the_process(database: Path | str) -> None:
    with closing(Journal(database)) as journal:
        put(journal, "k", "run", REPLY)
    with closing(Journal(database)) as journal:
        assert journal.find("k") == REPLY
        assert journal.spent("run").requests == 1


def test_a_reply_is_seen_by_another_reader_at_once(database: Path | str) -> None:
    with closing(Journal(database)) as one, closing(Journal(database)) as two:
        put(one, "k", "run", REPLY)
        assert two.find("k") == REPLY


def test_threads_write_at_the_same_time(journal: Journal) -> None:
    def write(number: int) -> None:
        put(journal, f"k{number % 40}", "run", REPLY)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(80)))
    assert journal.spent("run") == Spent(requests=40, tokens=600, usd=10.0)
    assert len(journal.requests(f"k{i}" for i in range(40))) == 40


def test_processes_open_a_new_journal_at_the_same_time(database: Path | str) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(3, mp_context=context) as pool:
        list(pool.map(len, ["a", "b", "c"]))  # They are all there before the race begins.
        for turn in range(5):
            if isinstance(database, Path):
                place: Path | str = database.with_name(f"{turn}.db")
            else:
                place = fresh(database)
            problems = list(pool.map(open_and_put, [place] * 3, range(3)))
            assert problems == [None] * 3
            with closing(Journal(place)) as journal:
                assert journal.cost(["k0", "k1", "k2"])["calls"] == 3


def fresh(url: str) -> str:
    """The same PostgreSQL database, empty."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    return url


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("a\0b", "a\ufffdb"),
        ("half \ud83d alone", "half \ufffd alone"),
        ("half at the end \ud83d", "half at the end \ufffd"),
        ("\ud83d" + "\ude00 in two pieces", "\U0001f600 in two pieces"),
    ],
)
def test_text_that_no_database_takes_is_kept_in_a_form_that_it_takes(
    journal: Journal, said: str, kept: str
) -> None:
    reply = Reply(said, said, said)
    put(journal, "k", "run", reply)
    assert journal.find("k") == reply
    assert (reply.content, reply.finish_reason, reply.model) == (kept, kept, kept)


def test_a_failure_is_kept_with_text_that_no_database_takes(journal: Journal) -> None:
    worst = Spent(1, 10, 0.1)
    attempt = Attempt("a", "run", "k", "t", "http://x/v1", "m", "p@1", 1, worst)
    failed = Ended("server", Spent(1, 0, 0.0), 0.1, None, 500, "oops\0 \ud83d")

    async def call() -> None:
        await journal.begin(("k",), attempt, Budget())
        await journal.end(attempt, failed, b"{}")

    asyncio.run(call())
    assert journal.attempts("run")[0]["detail"] == "oops\ufffd \ufffd"
    assert journal.spent("run") == Spent(1, 0, 0.0)


def test_more_tokens_than_32_bits_hold(journal: Journal) -> None:
    reply = Reply("x", "stop", "m", 5_000_000_000, 6_000_000_000, None, cached_tokens=4_000_000_000)
    put(journal, "k", "run", reply)
    assert journal.find("k") == reply
    assert journal.attempts("run")[0]["output_tokens"] == 6_000_000_000


def test_what_was_learnt_of_a_model_is_replaced_also_by_several_at_once(journal: Journal) -> None:
    def learn(number: int) -> None:
        journal.learn("http://x/v1", "m", ("tools", "none")[number % 2], {"turn": number})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(learn, range(40)))
    journal.learn("http://x/v1", "m", "guided", {})
    assert journal.capability("http://x/v1", "m") == "guided"
    assert journal.capability("http://x/v1", "other") is None


def test_a_server_that_dropped_idle_connections_is_connected_to_again(
    postgres_database: str, postgres_url: str
) -> None:
    with closing(Journal(postgres_database)) as journal:
        put(journal, "k", "run", REPLY)
        assert drop_connections(postgres_url, postgres_database) >= 1
        put(journal, "l", "run", REPLY)
        assert journal.spent("run").requests == 2


def drop_connections(server: str, url: str) -> int:
    """As a server does that is started anew."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    of_database = "FROM pg_stat_activity WHERE datname = %(name)s"
    with engine.connect() as connection:
        query = f"SELECT count(pg_terminate_backend(pid)) {of_database}"
        name = {"name": sa.make_url(url).database}
        return int(connection.exec_driver_sql(query, name).scalar() or 0)


def test_a_database_that_goes_away_is_said_and_nobody_waits_for_ever(
    database: Path | str,
) -> None:
    with closing(Journal(database)) as journal:
        put(journal, "k", "run", REPLY)
        with journal.database.engine.begin() as connection:
            for table in ("replies", "attempts", "ledger"):
                connection.exec_driver_sql(f"DROP TABLE {table}")
        with pytest.raises(StoreCorrupt, match=r"cannot write the journal: .* then run the same"):
            put(journal, "l", "run", REPLY)
        with pytest.raises(StoreCorrupt, match="cannot read the journal"):
            journal.find("k")


def test_a_transaction_that_lost_a_deadlock_is_repeated(postgres_database: str) -> None:
    with closing(Journal(postgres_database)) as journal:
        with journal.database.engine.begin() as connection:
            connection.exec_driver_sql("CREATE SEQUENCE tries")
            connection.exec_driver_sql(_LOSES_TWICE)
            connection.exec_driver_sql(
                "CREATE TRIGGER loses BEFORE INSERT ON attempts EXECUTE FUNCTION loses()"
            )
        put(journal, "k", "run", REPLY)
        assert journal.spent("run") == Spent(1, 15, 0.25), "booked once"


# A sequence is not rolled back, so it counts the tries.
_LOSES_TWICE = """CREATE FUNCTION loses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('tries') <= 2 THEN RAISE EXCEPTION 'lost' USING ERRCODE = '40P01'; END IF;
    RETURN NULL; END $$"""


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"this is not a database, but it may be dear to someone\n" * 40)
    before = path.read_bytes()
    with pytest.raises(StoreCorrupt, match=f"cannot open the journal {path}: .*not a database"):
        Journal(path)
    assert path.read_bytes() == before


def test_a_folder_in_the_way_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreCorrupt, match="cannot open the journal"):
        Journal(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreCorrupt, match="cannot open the journal"):
        Journal(tmp_path / "file" / "journal.db")


def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    with pytest.raises(StoreCorrupt, match=r"cannot open .*see that the server") as said:
        Journal("postgresql://someone:hunter2@127.0.0.1:1/journal")
    assert "hunter2" not in str(said.value)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hunter2@localhost/x",
        "hunter2",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:hunter2?mode=memory&uri=true",
        "sqlite://hunter2/x.db",
        "sqlite+aiosqlite:///hunter2.db",
    ],
)
def test_what_is_no_url_of_a_journal_is_refused(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="write postgresql://user:password@host/database") as said:
        Journal(url)
    assert "hunter2" not in str(said.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["journal.db", "some folder/50%.db"])
def test_a_file_may_be_named_by_url(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(Journal(f"sqlite:///{path}")) as journal:
        assert journal.outlives_kills
        put(journal, "k", "run", REPLY)
    with closing(Journal(tmp_path / path)) as by_path:
        assert by_path.find("k") == REPLY
    with closing(Journal(f"sqlite:///{tmp_path / path}")) as absolute:
        assert absolute.find("k") == REPLY


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_every_name_of_postgresql_is_understood(postgres_database: str, scheme: str) -> None:
    url = postgres_database.replace("postgresql+psycopg", scheme)
    with closing(Journal(url)) as journal:
        put(journal, "k", "run", REPLY)
        assert journal.find("k") == REPLY


def test_a_request_is_known_by_all_that_is_sent() -> None:
    base = request_key({"a": 1, "b": 2}, "http://x/v1")
    assert base == request_key({"b": 2, "a": 1}, "http://x/v1", 0)
    others = {
        request_key({"a": 1, "b": 3}, "http://x/v1"),
        request_key({"a": 1, "b": 2}, "http://y/v1"),
        request_key({"a": 1, "b": 2}, "http://x/v1", 1),
    }
    assert len({base, *others}) == 4
    assert len(base) == 64


def queued(id_: str, run: str = "run", key: str = "k") -> Attempt:
    worst = Spent(1, 1000, 10.0)
    return Attempt(id_, run, key, "t", "http://x/v1", "m", "p@1", 1, worst, queued=True)


def outcomes(journal: Journal, run: str = "run") -> dict[str, str]:
    return {row["id"]: row["outcome"] for row in journal.attempts(run)}


def test_an_attempt_takes_over_from_one_that_a_killed_process_left_in_a_batch(
    journal: Journal,
) -> None:
    tight, ended = Budget(max_usd=12.0), Ended("ok", Spent(1, 15, 0.25), 0.1, REPLY, 200)

    async def story() -> None:
        await journal.begin(("k",), queued("a"), tight)
        with pytest.raises(BudgetExceeded):
            await journal.begin(("other",), queued("o", key="other"), tight)
        assert outcomes(journal) == {"a": "queued"}
        await journal.begin(("k",), queued("b"), tight)
        assert outcomes(journal) == {"a": "resumed", "b": "queued"}
        assert journal.spent("run") == Spent(1, 1000, 10.0), "booked twice"
        # The first was not dead after all: its reply counts, its reservation is gone already.
        await journal.end(queued("a"), ended, b"{}")
        assert journal.find("k") == REPLY and journal.spent("run") == Spent(1, 1000, 10.0)
        await journal.end(queued("b"), ended, b"{}")

    asyncio.run(story())
    assert journal.spent("run") == Spent(1, 15, 0.25)
    assert outcomes(journal) == {"a": "resumed", "b": "ok"}


def test_a_refused_attempt_takes_nothing_over(journal: Journal) -> None:
    async def story() -> None:
        await journal.begin(("k",), queued("a"), Budget())
        with pytest.raises(BudgetExceeded):
            await journal.begin(("k",), queued("b"), Budget(max_usd=5.0))

    asyncio.run(story())
    assert outcomes(journal) == {"a": "queued"}
    assert journal.spent("run") == Spent(1, 1000, 10.0)


def test_a_reservation_goes_back_to_the_run_it_came_from(journal: Journal) -> None:
    async def story() -> None:
        await journal.begin(("k",), queued("a", "earlier"), Budget())
        await journal.begin(("k",), queued("b", "later"), Budget())

    asyncio.run(story())
    assert journal.spent("earlier") == Spent(0, 0, 0.0)
    assert journal.spent("later") == Spent(1, 1000, 10.0)


def test_a_direct_call_in_flight_at_a_kill_stays_booked(journal: Journal) -> None:
    async def story() -> None:
        direct = Attempt("a", "run", "k", "t", "http://x/v1", "m", "p@1", 1, Spent(1, 1000, 10.0))
        await journal.begin(("k",), direct, Budget())
        await journal.begin(("k",), queued("b"), Budget())

    asyncio.run(story())
    assert outcomes(journal) == {"a": "sent", "b": "queued"}
    assert journal.spent("run").usd == 20.0


def test_a_batch_is_open_until_none_of_its_calls_waits(journal: Journal) -> None:
    where, batches = "http://x/v1", journal.batches
    ended = Ended("server", Spent(1, 0, 0.0), 0.1)
    asyncio.run(journal.begin(("k",), queued("a"), Budget()))
    batch = batches.intend("run", "t", where, ("k", "l"))
    again = batches.intend("run", "t", where, ("m",))
    batches.submitted(batch.tag, "batch_1")
    batches.collect(where)
    assert [(b.tag, b.id, b.keys) for b in batches.open(where)] == [
        (batch.tag, "batch_1", ("k", "l"))
    ]
    assert again.tag != batch.tag and batches.open("http://y/v1") == []

    async def end() -> None:
        await journal.end(queued("a"), ended, b"{}")

    asyncio.run(end())
    batches.collect(where)
    assert batches.open(where) == [] and batches.ids(where) == {"batch_1"}
