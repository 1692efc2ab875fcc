from __future__ import annotations

import errno
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import pytest

import store.shards
from configs.errors import StoreCorrupt
from store.shards import Shards, shard_key, write_parquet

TABLE = pa.table({"id": [f"r{i}" for i in range(50)], "n": [i * 1.5 for i in range(50)]})


def test_a_key_names_all_that_went_in() -> None:
    base = shard_key("exact", "1", {"a": 1, "b": 2}, ["x", "y"])
    assert base.startswith("exact-")
    assert base == shard_key("exact", "1", {"b": 2, "a": 1}, ("x", "y"))
    others = [
        shard_key("exact", "2", {"a": 1, "b": 2}, ["x", "y"]),
        shard_key("exact", "1", {"a": 1, "b": 3}, ["x", "y"]),
        shard_key("exact", "1", {"a": 1, "b": 2}, ["y", "x"]),
        shard_key("near", "1", {"a": 1, "b": 2}, ["x", "y"]),
    ]
    assert len({base, *others}) == 5


def test_once_computes_once(tmp_path: Path) -> None:
    shards = Shards(tmp_path / "shards")
    calls: list[int] = []

    def make() -> dict[str, pa.Table]:
        calls.append(1)
        return {"t": TABLE}

    assert not shards.has("k")
    assert [shards.once("k", make) for _ in range(3)] == ["k"] * 3
    assert calls == [1]
    assert shards.has("k")
    assert shards.table("k", "t").equals(TABLE)


def test_a_finished_shard_stays_as_it_is(tmp_path: Path) -> None:
    shards = Shards(tmp_path)
    shards.put("k", {"t": TABLE})
    assert shards.put("k", {"t": TABLE.slice(0, 1)}) == "k"
    assert shards.table("k", "t").equals(TABLE)
    assert [p.name for p in tmp_path.iterdir()] == ["k"]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), StoreCorrupt),
        (pa.ArrowInvalid("no"), pa.ArrowInvalid),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_a_failing_writer_leaves_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    raised: type[BaseException],
) -> None:
    def fail(_table: pa.Table, path: Path) -> NoReturn:
        path.write_bytes(b"half")
        raise error

    monkeypatch.setattr(store.shards, "write_parquet", fail)
    with pytest.raises(raised) as caught:
        Shards(tmp_path).put("k", {"t": TABLE})
    assert list(tmp_path.iterdir()) == []
    if raised is StoreCorrupt:
        assert f"could not write {tmp_path / 'k'}: No space left on device" in str(caught.value)


def test_a_writer_that_fails_late_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreCorrupt, match="could not write"):
        Shards(tmp_path / "file").put("k", {"t": TABLE})
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_corrupted_file_is_named(tmp_path: Path) -> None:
    shards = Shards(tmp_path)
    shards.put("k", {"t": TABLE})
    path = tmp_path / "k" / "t.parquet"
    raw = path.read_bytes()
    for broken in (b"", raw[:4], raw[: len(raw) // 2], raw[:-1], b"nonsense" * 20):
        path.write_bytes(broken)
        with pytest.raises(StoreCorrupt, match=str(path)):
            shards.table("k", "t")
    path.unlink()
    with pytest.raises(StoreCorrupt, match=str(path)):
        shards.table("k", "t")


def test_a_flipped_byte_never_gives_other_values(tmp_path: Path) -> None:
    shards = Shards(tmp_path)
    shards.put("k", {"t": TABLE})
    path = tmp_path / "k" / "t.parquet"
    raw = path.read_bytes()
    footer = len(raw) - 8 - int.from_bytes(raw[-8:-4], "little")
    refused = 0
    for place in range(4, footer, 3):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 0x10]) + raw[place + 1 :])
        try:
            assert shards.table("k", "t").equals(TABLE)
        except StoreCorrupt:
            refused += 1
    assert refused > (footer - 4) // 3 // 2


def test_several_shards_make_one_frame(tmp_path: Path) -> None:
    shards = Shards(tmp_path)
    shards.put("a", {"t": TABLE.slice(0, 2)})
    shards.put("b", {"t": TABLE.slice(2, 3)})
    assert shards.frame(["b", "a"], "t")["id"].to_list() == ["r2", "r3", "r4", "r0", "r1"]


def test_an_empty_table_keeps_its_schema(tmp_path: Path) -> None:
    shards = Shards(tmp_path)
    shards.put("none", {"t": TABLE.slice(0, 0)})
    shards.put("some", {"t": TABLE.slice(0, 2)})
    assert shards.table("none", "t").equals(TABLE.slice(0, 0))
    assert shards.frame(["none", "some"], "t")["id"].to_list() == ["r0", "r1"]


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    pieces = pa.concat_tables([TABLE.slice(0, 7), TABLE.slice(7, 20), TABLE.slice(27)])
    padded = pa.concat_tables([TABLE, TABLE]).slice(50)
    tagged = TABLE.replace_schema_metadata({"made": "today"})
    wanted = tmp_path / "0"
    write_parquet(TABLE, wanted)
    for number, table in enumerate((pieces, padded, tagged, TABLE), start=1):
        path = tmp_path / str(number)
        write_parquet(table, path)
        assert path.read_bytes() == wanted.read_bytes()
    write_parquet(TABLE.slice(1), tmp_path / "other")
    assert (tmp_path / "other").read_bytes() != wanted.read_bytes()
