"""What is said of a standing record whose documents differ: why it goes, or why it stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows.refreshing.corpus_diff import CorpusDiff
from store.corpus import Corpus
from store.records import Verdict

STAGE, VERSION = "refresh", "1"
"""Stage of these verdicts."""
DELETED, CHANGED = "document_deleted", "evidence_changed"
"""Reasons beside those of the grounding stage."""
_SHOWN = 3
Row = Mapping[str, Any]


def gone(row: Row, diff: CorpusDiff) -> list[str]:
    """Documents that a record was written from and that are no longer there."""
    return _named((source["document_id"] for source in row["sources"]), diff.deleted)


def lost(row: Row, diff: CorpusDiff, corpus: Corpus) -> dict[str, Any]:
    """The verdict on a record that a deleted document was a source of."""
    ids = gone(row, diff)
    folded = {one.name: one.said for one in corpus.left_out}
    said = (f"{id_}{folded.get(id_, ' is no longer in the corpus')}" for id_ in ids[:_SHOWN])
    return _verdict(row["id"], "drop", DELETED, ids[0], "; ".join(said))


def ruled(verdict: Row, names: Sequence[str]) -> dict[str, Any]:
    """The verdict on a record of which the grounding stage said this of the corpus of now."""
    id_, since = verdict["record_id"], f"{_list(names)} changed"
    if verdict["decision"] != "drop":
        return _verdict(id_, "keep", "", verdict["witness"], f"{since}, and still supports it")
    said = f"{since}: {verdict['detail']}"
    return _verdict(id_, "drop", verdict["reason"], verdict["witness"], said)


def unread(record_id: str, whole: bool, names: Sequence[str]) -> dict[str, Any]:
    """The verdict on a record whose claims no stage of the recipe can check: it stays if the text
    it was written from stands as it did.
    """
    since = f"{_list(names)} changed"
    if whole:
        said = f"{since}, but not the text it was written from"
        return _verdict(record_id, "keep", "", "", said)
    said = f"{since}, and so did the text it was written from"
    return _verdict(record_id, "drop", CHANGED, names[0] if names else "", said)


def names_of(row: Row, cited: Sequence[str], diff: CorpusDiff) -> list[str]:
    """The documents that differ among those that a record and its evidence (``cited``) rest on."""
    every = [*(source["document_id"] for source in row["sources"]), *cited]
    return _named(every, (*diff.changed, *diff.deleted))


def _named(ids: Any, among: Sequence[str]) -> list[str]:
    wanted = frozenset(among)
    return [id_ for id_ in dict.fromkeys(ids) if id_ in wanted]


def _list(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _verdict(id_: str, decision: str, reason: str, witness: str, detail: str) -> dict[str, Any]:
    said = {"decision": decision, "reason": reason, "witness": witness, "detail": detail}
    about = {"record_id": id_, "stage": STAGE, "stage_version": VERSION}
    return Verdict.model_validate({**about, **said}).model_dump()
