"""Reference sets: where rows come from, which fields are read, and what is said of bad ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from configs.errors import ConfigError
from configs.load import load_recipe
from configs.references import ReferenceSet
from store.records import REFERENCES, polars_schema
from store.references import pinned, read_reference, state_of

ROWS = [{"question": "Who made it?", "answer": "Ada."}, {"question": "When?", "answer": "1843"}]


def lines(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read(path: Path, **fields: Any) -> pl.DataFrame:
    return read_reference(ReferenceSet(name="exam", path=str(path), **fields), Path("nowhere"))


def pairs(path: Path, **fields: Any) -> list[tuple[str, str]]:
    return read(path, **fields).select("question", "answer").rows()


WANTED = [(row["question"], row["answer"]) for row in ROWS]


def test_every_format_gives_the_same_rows(tmp_path: Path) -> None:
    lines(tmp_path / "a.jsonl", ROWS)
    (tmp_path / "b.json").write_text(json.dumps(ROWS))
    (tmp_path / "c.csv").write_text(
        '\ufeffquestion,answer\n"Who made it?",Ada.\nWhen?,1843\n', encoding="utf-8"
    )
    pl.DataFrame(ROWS).write_parquet(tmp_path / "d.parquet")
    one = read(tmp_path / "a.jsonl")
    assert one.schema == polars_schema(REFERENCES)
    for name in ("b.json", "c.csv", "d.parquet"):
        assert read(tmp_path / name).equals(one)
    assert read(tmp_path).equals(one), "equal rows of a folder's files count once"
    assert read(tmp_path / "*.jsonl").equals(one)


@pytest.mark.parametrize(
    ("row", "question", "answer"),
    [
        ({"prompt": "Why?", "completion": "So."}, "Why?", "So."),
        ({"instruction": "Add.", "input": "1 2", "output": "3"}, "Add.\n1 2", "3"),
        ({"instruction": "Add.", "input": "", "output": 3}, "Add.", "3"),
        ({"query": "Why?", "response": None}, "Why?", ""),
        ({"problem": "Why?", "solution": "So."}, "Why?", "So."),
        ({"question": "Why?", "answer": ["a", "b"]}, "Why?", "a\nb"),
        (
            {
                "messages": [
                    {"role": "system", "content": "Be kind."},
                    {"role": "user", "content": "Why?"},
                    {"role": "assistant", "content": "So."},
                ]
            },
            "Why?",
            "So.",
        ),
    ],
)
def test_fields_are_found_by_their_well_known_names(
    tmp_path: Path, row: dict[str, Any], question: str, answer: str
) -> None:
    assert pairs(lines(tmp_path / "a.jsonl", [row])) == [(question, answer)]


def test_fields_may_be_named(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", [{"question": "no", "stem": "Why?", "gold": "So."}])
    assert pairs(path, question_field="stem", answer_field="gold") == [("Why?", "So.")]


def test_ids_are_the_rows_own_or_hashes_of_their_text(tmp_path: Path) -> None:
    own = read(lines(tmp_path / "a.jsonl", [{**ROWS[0], "id": 7}, {**ROWS[1], "task_id": "t/1"}]))
    assert own["id"].to_list() == ["7", "t/1"]
    hashed = read(lines(tmp_path / "b.jsonl", ROWS))
    backwards = read(lines(tmp_path / "c.jsonl", ROWS[::-1]))
    assert hashed["id"].to_list() == backwards["id"].to_list()[::-1]
    twice = read(lines(tmp_path / "d.jsonl", [{**row, "id": 7} for row in ROWS]))
    assert twice["id"].to_list() == ["7", "7#2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"question": "Why?"}\n{"text": "x"}\n', ["a.jsonl:2", "question", "text"]),
        ('{"question": "Why?"}\n\n{"question"\n', ["a.jsonl:3", "not JSON"]),
        ('{"question": "  "}\n', ["a.jsonl:1", "'question'", "empty"]),
        ('{"question": {"a": 1}}\n', ["a.jsonl:1", "'question'", "dict"]),
        ('{"messages": "hello"}\n', ["a.jsonl:1", "'messages'"]),
        ("[1, 2]\n", ["a.jsonl:1", "not a row"]),
        ("", ["no rows"]),
    ],
)
def test_bad_rows_are_named_by_file_line_and_field(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read(path)
    for word in ["exam", *words]:
        assert word in str(caught.value)


def test_a_field_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", ROWS)
    with pytest.raises(ConfigError, match=r"a\.jsonl:1: no field 'stem'.*question, answer"):
        read(path, question_field="stem")
    with pytest.raises(ConfigError, match=r"no field 'gold'"):
        read(path, answer_field="gold")


def test_files_that_are_no_such_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no file to read at .*nothing"):
        read(tmp_path / "nothing")
    (tmp_path / "a.parquet").write_bytes(b"not parquet")
    with pytest.raises(ConfigError, match=r"a\.parquet: not a Parquet file"):
        read(tmp_path / "a.parquet")
    (tmp_path / "a.jsonl").write_bytes(b'{"question": "\xff"}\n')
    with pytest.raises(ConfigError, match="not UTF-8"):
        read(tmp_path / "a.jsonl")
    (tmp_path / "a.json").write_text('{"question": "Why?"}')
    with pytest.raises(ConfigError, match="no list of rows"):
        read(tmp_path / "a.json")


def test_a_hub_out_of_reach_is_said(tmp_path: Path) -> None:
    reference = ReferenceSet(name="exam", hub="nobody/nothing-at-all", split="test")
    assert state_of(reference, tmp_path) is None
    with pytest.raises(ConfigError, match=r"'exam': nobody/nothing-at-all.*give `path`"):
        read_reference(reference, tmp_path)


def test_an_unknown_version_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no dataset 'qa'"):
        pinned(ReferenceSet(name="old", version="qa@2"), tmp_path)


def test_what_pins_a_file_is_what_it_holds(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", ROWS)
    reference = ReferenceSet(name="exam", path=str(path))
    before = state_of(reference, tmp_path)
    assert state_of(reference, tmp_path) == before
    lines(path, ROWS[:1])
    assert state_of(reference, tmp_path) != before


@pytest.mark.parametrize(
    "fields",
    [{}, {"path": "a", "hub": "b"}, {"path": "a", "config": "c"}, {"path": "a", "what": 1}],
)
def test_a_set_has_one_place(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ReferenceSet(name="exam", **fields)


@given(st.lists(st.dictionaries(st.text(max_size=8), st.text() | st.integers() | st.none())))
def test_any_json_rows_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    path = lines(tmp_path_factory.mktemp("any") / "a.jsonl", rows)
    try:
        found = read(path)
    except ConfigError:
        return
    assert 0 < len(found) <= len(rows)
    assert found["id"].is_unique().all()


RECIPE = """\
name: small
corpus: [{path: docs}]
teachers: [{name: rules, kind: grounded-templates}]
anchor: {name: people, path: people.jsonl}
filters:
  against: [{name: old, path: ../old.jsonl}]
  decontamination:
    sets: [{name: %s, path: exam.jsonl}]
    control: {name: clean, path: clean.csv}
"""


def test_paths_start_at_the_recipes_folder(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE % "exam")
    found = load_recipe(str(path)).reference_sets
    assert [each.name for each in found] == ["people", "old", "exam", "clean"]
    assert all(each.path is not None and Path(each.path).is_absolute() for each in found)
    assert found[2].path == str(tmp_path / "exam.jsonl")


def test_names_of_sets_differ(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE % "people")
    with pytest.raises(ConfigError, match="different names"):
        load_recipe(str(path))


def test_bytes_are_no_text(tmp_path: Path) -> None:
    pl.DataFrame({"question": [b"What is it?"]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(ConfigError, match="no text but bytes"):
        read(tmp_path / "a.parquet")


def test_csv_may_have_semicolons(tmp_path: Path) -> None:
    from store.rows import rows_in

    path = tmp_path / "a.csv"
    for text in ('id;text\n1;"a; b, c"\n', "id\ttext\n1\ta; b, c\n", 'id,"text"\n1,"a; b, c"\n'):
        path.write_text(text)
        assert [row for _, row in rows_in([path])] == [{"id": "1", "text": "a; b, c"}]
