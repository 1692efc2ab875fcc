"""Reading a corpus piece by piece: what is read again, what is not, and what a cut-off loses."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.corpus import CorpusSource
from configs.documents import Chunking
from configs.errors import ConfigError
from flows import reading
from flows.progress import _shown
from flows.reading import read_new
from flows.snapshot import assemble, listed
from store.corpus import Corpus, Document
from store.reading import batches, pieces, source
from store.reading.local import Local
from store.shards import Shards

SMALL = 2_000


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "LARGEST", SMALL)
    monkeypatch.setattr(batches, "_BYTES", 2 * SMALL)
    monkeypatch.setattr(source, "_SMALL", 2 * SMALL)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names of the files whose documents are read."""
    names: list[str] = []
    read = source._documents

    def noted(file: Local, of: CorpusSource) -> object:
        names.append(file.name)
        return read(file, of)

    monkeypatch.setattr(source, "_documents", noted)
    return names


def corpus_of(root: Path, folder: Path) -> Corpus:
    shards = Shards(root / "shards")
    found = read_new(
        shards, CorpusSource(path=str(folder)), Chunking(max_chars=200, overlap_chars=0)
    )
    key = assemble(shards, found, listed(shards, found, 1))
    tables = ("documents", "passages", "left_out")
    return Corpus.from_rows(*(shards.rows(key, name) for name in tables))


def text(number: int) -> str:
    return f"# Lake {number}\n\n" + f"Lake {number} is {number} m deep. " * 20


def write(folder: Path, count: int) -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{number:02}.md").write_text(text(number))
    return folder


def test_only_what_changed_is_read_again(tmp_path: Path, opened: list[str]) -> None:
    folder = write(tmp_path / "docs", 20)
    before = corpus_of(tmp_path, folder)
    assert [document.text for document in before.documents] == [text(n) for n in range(20)]
    assert len(opened) == 20
    opened.clear()
    assert corpus_of(tmp_path, folder) == before and opened == []
    (folder / "07.md").write_text(text(7) + "It froze.")
    after = corpus_of(tmp_path, folder)
    assert "07.md" in opened and len(opened) < 10
    assert after.document["07.md"].text.endswith("It froze.")
    assert after.snapshot != before.snapshot


def test_a_reading_that_was_cut_off_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    big = tmp_path / "docs" / "big.jsonl"
    big.parent.mkdir()
    big.write_bytes(b"".join(orjson.dumps({"text": text(n)}) + b"\n" for n in range(40)))
    made: list[int] = []
    tables, cut_off = reading.tables_of, [3]

    def counted(documents: Sequence[Document], chunking: Chunking) -> dict[str, pa.Table]:
        if len(made) in cut_off:
            raise KeyboardInterrupt
        made.append(1)
        return tables(documents, chunking)

    monkeypatch.setattr(reading, "tables_of", counted)
    with pytest.raises(KeyboardInterrupt):
        corpus_of(tmp_path, big.parent)
    cut_off.clear()
    resumed = corpus_of(tmp_path, big.parent)
    assert [document.text for document in resumed.documents] == [text(n) for n in range(40)]
    assert len(made) > 5
    whole = len(made)
    corpus_of(tmp_path / "again", big.parent)
    assert len(made) - whole == whole, "what was done before the cut was done again"


def test_a_line_that_is_wrong_leaves_out_all_of_a_large_file(tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", 2)
    lines = [orjson.dumps({"text": text(n)}) for n in range(20)]
    (folder / "big.jsonl").write_bytes(b"\n".join([*lines, b"{"]))
    found = corpus_of(tmp_path, folder)
    assert [document.id for document in found.documents] == ["00.md", "01.md"]
    (left,) = found.left_out
    assert (left.name, left.said[:13]) == ("big.jsonl", ":21: not JSON")


def test_progress_counts_bytes_within_a_large_file(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    rows = [orjson.dumps({"text": text(n)}) for n in range(40)]
    (folder / "big.jsonl").write_bytes(b"\n".join(rows))
    seen: list[tuple[int, int]] = []
    _shown.append(lambda what, done, total: seen.append((done, total)) if "kB" in what else None)
    try:
        corpus_of(tmp_path, folder)
    finally:
        _shown.pop()
    done = [each for each, _ in seen]
    assert done == sorted(done) and len(set(done)) > 5
    assert seen[-1][0] == seen[-1][1] == (folder / "big.jsonl").stat().st_size // 1000


@given(st.lists(st.integers(0, 3 * SMALL), max_size=20))
@settings(max_examples=50)
def test_batches_hold_all_files_in_order(sizes: list[int]) -> None:
    files = [Local(str(number), Path(str(number))) for number in range(len(sizes))]
    for file, size in zip(files, sizes, strict=True):
        file.__dict__["size"] = size  # as if it had been asked for
    found = [*batches.batches(files)]
    assert [file for batch in found for file in batch.files] == files
    assert all(len(batch.files) == 1 or batch.size <= 2 * SMALL for batch in found)


def test_a_piece_that_was_deleted_is_made_anew(tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", 20)
    before = corpus_of(tmp_path, folder)
    shutil.rmtree(min((tmp_path / "shards").glob("piece-*")))
    shutil.rmtree(next((tmp_path / "shards").glob("corpus-*")))
    assert corpus_of(tmp_path, folder) == before


def test_files_that_change_while_they_are_read_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "docs", 2)
    new, tables = iter(["Frozen.\n", *map(str, range(9))]), reading.tables_of
    changed = folder / "01.md"

    def writing(documents: object, chunking: Chunking) -> object:
        changed.write_text(next(new))
        return tables(documents, chunking)

    with monkeypatch.context() as patched:
        patched.setattr(reading, "tables_of", writing)
        with pytest.raises(ConfigError, match=r"files change while they are read .*01\.md"):
            corpus_of(tmp_path, folder)
    for said in (text(1), "Frozen.\n"):
        changed.write_text(said)
        assert corpus_of(tmp_path, folder).document["01.md"].text == said
