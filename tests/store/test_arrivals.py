"""What has arrived outlives a kill, is written once, and leaves no file behind."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ROOT

from configs.teachers import Budget
from store.arrivals import Arrivals, recover
from store.journal import Attempt, Ended, Journal, Reply
from store.ledger import Spent

REPLY = Reply("Hello.", "stop", "m-1", 10, 5, 0.25, teacher="t")
DIES = """
import asyncio, os, signal, sys, time
from pathlib import Path
sys.path[:0] = ["tests", "tests/store"]
from test_arrivals import attempt, REPLY, USED
from configs.teachers import Budget
from store.journal import Ended, Journal
journal = Journal(Path(sys.argv[1]))
async def call():
    for number in range(3):
        await journal.begin((f"k{number}",), attempt(number), Budget())
    journal._writer._results = lambda operations: (
        time.sleep(0.3), os.kill(os.getpid(), signal.SIGKILL)
    )
    for number in range(2):
        journal.end(attempt(number), Ended("ok", USED, 0.1, REPLY, 200), b'{"a": 1}')
    await asyncio.sleep(10)
asyncio.run(call())
"""
USED = Spent(1, 15, 0.25)


def attempt(number: int) -> Attempt:
    worst = Spent(1, 1000, 10.0)
    return Attempt(f"{number:032x}", "run", f"k{number}", "t", "http://x/v1", "m", "p@1", 1, worst)


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if ".arrivals-" in path.name]


def test_what_arrived_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    done = subprocess.run([sys.executable, "-c", DIES, str(path)], cwd=ROOT, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert len(left(tmp_path)) == 3, "two files and the lock"
    with closing(Journal(path)) as journal:
        assert [journal.find(f"k{n}") for n in range(3)] == [REPLY, REPLY, None]
        # Two are settled; the third was in flight, and nobody knows whether it was paid.
        assert journal.spent("run") == Spent(3, 1030, 10.5)
        assert [row["outcome"] for row in journal.attempts("run")] == ["ok", "ok", "sent"]
    assert left(tmp_path) == []


def test_what_was_written_before_the_kill_is_not_settled_twice(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with closing(Journal(path)) as journal:

        async def call() -> None:
            await journal.begin(("k0",), attempt(0), Budget())
            await journal.end(attempt(0), Ended("ok", USED, 0.1, REPLY, 200), b"{}")

        asyncio.run(call())
        # As after a kill between the transaction and the next turn of the files.
        kept = {f: f.read_bytes() for f in tmp_path.iterdir() if f.name[-2:] in ("-0", "-1")}
        assert any(kept.values())
    for file, content in kept.items():
        file.write_bytes(content)
        file.with_name(f"{file.name[:-2]}.lock").touch()
    with closing(Journal(path)) as journal:
        assert journal.spent("run") == USED
    assert left(tmp_path) == []


def test_a_process_that_lives_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with closing(Journal(path)):
        with closing(Journal(path)):
            assert len(left(tmp_path)) == 6
        assert len(left(tmp_path)) == 3
    assert left(tmp_path) == []


def test_a_line_that_was_cut_off_ends_a_file(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    arrivals = Arrivals(path)
    for number in range(3):
        arrivals.keep({"number": number})
    (file,) = (f for f in tmp_path.iterdir() if f.name.endswith("-0"))
    arrivals._lock.release()
    os.truncate(file, file.stat().st_size - 3)
    found: list[dict[str, int]] = []
    recover(path, lambda one: one, found.extend)
    assert found == [{"number": 0}, {"number": 1}]
    assert left(tmp_path) == []


def test_what_cannot_be_read_is_kept_and_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with closing(Journal(path)) as journal:

        async def call() -> None:
            for number in range(3):
                await journal.begin((f"k{number}",), attempt(number), Budget())
            for number in range(2):
                await journal.end(attempt(number), Ended("ok", USED, 0.1, REPLY, 200), b"{}")

        asyncio.run(call())
        (kept,) = (f.read_bytes() for f in tmp_path.iterdir() if f.name.endswith("-0"))
        one, other = map(json.loads, kept.splitlines())
    # The first lacks a reply's field; what follows it was never written.
    del one["reply"]["model"]
    other = json.loads(json.dumps(other).replace("k1", "k2").replace(f"{1:032x}", f"{2:032x}"))
    file = tmp_path / "journal.sqlite.arrivals-0123-0"
    lines = [json.dumps(one), "{broken", "[1]", '{"run": "x"}', json.dumps(other), ""]
    file.write_text("\n".join(lines))
    file.with_name("journal.sqlite.arrivals-0123.lock").touch()
    with closing(Journal(path)) as journal:
        assert journal.find("k2") == REPLY
    assert left(tmp_path) == [f"{file.name}.unread"]


def test_what_an_older_version_left_lacks_columns_that_came_later(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with closing(Journal(path)) as journal:

        async def call() -> None:
            for number in range(3):
                await journal.begin((f"k{number}",), attempt(number), Budget())
            await journal.end(attempt(0), Ended("ok", USED, 0.1, REPLY, 200), b"{}")

        asyncio.run(call())
        (kept,) = (f.read_bytes() for f in tmp_path.iterdir() if f.name.endswith("-0"))
    older = json.loads(kept.decode().replace("k0", "k1").replace(f"{0:032x}", f"{1:032x}"))
    for name in ("cache_write_tokens", "structured", "ttft_s"):
        del older["reply"][name]
    del older["attempt"]["ttft_s"]
    of_today = kept.decode().replace("k0", "k2").replace(f"{0:032x}", f"{2:032x}")
    file = tmp_path / "journal.sqlite.arrivals-0123-0"
    file.write_text(json.dumps(older) + "\n" + of_today)
    file.with_name("journal.sqlite.arrivals-0123.lock").touch()
    with closing(Journal(path)) as journal:
        assert [journal.find(f"k{number}") for number in range(3)] == [REPLY] * 3
        assert [row["outcome"] for row in journal.attempts("run")] == ["ok"] * 3
    assert left(tmp_path) == []


def test_a_write_in_pieces_is_whole_and_one_that_fails_leaves_no_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, write, room = tmp_path / "journal.sqlite", os.write, [1000]

    def short(file: int, data: memoryview) -> int:
        if room[0] <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = write(file, data[: min(7, room[0])])
        room[0] -= done
        return done

    arrivals = Arrivals(path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", short)
        arrivals.keep({"number": 0})
        room[0] = 5
        with pytest.raises(OSError, match="No space left"):
            arrivals.keep({"number": 1})
    arrivals.keep({"number": 2})
    arrivals._lock.release()
    found: list[dict[str, int]] = []
    recover(path, lambda one: one, found.extend)
    assert found == [{"number": 0}, {"number": 2}]


def test_files_are_used_in_turn_and_stay_small(tmp_path: Path) -> None:
    arrivals = Arrivals(tmp_path / "journal.sqlite")
    most = 0
    for _ in range(300):
        files = [arrivals.keep({"text": "x" * 10_000}) for _ in range(10)]
        most = max(most, sum(f.stat().st_size for f in tmp_path.iterdir()))
        arrivals.written(files)
    assert most < 3 << 20, "30 MB went through"
    arrivals.close()
    assert left(tmp_path) == []
