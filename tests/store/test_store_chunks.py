from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.documents import Chunking
from store.chunks import cut
from store.corpus import Document

HEADING = re.compile(r"^#{1,6}[ \t]+.+$", re.MULTILINE)
TEXTS = st.lists(
    st.sampled_from(
        [
            "# Head\n",
            "## Sub ##\n",
            "### C#\r\n",
            "A sentence here. ",
            "Dr. Hu came? Yes! ",
            "\n\n",
            "\n",
            "- item\n",
            "x" * 230,
            "word " * 60,
            "日本語" * 40,
            "🎉 ",
            "| a | b |\n",
        ]
    ),
    max_size=30,
).map("".join)
SETTINGS = st.sampled_from([(200, 0), (200, 100), (350, 60), (20_000, 5_000)]).map(
    lambda pair: Chunking(max_chars=pair[0], overlap_chars=pair[1])
)


def document(text: str) -> Document:
    return Document(id="d", title="Title", text=text)


@settings(deadline=None)
@given(TEXTS | st.text(max_size=300), SETTINGS)
def test_passages_are_exact_short_and_in_order(text: str, chunking: Chunking) -> None:
    passages = cut(document(text), chunking)
    for number, passage in enumerate(passages):
        assert passage.text == text[passage.start : passage.end]
        assert 0 < len(passage.text) <= chunking.max_chars
        assert passage.id == f"d#{number}"
    for one, two in pairwise(passages):
        assert one.start < two.start
        assert one.end < two.end
        assert one.end - two.start <= chunking.overlap_chars


@settings(deadline=None)
@given(TEXTS, SETTINGS)
def test_passages_leave_no_word_out_but_headings(text: str, chunking: Chunking) -> None:
    covered = {i for m in HEADING.finditer(text) for i in range(m.start(), m.end())}
    for passage in cut(document(text), chunking):
        covered.update(range(passage.start, passage.end))
    assert [c for i, c in enumerate(text) if re.match(r"\w", c) and i not in covered] == []


def test_whole_sentences_are_repeated_within_the_overlap() -> None:
    text = " ".join(f"This is sentence number {i:03}." for i in range(30))
    passages = cut(document(text), Chunking(max_chars=200, overlap_chars=60))
    assert len(passages) > 3
    for one, two in pairwise(passages):
        shared = text[two.start : one.end]
        assert 0 < len(shared) <= 60
        assert re.fullmatch(r"(This is sentence number \d{3}\. ?)+", shared)
    plain = cut(document(text), Chunking(max_chars=200, overlap_chars=0))
    assert all(one.end < two.start for one, two in pairwise(plain))


def test_a_long_sentence_is_cut_between_words() -> None:
    text = "alpha " * 100 + "end"
    passages = cut(document(text), Chunking(max_chars=200, overlap_chars=0))
    assert len(passages) >= 3
    assert {word for p in passages for word in p.text.split()} == {"alpha", "end"}


def test_sections_are_paths_of_headings() -> None:
    text = (
        "Before.\n# Title\nIntro.\n## Moons ##\nMany.\n### Io\nHot.\n## Rings\nThin.\n# C\nLast.\n"
        "## F#\nSharp."
    )
    passages = cut(document(text), Chunking())
    assert [(p.section, p.text) for p in passages] == [
        ("", "Before."),
        ("", "Intro."),
        ("Moons", "Many."),
        ("Moons > Io", "Hot."),
        ("Rings", "Thin."),
        ("", "Last."),
        ("F#", "Sharp."),
    ]
    assert passages[3].heading == "Title > Moons > Io"


def test_carriage_returns_are_not_part_of_a_heading() -> None:
    passages = cut(document("## One ##\r\nText.\r\n## Two\r\nMore.\r\n"), Chunking())
    assert [p.section for p in passages] == ["One", "Two"]


@pytest.mark.parametrize(
    "code",
    [
        "```\n# no heading\n```",
        "~~~python\n# no heading\n~~~",
        "````md\n```\n# no heading\n```\n````",
        "  ```\n# no heading\n  ```",
    ],
)
def test_a_hash_inside_a_code_fence_is_no_heading(code: str) -> None:
    passages = cut(document(f"## Real\n{code}\nText.\n## Next\nMore."), Chunking())
    assert {p.section for p in passages} == {"Real", "Next"}
    assert any("# no heading" in p.text for p in passages)


def test_a_fence_left_open_runs_to_the_end() -> None:
    passages = cut(document("## Real\nText.\n```\n# code\nend"), Chunking())
    assert {p.section for p in passages} == {"Real"}


def test_code_fenced_on_one_line_opens_no_fence() -> None:
    passages = cut(document("## Real\n```x = 1```\n## Next\nMore."), Chunking())
    assert [p.section for p in passages] == ["Real", "Next"]


@pytest.mark.parametrize("text", ["", "\n\n", "# Only a heading", "***\n\n---"])
def test_a_document_without_words_has_no_passage(text: str) -> None:
    assert cut(document(text), Chunking()) == []


def test_long_headings_and_many_fences_take_no_minutes() -> None:
    started = time.process_time()
    spaces = "## a" + " " * 200_000 + "x ##\nText.\n"
    (one,) = cut(document(spaces), Chunking())
    assert one.section == "a" + " " * 200_000 + "x"
    assert len(cut(document("```\n# x\n```\n# h\nText.\n" * 5_000), Chunking())) == 5_001
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("## C#", "C#"),
        ("## a ##  \r", "a"),
        ("## #", "#"),
        ("## a # b #\t", "a # b"),
        ("##  ##", "##"),
    ],
)
def test_marks_that_close_a_heading_are_none_of_it(line: str, said: str) -> None:
    assert [one.section for one in cut(document(f"{line}\nText.\n"), Chunking())] == [said]
