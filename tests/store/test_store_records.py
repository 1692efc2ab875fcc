from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from store_samples import record

from store.records import (
    EVIDENCE,
    RECORDS,
    REJECTED,
    VERDICTS,
    Record,
    Source,
    Verdict,
    frame,
    polars_schema,
    to_arrow,
)

ALL = pytest.mark.parametrize(
    "schema", [RECORDS, VERDICTS, EVIDENCE, REJECTED], ids=["records", "verdicts", "ev", "rejected"]
)
TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.string(): TEXT,
    pa.int64(): st.none() | st.integers(-(2**63), 2**63 - 1),
    pa.int32(): st.none() | st.integers(-(2**31), 2**31 - 1),
    pa.float64(): st.none() | st.floats(allow_nan=False),
    pa.date32(): st.none() | st.dates(),
}


def values(kind: pa.DataType) -> st.SearchStrategy[Any]:
    """Values of an Arrow type, null included where Polars keeps it."""
    if pa.types.is_list(kind):
        return st.none() | st.lists(values(kind.value_type), max_size=3)
    if pa.types.is_struct(kind):
        return st.fixed_dictionaries({field.name: values(field.type) for field in kind})
    return VALUES[kind]


def rows(schema: pa.Schema) -> st.SearchStrategy[list[dict[str, Any]]]:
    row = st.fixed_dictionaries({field.name: values(field.type) for field in schema})
    return st.lists(row, max_size=3)


@ALL
def test_an_empty_table_keeps_its_exact_schema(schema: pa.Schema) -> None:
    table = to_arrow(frame([], schema), schema)
    assert table.schema.equals(schema, check_metadata=True)
    assert len(table) == 0


@ALL
def test_all_null_columns_keep_their_types(schema: pa.Schema) -> None:
    table = to_arrow(frame([dict.fromkeys(schema.names)] * 2, schema), schema)
    assert table.schema.equals(schema)
    assert table.to_pylist() == [dict.fromkeys(schema.names)] * 2


@ALL
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_rows_come_back_as_they_went_in(schema: pa.Schema, data: st.DataObject) -> None:
    given_rows = data.draw(rows(schema))
    table = to_arrow(frame(given_rows, schema), schema)
    table.validate(full=True)
    assert table.schema.equals(schema)
    assert table.to_pylist() == given_rows


@ALL
def test_a_frame_made_from_arrow_converts_back(schema: pa.Schema) -> None:
    data = pl.from_arrow(schema.empty_table())
    assert isinstance(data, pl.DataFrame)
    assert data.schema == polars_schema(schema)
    assert to_arrow(data, schema).schema.equals(schema)


def test_columns_are_put_in_order_and_others_left_out() -> None:
    data = frame([record(1).row()], RECORDS).with_columns(embedding=pl.lit(1.0))
    shuffled = data.select(sorted(data.columns))
    assert to_arrow(shuffled, RECORDS).equals(to_arrow(data, RECORDS))


def test_a_record_row_has_its_messages() -> None:
    row = record(1).row()
    assert set(row) == set(RECORDS.names)
    assert row["messages"] == [
        {"role": "user", "content": row["question"]},
        {"role": "assistant", "content": row["answer"]},
    ]
    assert to_arrow(frame([row], RECORDS), RECORDS).to_pylist()[0]["valid_as_of"] == date(
        2024, 6, 30
    )


def test_rejected_is_a_record_and_its_verdict() -> None:
    assert REJECTED.names == [*RECORDS.names, *(n for n in VERDICTS.names if n != "record_id")]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"sources": ()}, "sources"),
        ({"generation_depth": -1}, "generation_depth"),
        ({"origin": "alien"}, "origin"),
        ({"generation_mode": "magic"}, "generation_mode"),
        ({"question": None}, "question"),
        ({"valid_as_of": "someday"}, "valid_as_of"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_wrong_record_is_refused(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Record.model_validate({**record(1).model_dump(), **changed})
    assert [error["loc"][0] for error in caught.value.errors()] == [field]


@pytest.mark.parametrize("changed", [{"sha256": "ABC"}, {"start": -1}, {"end": -1}])
def test_a_wrong_source_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Source.model_validate({**record(1).sources[0].model_dump(), **changed})


def test_records_and_verdicts_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        record(1).question = "another"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="decision"):
        Verdict(record_id="r", stage="s", stage_version="1", decision="maybe")  # type: ignore[arg-type]
