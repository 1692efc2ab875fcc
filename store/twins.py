"""Messy twins: the kept records once more, asked as real users ask."""

from __future__ import annotations

import pyarrow as pa

from store.records import RECORDS

MESSY = "messy"
"""The configuration of a version that holds them, and its folder."""
TWIN = pa.schema(
    [
        ("semantic_id", pa.string()),
        ("clean_question", pa.string()),
        ("noise", pa.list_(pa.string())),
    ]
)
"""What a twin has beside a record's columns. ``semantic_id`` is the id of the record that it is a
twin of, ``clean_question`` what that one asks; ``noise`` names the operations that were applied, in
their order, and is empty where the prompt stayed as it was. ``joined`` says that another record's
question and answer follow, which ``metadata.joined_with`` names."""
TWINS = pa.schema([*RECORDS, *TWIN])
"""One twin: the columns of its record, with an id of its own."""
