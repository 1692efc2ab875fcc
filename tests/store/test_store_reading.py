"""A folder of forty documents of ten formats and ten broken ones, as it becomes a corpus."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import docx
import pytest
from made_documents import MARKDOWN_DEPTHS, encrypted_pdf, put, slides, whole_folder, word

from configs.corpus import CorpusSource
from configs.documents import Chunking
from store.chunks import cut
from store.corpus import Document
from store.reading.source import Reading, read_source


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    folder = put(tmp_path_factory.mktemp("documents"), whole_folder())
    return read_source(CorpusSource(path=str(folder)))


def document(found: Reading, name: str) -> Document:
    return next(each for each in found.documents if each.id == name)


def test_all_forty_are_read_and_the_ten_named_with_why(found: Reading) -> None:
    assert len(found.documents) == 40
    said = {one.name.removeprefix("broken/"): one.said for one in found.left_out}
    assert said.keys() == {
        *("cut.docx", "cut.pdf", "empty.md", "encrypted.docx", "encrypted.pdf", "latin.txt"),
        *("nonsense.parquet", "other.pptx", "rows.jsonl", "scanned.pdf"),
    }
    assert "qpdf --decrypt" in said["encrypted.pdf"]
    assert "ocrmypdf scanned.pdf" in said["scanned.pdf"]
    assert said["cut.pdf"].startswith(": cannot be read as PDF")
    assert said["cut.docx"].startswith(": is no .docx file, or broken")
    assert said["encrypted.docx"].startswith(": is encrypted")
    assert said["other.pptx"].startswith(": cannot be read as PowerPoint presentation")
    assert said["empty.md"] == ": is empty, there is no text in it"
    assert said["rows.jsonl"].startswith(":2: every row needs a field `text`")


def test_every_document_says_what_was_written_into_it(found: Reading) -> None:
    for each in found.documents:
        n = int("".join(filter(str.isdigit, Path(each.id).stem))[-1])
        n -= each.id.startswith("plain")
        text = " ".join(each.text.split())
        assert f"Harbour {n} is {n + 3} m deep." in text, each.id
        assert f"Its tower {n} was built in 19{n}0." in text, each.id


def test_passages_are_what_their_offsets_say_and_never_cross_a_page(found: Reading) -> None:
    for each in found.documents:
        passages = cut(each, Chunking())
        assert passages
        for passage in passages:
            assert passage.text == each.text[passage.start : passage.end]
            if each.pages:
                first = each.pages[(passage.page or 0) - 1]
                after = [*each.pages, len(each.text)][passage.page or 0]
                assert first <= passage.start < passage.end <= after
            else:
                assert passage.page is None


@pytest.mark.parametrize("name", ["report-2.pdf", "show-2.pptx"])
def test_pages_and_headings_lead_to_a_quote(found: Reading, name: str) -> None:
    passages = cut(document(found, name), Chunking())
    where = {p.section: (p.page, p.text) for p in passages}
    assert where["Depth"][0] == 1
    assert "Harbour 2 is 5 m deep." in where["Depth"][1]
    assert next(p.page for p in passages if "Its tower 2" in p.text) == 2
    assert {"Depth", "Tower"} == where.keys()


@pytest.mark.parametrize("name", ["report-1.pdf", "note-1.docx", "show-1.pptx", "page-1.html"])
def test_tables_are_markdown(found: Reading, name: str) -> None:
    assert MARKDOWN_DEPTHS in document(found, name).text


@pytest.mark.parametrize(
    ("name", "title", "day"),
    [
        ("report-1.pdf", "Report 1", date(2000, 1, 1)),  # reportlab's day of files without a time
        ("note-1.docx", "Note 1", date(2024, 3, 9)),
        ("show-1.pptx", "Depth", None),  # the day of the library's template is none
        ("page-1.html", "Page 1", None),
        ("2024-06-11-text.md", "Text 1", date(2024, 6, 11)),
        ("rest-1.rst", "Rest 1", date(2023, 1, 2)),
        ("plain_v20220102.txt", "plain_v20220102", date(2022, 1, 2)),
        ("code/tool1.py", "tool1.py", None),
        ("one-1.json", "one-1", None),
    ],
)
def test_titles_and_dates(found: Reading, name: str, title: str, day: date | None) -> None:
    each = document(found, name)
    assert (each.title, each.valid_from) == (title, day)


def test_the_rest_of_the_formats_own_shape(found: Reading) -> None:
    assert document(found, "one-0.json").retrieved_at == date(2024, 2, 1)
    assert "| harbour | Harbour 0 is 3 m deep. |" in document(found, "table-0.csv").text
    assert "Spoken on depth." in document(found, "show-0.pptx").text
    assert "\n- An item.\n" in document(found, "note-0.docx").text
    (words, function) = cut(document(found, "code/tool0.py"), Chunking())
    assert words.text.startswith("Harbour 0 is 3 m deep.")
    assert function.section == "function tower"
    assert "# Its tower 0" in function.text  # a comment is no heading


def test_a_csv_with_a_column_text_is_a_document_per_row(tmp_path: Path) -> None:
    rows = b'\xef\xbb\xbfID,Text,valid_from,pages\n7,One.,2024-01-02,3\n8,"Two,\ntoo.",,\n'
    put(tmp_path, {"rows.csv": rows, "2020-05-06.tsv": b"text\tx\nThree.\ty\nFour.\tz\n"})
    named, *given = read_source(CorpusSource(path=str(tmp_path))).documents[::-1]
    assert (named.id, named.text, named.valid_from) == ("rows.csv:8", "Two,\ntoo.", None)
    assert (given[0].id, given[0].valid_from) == ("rows.csv:7", date(2024, 1, 2))
    assert {one.valid_from for one in given[1:]} == {date(2020, 5, 6)}


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2024-06-30-report", date(2024, 6, 30)),
        ("report_2024-06-30", date(2024, 6, 30)),
        ("report_v20240630", date(2024, 6, 30)),
        ("20240630", date(2024, 6, 30)),
        ("2023-01-01-to-2024-01-01", None),
        ("2024-13-01", None),
        ("order-48291034", None),
        ("part20240630", None),
        ("120240630", None),
    ],
)
def test_a_date_in_a_name_counts_where_it_is_one(
    tmp_path: Path, name: str, day: date | None
) -> None:
    put(tmp_path, {f"{name}.txt": b"Text."})
    assert read_source(CorpusSource(path=str(tmp_path))).documents[0].valid_from == day


def test_what_is_stated_precedes_the_name_and_the_name_the_properties(tmp_path: Path) -> None:
    files = {
        "2020-02-02.md": b"---\ndate: 2021-03-03\n---\nText.",
        "2020-02-02.docx": word("A", [("B", "Text.")]),
    }
    one, two = read_source(CorpusSource(path=str(put(tmp_path, files)))).documents
    assert (one.id, one.valid_from) == ("2020-02-02.docx", date(2020, 2, 2))
    assert two.valid_from == date(2021, 3, 3)


def test_sphinx_keeps_its_text_and_includes_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret.inc").write_text("Nobody sees this.")
    text = (
        "Tides\n=====\n\n.. function:: rise(n)\n\n   Calls :func:`fall`.\n\n"
        ".. include:: secret.inc\n\n.. raw:: html\n\n   <b>bold</b>\n"
    )
    put(tmp_path, {"a.rst": text.encode()})
    (each,) = read_source(CorpusSource(path=str(tmp_path / "a.rst"))).documents
    assert each.text == "# Tides\n\n`rise(n)`\n\nCalls `fall`.\n"


def test_merged_cells_of_word_leave_the_others_in_their_columns(tmp_path: Path) -> None:
    made = docx.Document()
    grid = made.add_table(2, 3)
    grid.cell(0, 0).merge(grid.cell(0, 1)).text = "wide"
    grid.cell(0, 2).text = "a|b"
    grid.cell(1, 1).text = "two\nlines"
    made.save(str(tmp_path / "a.docx"))
    (each,) = read_source(CorpusSource(path=str(tmp_path / "a.docx"))).documents
    assert each.text == "| wide |  | a\\|b |\n| --- | --- | --- |\n|  | two lines |  |\n"


def test_a_pdf_that_only_its_owner_may_change_is_read(tmp_path: Path) -> None:
    put(tmp_path, {"a.pdf": encrypted_pdf("")})
    (each,) = read_source(CorpusSource(path=str(tmp_path / "a.pdf"))).documents
    assert (each.title, each.pages) == ("Secret", (0,))
    assert "Nobody reads this." in each.text


def test_empty_slides_keep_the_count_of_pages(tmp_path: Path) -> None:
    put(tmp_path, {"a.pptx": slides([("One", "Text."), ("", ""), ("Three", "More.")])})
    (each,) = read_source(CorpusSource(path=str(tmp_path / "a.pptx"))).documents
    assert [(p.section, p.page) for p in cut(each, Chunking())][-1] == ("Three", 3)
