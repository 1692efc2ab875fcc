"""Records of a version made of numbers and texts, as if a model had written them from sources."""

from __future__ import annotations

from datetime import date

import polars as pl

from store.records import RECORDS, polars_schema

DOCUMENTS = 20_000
"""Documents that the records rest on."""


def records_of(base: pl.DataFrame) -> pl.DataFrame:
    """Rows of RECORDS from a number ``n``, a ``question`` and an ``answer`` each."""

    def message(role: str, column: str) -> pl.Expr:
        return pl.struct(pl.lit(role).alias("role"), pl.col(column).alias("content"))

    document = (pl.col("n") % DOCUMENTS).cast(pl.String)
    source = pl.struct(
        (pl.lit("d") + document).alias("document_id"),
        (pl.lit("d") + document + "#" + (pl.col("n") % 7).cast(pl.String)).alias("passage_id"),
        pl.lit("Title").alias("title"),
        (pl.col("n") % 900).alias("start"),
        (pl.col("n") % 900 + 80).alias("end"),
        (pl.col("n") % 50_000).hash(1).cast(pl.String).str.pad_start(64, "0").alias("sha256"),
    )
    id_ = pl.col("n").hash(2).cast(pl.String).str.pad_start(20, "0")
    made = base.with_columns(
        id=id_,
        seed_id=id_,
        messages=pl.concat_list(message("user", "question"), message("assistant", "answer")),
        quotes=pl.concat_list(pl.col("answer").str.head(80)),
        sources=pl.concat_list(source),
        request_keys=pl.concat_list(pl.col("n").hash(3).cast(pl.String).str.pad_start(64, "0")),
        metadata=pl.lit('{"rung":"strict","shown":["d1#0","d') + document + pl.lit('#9"]}'),
        style=pl.Series(["question_answer", "cloze", "true_false"]).gather(base["n"] % 3),
        valid_as_of=pl.lit(date(2024, 6, 30)),
        generation_depth=pl.lit(0),
        tier=pl.lit(1),
        losers=pl.lit([], dtype=polars_schema(RECORDS)["losers"]),
        **{name: pl.lit(value) for name, value in _SAME.items()},
    )
    return made.select(RECORDS.names).cast(polars_schema(RECORDS))


_SAME = {
    "method": "grounded_qa", "generation_mode": "distillation", "origin": "teacher",
    "teacher": "strong", "escalated_from": "", "repaired_from": "", "model": "strong-1",
    "prompt_id": "grounded_qa/question@1.0.0", "prompt_sha256": "b" * 64, "language": "en",
    "reasoning": "", "tools": "[]",
}  # fmt: skip
