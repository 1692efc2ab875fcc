from __future__ import annotations

import gzip
import html
import json
import random
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from journals import answer, begin

from store import holding
from store.holding import file_holds, rows_holding
from store.journal import Journal
from store.journal_scrub import forget, held
from store.sought import LEAST, Sought, pieces
from store.stages import silent
from store.tables import ATTEMPTS

NAME = 'Zoë "Z" Straße-O’Neil 🦉'
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(
    before=WORDS, after=WORDS, times=st.integers(0, 3), to_ascii=st.booleans(), seed=st.integers()
)
def test_a_name_is_found_however_it_was_written(
    before: str, after: str, times: int, to_ascii: bool, seed: int
) -> None:
    rng = random.Random(seed)
    spaced = "".join(rng.choice([" ", "\n", " \t ", "\u00a0"]) if c == " " else c for c in NAME)
    text: str = f"{before} {rng.choice([str.upper, str.lower, str])(spaced)} {after}"
    for _ in range(times):
        text = json.dumps({"said": [text]}, ensure_ascii=to_ascii)
    assert Sought(texts=(NAME,)).is_in(text)
    assert Sought(texts=("never said", NAME)).is_in(text)


@given(text=WORDS, other=st.text("abc", min_size=1, max_size=4))
def test_only_what_is_there_is_found(text: str, other: str) -> None:
    assert Sought(texts=(other,)).is_in(text) == (other in text.lower()) or not text.isascii()


@pytest.mark.parametrize(
    ("said", "is_meant"),
    [
        *(("docs/a.md", True), ("docs/a.md#12", True), ('{"shown": ["docs/a.md#3"]}', True)),
        *(('{\\"id\\": \\"docs/a.md\\"}', True), ("docs/a.md is a file", False)),
        *(("docs/a.mdx", False), ("docs/b.md#docs/a.md", False), ('["docs/a.md2#1"]', False)),
    ],
)
def test_ids_are_whole(said: str, is_meant: bool) -> None:
    assert Sought(ids=("docs/a.md",)).is_in(said) == is_meant


def test_pieces_of_a_text_are_long_enough_to_tell_whose_they_are() -> None:
    long = "This sentence is long enough to be told from others."
    found = pieces(
        f"# Title\n\n{long} Short.\nAnother   line that is long enough to be told apart\n"
    )
    assert long.lower() in found and "another line that is long enough to be told apart" in found
    assert all(len(piece) >= LEAST for piece in found)


def nested() -> pa.Table:
    pair = pa.struct([("role", pa.string()), ("said", pa.list_(pa.large_string()))])
    turns: list[Any] = [
        None,
        [],
        [None, {"role": None, "said": ["no", None, NAME]}],
        [{"role": "x"}],
    ]
    return pa.table(
        {
            "number": [1, 2, 3, 4],
            "turns": pa.array(turns, pa.list_(pair)),
            "kind": pa.array(["a", NAME, "a", None]).dictionary_encode(),
            "pairs": pa.array(
                [[], None, [], [("k", NAME.upper())]], pa.map_(pa.string(), pa.string())
            ),
            "two": pa.array([["a", "b"], None, ["c", "d"], ["e", "f"]], pa.list_(pa.string(), 2)),
            "vector": pa.array([[0.5]] * 4, pa.list_(pa.float32())),
        }
    )


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_strings_are_found_however_deep(
    tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "_AT_ONCE", at_once)
    path = tmp_path / "x.parquet"
    pq.write_table(pa.concat_tables([nested(), nested().slice(0, 1)]), path)
    found = pa.concat_tables(rows_holding(path, Sought(texts=(NAME,))))
    assert found.schema.names == ["turns", "kind", "pairs", "two"]
    assert [row["kind"] for row in found.to_pylist()] == [NAME, "a", None]
    assert [*rows_holding(path, Sought(texts=("nobody",)))] == []
    assert file_holds(path, Sought(texts=("D",))) is True


def test_files_of_every_kind_are_looked_into(tmp_path: Path) -> None:
    wanted, escaped = Sought(texts=(NAME,)), html.escape(NAME, quote=True)
    files = {
        "a.txt": NAME.encode(),
        "b.jsonl": b'{"a": 1}\n' + json.dumps({"said": NAME}).encode(),
        "c.jsonl.gz": gzip.compress(NAME.encode()),
        "d.html": f"<td>{escaped.replace(' ', '</td><td>')}</td>".encode(),
        "e.html": f"<p>{escaped.replace('Stra', '<b>Stra')}</b></p>".encode(),
        "f.svg": "".join(f"&#{ord(c)};" for c in NAME).encode(),
    }
    for name, raw in files.items():
        (tmp_path / name).write_bytes(raw)
        assert file_holds(tmp_path / name, wanted) is True, name
        assert file_holds(tmp_path / name, Sought(texts=("nobody",))) is False, name
    for name in ("a.pdf", "b.docx", "c.parquet", "d.bin", "e.txt.gz"):
        (tmp_path / name).write_bytes(b"\0\1 not what it says")
        assert file_holds(tmp_path / name, wanted) is None, name
    assert file_holds(tmp_path / "gone", wanted) is False


def test_a_name_across_two_blocks_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "_BLOCK", 64)
    monkeypatch.setattr(holding, "_OVERLAP", 60)
    for start in range(130):
        (tmp_path / "x.txt").write_text("." * start + NAME + "." * 90)
        assert file_holds(tmp_path / "x.txt", Sought(texts=(NAME,))) is True


def test_the_journal_gives_up_what_holds_it_and_keeps_the_rest(
    database: Path | str, tmp_path: Path
) -> None:
    wanted = Sought(texts=(NAME,))
    with closing(Journal(database)) as journal:
        answer(journal, "asked", request=json.dumps({"a": [NAME]}))
        answer(journal, "said", json.dumps({"b": NAME.upper()}, ensure_ascii=False))
        answer(journal, "by key", usd=None)
        answer(journal, "other")
        begin(journal, "failed")
        journal.learn("http://x/v1", "m", "guided", {"seen": NAME})
        journal.learn("http://x/v1", "n", "guided", {"seen": "nothing"})
        with journal.database.writing() as connection:
            at = ATTEMPTS.update().where(ATTEMPTS.c.key == "failed")
            connection.execute(at.values(detail=f"bad request: {NAME}"))
        before = journal.spent("run")
        found = held(journal.database, wanted, {"by key", "unknown"}, silent)
        assert (found.replies, found.usd) == (("asked", "by key", "said"), 0.5)
        assert (len(found.attempts), found.capabilities) == (1, (("http://x/v1", "m"),))
        forget(journal.database, found, silent)
        assert journal.compact()
        assert not held(journal.database, wanted, {"by key"}, silent)
        assert journal.find("other") and journal.capability("http://x/v1", "n")
        assert journal.spent("run") == before and len(journal.attempts("run")) == 5
        if isinstance(database, Path):
            assert not [p for p in database.parent.iterdir() if b"Neil" in p.read_bytes()]


def test_nothing_is_sought_in_nothing() -> None:
    assert Sought(("a",), ("b",)).hits(pl.Series([], dtype=pl.String)).to_list() == []
    assert Sought().hits(pl.Series(["a", None])).to_list() == [False, False]
