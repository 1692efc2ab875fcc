"""What people must know of documents that give orders to a model: which ones, and their cost."""

from __future__ import annotations

import polars as pl

from filters.orders import order, passages_of
from store.corpus import Corpus

_LEAK = "instruction_leak"
"""The reason code of the stage ``heuristics`` for an order to a model."""
_NAMED = 5


def notes(rejected: pl.DataFrame, corpus: Corpus) -> list[str]:
    """A line on the records that were dropped for an order, with the documents that give it; none
    where no record was.
    """
    leaks = rejected.filter(pl.col("reason") == _LEAK)
    if leaks.is_empty():
        return []
    named = giving_orders(leaks, corpus)
    more = " and others" * (len(named) > _NAMED)
    where = (
        f"{len(named):,} documents give orders to a model ({', '.join(named[:_NAMED])}{more})"
        if named
        else "no document behind them gives one"
    )
    return [
        f"{len(leaks):,} records were dropped for an order to a model ({_LEAK}); {where}. Leave "
        "such documents out if strangers wrote them, or set filters.heuristics.on_instruction"
    ]


def giving_orders(rows: pl.DataFrame, corpus: Corpus) -> list[str]:
    """Ids of documents behind some records in which an order stands, each once and sorted."""
    behind = {id_ for row in rows.iter_rows(named=True) for id_ in passages_of(row)}
    passages = [corpus.passage[id_] for id_ in behind if id_ in corpus.passage]
    return sorted({p.document_id for p in passages if order((p.heading, p.text))})
