from __future__ import annotations

from datetime import date
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from configs.corpus import CorpusSource
from configs.errors import ConfigError
from store.corpus import Document
from store.reading.source import read_source

FRONT = b"""---
title: Notes on Io
date: 2024-06-30
source: https://example.org/io
licence: CC-BY-4.0
valid_to: 2025-01-01
version: 3
---
# Io

Hot.
"""
PAGE = """<!doctype html><html><head><title>The Page</title>
<meta name="date" content="2023-05-04T10:00:00+00:00"><meta name="license" content="CC0">
<style>p { color: red }</style></head>
<body><nav>Home</nav><h1>One</h1><script>alert("no")</script><p>First  <b>bold</b> text.</p>
<h2>Two</h2><ul><li>item</li></ul><img src="x.png" alt="picture"></body></html>"""


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def read(path: Path | str, licence: str | None = None) -> list[Document]:
    source = CorpusSource(reader="files", path=str(path), licence=licence)
    return [*read_source(source).documents]


def refusal(path: Path | str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(path)
    return str(caught.value)


def test_markdown_states_its_facts_in_front_matter(tmp_path: Path) -> None:
    (found,) = read(put(tmp_path, "io.md", FRONT), "MIT")
    assert found == Document(
        id="io.md",
        title="Notes on Io",
        text="# Io\n\nHot.\n",
        source="https://example.org/io",
        licence="CC-BY-4.0",
        version="3",
        valid_from=date(2024, 6, 30),
        valid_to=date(2025, 1, 1),
    )


def test_markdown_without_front_matter_takes_heading_and_recipe(tmp_path: Path) -> None:
    (found,) = read(put(tmp_path, "a.md", b"\xef\xbb\xbfIntro.\n# Learning C# ##\nText.\n"), "MIT")
    assert (found.title, found.source, found.licence) == ("Learning C#", "a.md", "MIT")
    assert found.text.startswith("Intro.")
    assert found.valid_from is None


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    (found,) = read(put(tmp_path, "io.md", FRONT.replace(b"\n", b"\r\n")))
    assert (found.title, found.text) == ("Notes on Io", "# Io\n\nHot.\n")


def test_plain_text_is_taken_as_it_is(tmp_path: Path) -> None:
    (found,) = read(put(tmp_path, "plain.txt", "Ein Satz – schön.\n".encode()))
    assert (found.id, found.title, found.text) == ("plain.txt", "plain", "Ein Satz – schön.\n")


def test_html_becomes_markdown_without_scripts(tmp_path: Path) -> None:
    (found,) = read(put(tmp_path, "page.html", PAGE.encode()))
    assert (found.title, found.licence) == ("The Page", "CC0")
    assert found.valid_from == date(2023, 5, 4)
    assert "# One\n\nFirst **bold** text." in found.text
    assert "## Two" in found.text
    assert "* item" in found.text
    assert not {"alert", "color", "Home", "x.png"} & set(found.text.replace("(", " ").split())


def test_html_prefers_its_main_part(tmp_path: Path) -> None:
    page = b"<body><div>Around</div><main><p>The main part.</p></main></body>"
    (found,) = read(put(tmp_path, "a.htm", page))
    assert (found.text, found.title) == ("The main part.\n", "a")


def test_jsonl_gives_a_document_per_row(tmp_path: Path) -> None:
    rows = [
        {"text": "One.", "title": "First", "date": "2024-01-02", "license": "MIT"},
        {"text": "Two.", "id": "second", "valid_from": None},
    ]
    data = b"\xef\xbb\xbf" + b"\n\n".join(orjson.dumps(row) for row in rows) + b"\n"
    one, two = read(put(tmp_path, "rows.jsonl", data))
    assert (one.id, one.title, one.licence) == ("rows.jsonl:1", "First", "MIT")
    assert one.valid_from == date(2024, 1, 2)
    assert (two.id, two.title, two.text) == ("rows.jsonl:second", "rows", "Two.")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"text": ', ":2: not JSON: "),
        (b"[1]", ":2: every row needs a field `text`"),
        (b'{"words": "a"}', ":2: every row needs a field `text`"),
        (b'{"text": 5}', ":2: every row needs a field `text`"),
    ],
)
def test_a_bad_jsonl_row_is_named_by_its_line(tmp_path: Path, line: bytes, said: str) -> None:
    path = put(tmp_path, "rows.jsonl", b'{"text": "fine"}\n' + line + b"\n")
    assert f"{path}{said}" in refusal(path)


def test_parquet_gives_a_document_per_row(tmp_path: Path) -> None:
    table = pa.table(
        {
            "text": ["One.", "Two."],
            "title": ["A", None],
            "valid_from": pa.array([date(2020, 1, 1), None], pa.date32()),
        }
    )
    pq.write_table(table, tmp_path / "rows.parquet")
    one, two = read(tmp_path / "rows.parquet")
    assert (one.id, one.title, one.valid_from) == ("rows.parquet:0", "A", date(2020, 1, 1))
    assert (two.id, two.title, two.valid_from) == ("rows.parquet:1", "rows", None)


def test_parquet_problems_are_said(tmp_path: Path) -> None:
    assert "not a Parquet file" in refusal(put(tmp_path, "a.parquet", b"nonsense"))
    pq.write_table(pa.table({"words": ["One."]}), tmp_path / "b.parquet")
    assert ": row 0: every row needs a field `text`" in refusal(tmp_path / "b.parquet")
    pq.write_table(pa.table({"text": ["word"] * 50}), tmp_path / "c.parquet")
    raw = bytearray((tmp_path / "c.parquet").read_bytes())
    raw[4:12] = b"\xff" * 8
    said = refusal(put(tmp_path, "c.parquet", bytes(raw)))
    assert str(tmp_path / "c.parquet") in said
    assert not said.endswith(": None")


def test_a_folder_is_read_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.md", "a/z.txt", ".git/x.md", "a/.y.md", "image.png", "C.MD"):
        put(tmp_path, name, b"Text.\n")
    found = read(tmp_path)
    assert sorted(d.id for d in found) == ["C.MD", "a/z.txt", "b.md"]
    assert [d.id for d in found] == [d.id for d in read(tmp_path)]


def test_a_folder_below_a_hidden_one_is_read(tmp_path: Path) -> None:
    put(tmp_path, ".cache/docs/a.md", b"Text.\n")
    assert [d.id for d in read(tmp_path / ".cache/docs")] == ["a.md"]


@pytest.mark.parametrize(
    ("pattern", "ids"),
    [
        ("docs/*.md", ["a.md", "ab.md"]),
        ("docs/a*.md", ["a.md", "ab.md"]),
        ("docs/**/*.md", ["a.md", "ab.md", "sub/c.md"]),
        ("d*s/[a].md", ["docs/a.md"]),
    ],
)
def test_a_glob_names_documents_from_its_first_fixed_folder(
    tmp_path: Path, pattern: str, ids: list[str]
) -> None:
    for name in ("docs/a.md", "docs/ab.md", "docs/sub/c.md", "docs/d.txt"):
        put(tmp_path, name, b"Text.\n")
    assert [d.id for d in read(tmp_path / pattern)] == ids


@pytest.mark.parametrize("path", ["nothing", "nothing.md", "*.md", "sub/**/*.txt"])
def test_a_path_to_nothing_is_refused(tmp_path: Path, path: str) -> None:
    assert f"nothing at {tmp_path / path}" in refusal(tmp_path / path)


def test_a_folder_without_documents_names_the_known_suffixes(tmp_path: Path) -> None:
    put(tmp_path, "image.png", b"")
    said = refusal(tmp_path)
    assert f"no readable document in {tmp_path}" in said
    assert ".jsonl, .markdown, .md," in said


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("a.md", ": not UTF-8 (byte 30)"),
        ("a.html", ": not UTF-8 (byte 30)"),
        ("a.jsonl", ":2: not UTF-8 (byte 13 of the line)"),
    ],
)
def test_text_that_is_not_utf8_names_file_and_byte(tmp_path: Path, name: str, where: str) -> None:
    path = put(tmp_path, name, b'{"text": "fine"}\n' + b'{"text": "caf\xe9"}\n')
    said = refusal(path)
    assert f"{path}{where}" in said
    assert f"iconv -t utf-8 {name}" in said


def test_ids_that_count_from_zero_differ(tmp_path: Path) -> None:
    rows = b"".join(orjson.dumps({"id": n, "text": f"Row {n}."}) + b"\n" for n in range(3))
    ids = [one.id for one in read(put(tmp_path, "a.jsonl", rows))]
    assert ids == ["a.jsonl:0", "a.jsonl:1", "a.jsonl:2"]


def test_nul_in_rows_becomes_a_sign_that_can_be_stored(tmp_path: Path) -> None:
    (found,) = read(put(tmp_path, "a.json", b'{"id": "x\\u0000", "text": "Ana \\u0000 is deep."}'))
    assert (found.id, found.text) == ("a.json:x\ufffd", "Ana \ufffd is deep.")


def test_a_comment_in_code_is_no_title(tmp_path: Path) -> None:
    text = b"```sh\n# install\npip install x\n```\n\n# Notes\n\nText.\n"
    assert read(put(tmp_path, "a.md", text))[0].title == "Notes"


def test_lists_in_front_matter_say_nothing_but_dates_must_be_dates(tmp_path: Path) -> None:
    (found,) = read(put(tmp_path, "a.md", b"---\ntitle: [x, y]\nversion: 0\n---\nText.\n"))
    assert (found.title, found.version) == ("a", "0")
    path = put(tmp_path, "a.md", b"---\ndate: [2024-06-30]\n---\nText.\n")
    assert f"{path}: a list is not a date" in refusal(path)


@pytest.mark.parametrize(
    ("name", "head", "columns"),
    [
        ("a.tsv", "City, State\tPeople, about", "| City, State | People, about |"),
        ("a.csv", '"Name; first; last",Age', "| Name; first; last | Age |"),
    ],
)
def test_names_of_columns_may_hold_other_separators(
    tmp_path: Path, name: str, head: str, columns: str
) -> None:
    row = "Ana\t12\n" if name == "a.tsv" else "Ana,12\n"
    (found,) = read(put(tmp_path, name, f"{head}\n{row}".encode()))
    assert found.text.splitlines() == [columns, "| --- | --- |", "| Ana | 12 |"]


def test_values_of_parquet_that_python_has_not_leave_its_file_out(tmp_path: Path) -> None:
    for name, type_ in (("far.parquet", pa.timestamp("us")), ("fine.parquet", pa.timestamp("ns"))):
        table = pa.table({"text": ["Text."], "date": pa.array([10**18 + 1], type_)})
        pq.write_table(table, tmp_path / name)
    assert "far.parquet: holds a value that cannot be read (" in refusal(tmp_path / "far.parquet")
    put(tmp_path, "b.md", b"Text.\n")
    assert "b.md" in [one.id for one in read(tmp_path)]


def test_a_line_too_long_for_docutils_is_named(tmp_path: Path) -> None:
    path = put(tmp_path, "a.rst", b"Head\n====\n\n" + b"word " * 2_001)
    assert f"{path}:4: has 10,005 characters, more than docutils reads" in refusal(path)


def test_code_too_deep_for_its_parser_is_read_as_it_is(tmp_path: Path) -> None:
    (found,) = read(put(tmp_path, "a.py", b"x = 1" + b" + 1" * 20_000))
    assert found.text.startswith("# a.py\n\n```python\nx = 1 + 1")


@pytest.mark.parametrize("value", ["June 2024", "2024-13-01", "2024", "[1]"])
def test_a_bad_date_is_refused(tmp_path: Path, value: str) -> None:
    path = put(tmp_path, "a.md", f"---\ndate: '{value}'\n---\nText.\n".encode())
    assert f"{path}: {value!r} is not a date; write it as 2024-06-30" in refusal(path)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("title: [a", ":3: the front matter is not valid YAML: "),
        ("a: 1\na: 2", ":3: the front matter is not valid YAML: found duplicate key"),
        ("date: 2024-02-30", ": the front matter is not valid YAML: day is out of range"),
        ("x: \x01", ": the front matter is not valid YAML: "),
        ("- a", ":2: the front matter is not a mapping"),
    ],
)
def test_bad_front_matter_is_refused(tmp_path: Path, head: str, said: str) -> None:
    path = put(tmp_path, "a.md", f"---\n{head}\n---\nText.\n".encode())
    assert f"{path}{said}" in refusal(path)


def test_empty_front_matter_is_none(tmp_path: Path) -> None:
    (found,) = read(put(tmp_path, "a.md", b"---\n\n---\nText.\n"))
    assert (found.text, found.title) == ("Text.\n", "a")


def test_a_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    put(tmp_path, "a.md", b"caf\xe9")
    put(tmp_path, "b.md", b"Fine.\n")
    put(tmp_path, "c/d.jsonl", b'{"text": "fine"}\n{\n')
    put(tmp_path, "e.txt", b" \n")
    found = read_source(CorpusSource(path=str(tmp_path)))
    assert [document.id for document in found.documents] == ["b.md"]
    assert [one.name for one in found.left_out] == ["a.md", "c/d.jsonl", "e.txt"]
    said = [one.said for one in found.left_out]
    assert said[0].startswith(": not UTF-8 (byte 3)")
    assert said[1].startswith(":2: not JSON: ")
    assert said[2] == ": is empty, there is no text in it"


def test_a_source_of_bad_files_only_is_refused_and_all_are_told(tmp_path: Path) -> None:
    put(tmp_path, "a.md", b"caf\xe9")
    put(tmp_path, "c.jsonl", b"{\n")
    put(tmp_path, "d.md", b"---\ndate: x\n---\n")
    lines = refusal(tmp_path).splitlines()
    assert lines[0] == "corpus files cannot be read:"
    assert [Path(line.split(":")[0]).name for line in lines[1:]] == ["a.md", "c.jsonl", "d.md"]


def test_directives_that_docutils_does_not_know_keep_their_text(tmp_path: Path) -> None:
    text = """Lakes
=====

.. tab-set::

   .. tab-item:: Ana

      Ana is 12 m deep.

.. toctree::
   :maxdepth: 2

   other

.. image:: lake.png
"""
    (found,) = read(put(tmp_path, "a.rst", text.encode()))
    assert "Ana is 12 m deep." in found.text and "`Ana`" in found.text
    assert "other" not in found.text and "maxdepth" not in found.text and "lake" not in found.text
