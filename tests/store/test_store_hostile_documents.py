"""Files made to break a reader: each is reported, in little time and memory; others are read."""

from __future__ import annotations

import io
import os
import re
import resource
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from made_documents import parquet, pdf, put, repacked, slides, whole_folder, word
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, NameObject, StreamObject

from configs.corpus import CorpusSource
from configs.errors import ConfigError
from store.reading.source import Reading, read_source

_FINE = {"zz-fine.md": b"# Fine\n\nText.\n"}
_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {y} "{f"&{x};" * 10}">' for x, y in pairwise("abcdefghi"))
    + "]><w:document><w:body>&i;</w:body></w:document>"
)


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """A file may cost neither 5 seconds of a core nor 300 MB."""
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert time.process_time() - started < 5
    assert grown < 300_000 * (1024 if sys.platform == "darwin" else 1)


def read(folder: Path, files: dict[str, bytes], **settings: float) -> Reading:
    put(folder, {**files, **_FINE})
    return read_source(CorpusSource(path=str(folder), **settings))


def said_of(folder: Path, name: str, data: bytes, **settings: float) -> str:
    found = read(folder, {name: data}, **settings)
    assert [document.id for document in found.documents] == ["zz-fine.md"]
    (one,) = found.left_out
    assert one.name == name
    return one.said


def bomb(name: str, size: int) -> bytes:
    """An archive with one part of zeros that packs a thousand to one."""
    held = io.BytesIO()
    with (
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as part,
    ):
        for _ in range(size // 1_000_000):
            part.write(bytes(1_000_000))
    return held.getvalue()


@pytest.mark.parametrize("suffix", ["docx", "pptx"])
def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, suffix: str) -> None:
    said = said_of(tmp_path, f"bomb.{suffix}", bomb("word/document.xml", 120_000_000))
    assert said.startswith(": would unpack to 120,000,000 bytes in 1 parts, as zip bombs do")


def test_xml_under_any_name_counts_as_xml(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(7):
            archive.writestr(
                f"word/document{number}.bin", b"\xef\xbb\xbf<w>" + b"a<b/>" * 3_000_000
            )
    said = said_of(tmp_path, "named.docx", held.getvalue())
    assert said.startswith(": would unpack to 105,000,042 bytes in 7 parts")


def test_front_matter_does_not_grow(tmp_path: Path) -> None:
    lists, maps = "a: &a [x, x]\n", "a: &a {k: v}\n"
    for before, name in pairwise("abcdefghij"):
        many = ", ".join([f"*{before}"] * 9)
        lists += f"{name}: &{name} [{many}]\n"
        maps += f"{name}: &{name} {{<<: [{many}]}}\n"
    files = {
        f"{name}.md": f"---\n{head}---\nText.\n".encode()
        for name, head in (("lists", lists + "title: *j\n"), ("maps", maps))
    }
    found = read(tmp_path, files)
    assert [one.said[:50] for one in found.left_out] == [
        ": the front matter names parts of itself 82 times,",
        ": the front matter names parts of itself 81 times,",
    ]


def test_a_name_that_is_not_utf8_stops_no_other(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")).write_text("Text.\n")
    except OSError:
        pytest.skip("this file system takes no such names")
    (one,) = read(tmp_path, {}).left_out
    assert (one.name, one.said) == ("caf\ufffd.md", ": has a name that is not UTF-8; rename it")


def test_a_bomb_that_lies_about_its_size_does_not_get_further(tmp_path: Path) -> None:
    data = bomb("word/document.xml", 50_000_000)
    lying = data.replace((50_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != data
    assert "is no .docx file, or broken" in said_of(tmp_path, "lie.docx", lying)


def test_many_parts_are_not_opened(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for number in range(20_001):
            archive.writestr(f"{number}", b"")
    assert "in 20,001 parts" in said_of(tmp_path, "many.pptx", held.getvalue())


@pytest.mark.parametrize("form", ["utf-8", "utf-16"])
def test_entities_are_not_multiplied(tmp_path: Path, form: str) -> None:
    data = repacked(word("A", [("B", "C.")]), {"word/document.xml": _LAUGHS.encode(form)})
    said = said_of(tmp_path, "laughs.docx", data)
    assert said.startswith(": its part word/document.xml declares a document type")


@pytest.mark.parametrize(
    "name", ["../../evil.xml", "/etc/evil.xml", "..\\evil.xml", "C:\\evil.xml"]
)
def test_a_part_that_points_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    data = repacked(slides([("One", "Text.")]), {name: b"<a/>"})
    assert "which points out of it" in said_of(tmp_path, "path.pptx", data)


def test_a_long_gap_in_html_takes_no_minute(tmp_path: Path) -> None:
    gap = b" " * 50_000 + b"\n" * 50_000
    (found, _) = read(tmp_path, {"a.html": b"<p>Ana" + gap + b"is deep."}).documents
    assert found.text.split() == ["Ana", "is", "deep."]


def test_html_with_entities_and_deep_tags_is_read_or_refused(tmp_path: Path) -> None:
    laughs = _LAUGHS.encode().replace(b"<w:body>", b"<p>Ha.</p>")
    found = read(tmp_path, {"a.html": laughs, "deep.html": b"<div>" * 20_000 + b"Deep."})
    assert {one.id for one in found.documents} == {"a.html", "zz-fine.md"}
    assert [one.said for one in found.left_out] == [": is nested too deeply to be read"]
    assert all(len(one.text) < 10_000 for one in found.documents)


def test_deep_json_and_deep_code_are_refused_or_taken_as_they_are(tmp_path: Path) -> None:
    files = {"a.json": b"[" * 100_000, "b.py": b"x = " + b"(" * 5_000, "c.py": b"\0"}
    found = read(tmp_path, files)
    said = {one.name: one.said for one in found.left_out}
    assert said.keys() == {"a.json", "c.py"}
    assert said["a.json"].startswith(": not JSON: ")
    assert said["c.py"] == ": is no text, it holds NUL bytes"
    assert "((((" in next(one.text for one in found.documents if one.id == "b.py")


@pytest.mark.parametrize("suffix", ["html", "rst"])
def test_markup_that_would_take_minutes_is_not_parsed(tmp_path: Path, suffix: str) -> None:
    said = said_of(tmp_path, f"long.{suffix}", b"<p>One.</p>\n" * 900_000)
    assert said == ": has 10,800,000 characters, more than 10,000,000; split it"


def test_ten_thousand_columns_are_refused(tmp_path: Path) -> None:
    row = b",".join(b"%d" % n for n in range(10_000)) + b"\n"
    said = said_of(tmp_path, "wide.csv", row * 50)
    assert said == ":1: has about 10,000 columns, more than 1,000; keep those that matter"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a,b\n1,2\n1,2,3\n", ":3: has 3 cells, the first line 2"),
        (b'a,b\n1,"2\n', ":2: not CSV: unexpected end of data"),
        (b"a,b\n1,\xff\n", ":2: not UTF-8 (byte 2 of the line)"),
    ],
)
def test_bad_csv_is_named_by_its_line(tmp_path: Path, data: bytes, said: str) -> None:
    assert said_of(tmp_path, "bad.csv", data).startswith(said)


def test_substitutions_in_rst_are_not_multiplied(tmp_path: Path) -> None:
    lines = [f".. |{y}| replace:: {f'|{x}| ' * 10}" for x, y in pairwise("abcdefghij")]
    text = "Laughs\n======\n\n|j|\n\n.. |a| replace:: ha\n" + "\n".join(lines)
    assert "more than 1,000,000 characters" in said_of(tmp_path, "laughs.rst", text.encode())


def test_substitutions_in_rst_are_filled_in(tmp_path: Path) -> None:
    text = "|two|, and |TWO|.\n\n.. |one| replace:: Ana\n.. |two| replace:: |one| and Bel\n"
    found = read(tmp_path, {"a.rst": text.encode(), "b.rst": b"|x|.\n\n.. |x| replace:: |x|\n"})
    assert found.documents[0].text == "Ana and Bel, and Ana and Bel.\n"
    assert [one.name for one in found.left_out] == ["b.rst"]


@pytest.mark.parametrize("name", ["a.md", "a.pdf", "a.docx", "a.parquet"])
def test_a_file_over_the_limit_is_not_opened(tmp_path: Path, name: str) -> None:
    said = said_of(tmp_path, name, bytes(2_100_000), max_mb=2)
    assert said.startswith(": has 2 MB, more than max_mb of its source in the recipe (2)")


def test_parquet_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.reading.rows._LARGEST", 1000)
    data = parquet([{"text": "word " * 30 + str(n), "other": n} for n in range(20)])
    assert "more than 1,000; write it as several files" in said_of(tmp_path, "a.parquet", data)


def test_pdf_is_bounded_by_pages_and_drawing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pdf("A", [("One", "Text."), ("Two", "More.")])
    monkeypatch.setattr("store.reading.pdf._MOST_PAGES", 1)
    assert said_of(tmp_path / "a", "a.pdf", data) == ": has 2 pages, more than 1; split it"
    monkeypatch.setattr("store.reading.pdf._MOST_PAGES", 2)
    monkeypatch.setattr("store.reading.pdf._MOST_DRAWING", 20)
    assert ": page 1 has more than 20 bytes" in said_of(tmp_path / "b", "a.pdf", data)


def test_a_pdf_that_unpacks_to_very_much_is_refused(tmp_path: Path) -> None:
    packed = zlib.compress(bytes(150_000_000), 9)
    content = StreamObject()
    content._data = zlib.compress(packed, 9)
    content[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode")] * 2)
    writer, held = PdfWriter(), io.BytesIO()
    writer.add_blank_page(300, 400)[NameObject("/Contents")] = writer._add_object(content)
    writer.write(held)
    said = said_of(tmp_path, "bomb.pdf", held.getvalue())
    assert said.startswith(": cannot be read as PDF, it seems broken (LimitReachedError")


def test_a_pdf_whose_pages_run_in_a_circle_ends(tmp_path: Path) -> None:
    data = pdf("A", [("One", "Text.")])
    own = re.search(rb"(\d+) 0 obj\s*<<\s*/Count 1 /Kids \[ (\d+) 0 R \]", data)
    assert own
    data = data.replace(own[0], own[0].replace(b"[ " + own[2], b"[ " + own[1]))
    assert said_of(tmp_path, "circle.pdf", data)


def test_damaged_files_are_read_or_reported_and_never_more(tmp_path: Path) -> None:
    whole = {name: data for name, data in whole_folder().items() if "broken" not in name}
    whole["rows.parquet"] = parquet([{"text": f"Word {n}.", "version": "2"} for n in range(9)])
    random = Random(8)
    for turn in range(6):
        damaged = {name: _damaged(data, random) for name, data in whole.items()}
        found = read(tmp_path / str(turn), damaged)
        named = {one.id.partition(":")[0] for one in found.documents}
        assert named | {one.name for one in found.left_out} == {*damaged, *_FINE}


def _damaged(data: bytes, random: Random) -> bytes:
    """The same with some places cut out or written over, and sometimes without its end."""
    held = bytearray(data)
    for _ in range(random.choice([1, 4, 20])):
        at, gone = random.randrange(len(held) + 1), random.choice([0, 1, 30])
        held[at : at + gone] = random.randbytes(random.choice([0, 1, 9]))
    return bytes(held[: random.choice([len(held), len(held) // 2])])


@pytest.mark.parametrize("pattern", ["", "**/*", "**/*.md", "**"])
def test_circles_of_links_are_not_walked(tmp_path: Path, pattern: str) -> None:
    put(tmp_path, {"a/one.md": b"One.", "a/b/two.md": b"Two."})
    for number in range(3):
        (tmp_path / f"a/b/loop{number}").symlink_to(tmp_path / "a")
    (tmp_path / "a/self.md").symlink_to(tmp_path / "a/self.md")
    (tmp_path / "a/gone.md").symlink_to(tmp_path / "nowhere.md")
    (tmp_path / "a/linked.md").symlink_to(tmp_path / "a/b/two.md")
    found = read_source(CorpusSource(path=str(tmp_path / "a" / pattern)))
    assert [one.id for one in found.documents] == ["b/two.md", "linked.md", "one.md"]
    said = {one.name: one.said for one in found.left_out}
    assert said["self.md"] == said["gone.md"] == ": is a link that leads nowhere, or in a circle"
    if pattern == "":
        assert said["b/loop0"].startswith(": is a link to a folder, which is not followed")


def test_a_missing_library_stops_the_run_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = {"pdf": "pypdf", "docx": "docx", "pptx": "pptx", "rst": "docutils.core"}
    for suffix, library in libraries.items():
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(ConfigError, match=rf"run: pip install 'stillhouse\[{suffix}\]'"):
            read(tmp_path / suffix, {f"a.{suffix}": b"any"})


def test_a_folder_that_cannot_be_listed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"a.md": b"Ana is deep.", "closed/b.md": b"Bel is deep."})
    listed = os.scandir

    def refused(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refused)
    found = read_source(CorpusSource(path=str(tmp_path)))
    assert [document.id for document in found.documents] == ["a.md"]
    (left,) = found.left_out
    assert left.name == "closed" and left.said.startswith(": is a folder that cannot be listed")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", [b'<a href="', b"<!--", b"<?", b"</"])
def test_markup_that_is_broken_on_purpose_is_read_in_seconds(tmp_path: Path, piece: bytes) -> None:
    found, *_ = read(tmp_path, {"bad.html": b"<p>Ana is deep.</p>" + piece * 30_000}).documents
    assert found.text.startswith("Ana is deep.")
