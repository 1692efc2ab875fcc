"""The cache of vectors: whole parts, side by side, and nothing lost."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.vectors import Halves, VectorCache, hashes

ROOT = Path(__file__).parents[2]
WIDTH = 8


def rows_of(texts: list[str]) -> Halves:
    """A row that only its own text has."""
    made = [np.random.default_rng(list(t.encode("utf-8", "surrogatepass"))) for t in texts]
    rows = np.array([rng.standard_normal(WIDTH) for rng in made])
    return rows.reshape(-1, WIDTH).astype(np.float16)


def keep(cache: VectorCache, *texts: str) -> None:
    cache.add(hashes(texts), rows_of([*texts]))


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("part-*.parquet"))


def test_what_was_added_is_found_by_another_process_and_the_rest_is_not(tmp_path: Path) -> None:
    keep(VectorCache(tmp_path), "a", "b")
    keep(VectorCache(tmp_path), "c")
    known, found = VectorCache(tmp_path).find(hashes(["c", "x", "a", "a"]))
    assert known.tolist() == [True, False, True, True]
    assert (found == np.where(known[:, None], rows_of(["c", "x", "a", "a"]), 0)).all()


def test_an_empty_cache_knows_nothing(tmp_path: Path) -> None:
    known, found = VectorCache(tmp_path / "none").find(hashes(["a"]))
    assert not known.any() and found.shape == (1, 0)


@settings(max_examples=25, deadline=None)
@given(
    added=st.lists(st.lists(st.text(max_size=3), min_size=1, max_size=6), max_size=4),
    asked=st.lists(st.text(max_size=3), min_size=1, max_size=8),
)
def test_a_text_has_its_own_row_whatever_it_was_added_with(
    tmp_path_factory: pytest.TempPathFactory, added: list[list[str]], asked: list[str]
) -> None:
    cache = VectorCache(tmp_path_factory.mktemp("cache"))
    for texts in added:
        keep(cache, *texts)
    there = {text for texts in added for text in texts}
    known, found = cache.find(hashes(asked))
    assert known.tolist() == [text in there for text in asked]
    assert not known.any() or (found[known] == rows_of(asked)[known]).all()


def test_texts_whose_hashes_begin_alike_are_not_mixed_up(tmp_path: Path) -> None:
    twins = np.repeat(hashes(["a"]), 2, axis=0)
    twins[1, 20] ^= 1
    cache = VectorCache(tmp_path)
    cache.add(twins[:1], rows_of(["a"]))
    assert cache.find(twins)[0].tolist() == [True, False]


def test_many_small_parts_become_one_with_all_their_rows(tmp_path: Path) -> None:
    texts = [f"text {i}" for i in range(40)]
    for text in texts:
        keep(VectorCache(tmp_path), text, "in every part")
    early = VectorCache(tmp_path)
    known, found = early.find(hashes(texts))
    assert known.all() and (found == rows_of(texts)).all()
    assert len(parts(tmp_path)) == 1
    assert [len(part.rows) for part in early._parts.values()] == [41]


def test_parts_that_another_process_put_together_are_found_again(tmp_path: Path) -> None:
    early = VectorCache(tmp_path)
    keep(early, "a")
    assert early.find(hashes(["a"]))[0].all()
    [old] = parts(tmp_path)
    # The other process has listed the old part; this one replaces it while that one reads.
    early._look()
    listed = early._look
    gone = iter([old])

    def look() -> None:
        listed()
        for path in gone:
            keep(VectorCache(tmp_path), "a", "b")
            path.unlink()

    object.__setattr__(early, "_look", look)
    assert early.find(hashes(["a", "b"]))[0].all()


@pytest.mark.parametrize("harm", ["cut", "garbage", "flip", "empty"])
def test_a_part_that_cannot_be_read_is_said_and_set_aside(
    tmp_path: Path, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    keep(VectorCache(tmp_path), *(f"bad {i}" for i in range(50)))
    [path] = parts(tmp_path)
    keep(VectorCache(tmp_path), "good")
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 - 300] ^= 0xFF
    cut = bytes(raw)[: len(raw) // 2]
    path.write_bytes({"cut": cut, "garbage": b"no", "flip": bytes(raw), "empty": b""}[harm])
    with caplog.at_level(logging.WARNING, "stillhouse"):
        cache = VectorCache(tmp_path)
        known, found = cache.find(hashes([*(f"bad {i}" for i in range(50)), "good"]))
    assert known[-1] and not known[0] and (found[-1] == rows_of(["good"])[0]).all()
    assert path.name in caplog.text and "embedded again" in caplog.text
    assert len(parts(tmp_path)) == 1
    keep(cache, "bad 0")
    assert cache.find(hashes(["bad 0"]))[0].all()


WRITER = """
import sys
from pathlib import Path
import numpy as np
from store.vectors import VectorCache, hashes
cache = VectorCache(Path(sys.argv[1]))
for i in range(int(sys.argv[3])):
    texts = [f"{sys.argv[2]} {i}", f"both {i}"]
    cache.find(hashes(texts))
    cache.add(hashes(texts), np.full((2, 8), i, np.float16))
    print(i, flush=True)
"""


def writer(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    both = [writer(tmp_path, name, 60) for name in ("left", "right")]
    for process in both:
        process.communicate()
        assert process.returncode == 0
    texts = [f"{name} {i}" for name in ("left", "right", "both") for i in range(60)]
    known, found = VectorCache(tmp_path).find(hashes(texts))
    assert known.all()
    assert found[:, 0].tolist() == [*range(60)] * 3
    assert len(parts(tmp_path)) < 60


def test_what_a_killed_process_had_added_stays(tmp_path: Path) -> None:
    process = writer(tmp_path, "killed", 10_000)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(20)]
    process.kill()
    process.communicate()
    known, _ = VectorCache(tmp_path).find(hashes([f"killed {i}" for i in range(len(lines))]))
    assert known.all()


def test_a_part_of_another_shape_is_set_aside(tmp_path: Path) -> None:
    cache, wanted = VectorCache(tmp_path), hashes(["one"])
    key = pa.array([wanted.tobytes()], pa.binary(32))
    none = pa.array([None], pa.list_(pa.float16(), 2))
    for name, column in (("a", pa.array(["text"])), ("b", none)):
        pq.write_table(
            pa.table({"sha256": key, "embedding": column}), tmp_path / f"part-{name}.parquet"
        )
    assert not cache.find(wanted)[0].any()
    assert len(list(tmp_path.glob("*.unreadable"))) == 2
