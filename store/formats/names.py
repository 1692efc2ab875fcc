"""The words by which an export is asked for."""

from __future__ import annotations

from typing import Literal

To = Literal["messages", "sharegpt", "alpaca", "prompt-completion", "dpo", "kto", "text"]
"""What a row looks like."""
FileFormat = Literal["parquet", "jsonl"]
Calls = Literal["text", "apart"]
"""Where calls of functions stand: in the text of a turn, as the record has them, or beside it."""
Place = Literal["think", "inline", "drop"]
"""Where the reasoning of an answer stands: between think marks before its end, where the record has
it, or only in the column ``reasoning``.
"""
