"""Where a record comes from: its requests, its prompt, its passages and documents, the corpus, and
the versions and other records that it goes on in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from configs.errors import ConfigError
from flows.explain import holder_of
from flows.kept_corpus import kept_corpus
from flows.lineage_requests import Requests, requests_of
from flows.progress import report
from flows.prompts_view import FOLDERS
from flows.show import find_record
from store.picked import pick
from store.prompts import read_prompt
from store.records import SHOWN
from store.text import sha256
from store.twins import MESSY
from store.versions import Version, find_version, list_versions

Row = Mapping[str, Any]
_LINKS = ("repaired_from", "escalated_from")


@dataclass(frozen=True, slots=True)
class Cited:
    """A stretch of a document that a record rests on, as its ``source``, as ``evidence`` or only
    ``shown``; ``checked`` says whether the snapshot of the corpus says this there, None where
    it is not kept.
    """

    role: str
    document_id: str
    passage_id: str
    start: int | None
    end: int | None
    text: str
    checked: bool | None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Relative:
    """Another record that this one is linked to, ``how``, and what became of it."""

    id: str
    how: str
    fate: str


@dataclass(frozen=True)
class Lineage:
    """All that is known of where a record comes from, and where it went. ``documents`` are those it
    cites, by id, as far as their facts are known; ``kept`` says whether the corpus still is.
    """

    version: Version
    record: Row
    fate: str
    requests: Requests
    prompt: str
    cited: list[Cited]
    documents: Mapping[str, Row]
    kept: bool
    verdicts: list[dict[str, Any]]
    relatives: list[Relative]
    holders: list[tuple[str, str]]

    @property
    def metadata(self) -> dict[str, Any]:
        """What else the record says of how it was made."""
        found: dict[str, Any] = orjson.loads(self.record["metadata"] or "{}")
        return found


def trace(root: Path, start_of_id: str, spec: str | None) -> Lineage:
    """The lineage of a record; without ``spec`` it is looked for in the latest version of every
    dataset.

    Raises:
        ConfigError: no record has such an id, or several have.
    """
    version = find_version(root, spec) if spec else holder_of(root, start_of_id, "lineage")
    record, fate = find_record(version, start_of_id)
    id_ = record["id"]
    fate += f": {record['reason']}" if "reason" in record else ""
    own = pl.col("record_id") == id_
    evidence = _rows(version, "evidence", "record_id", own)
    verdicts = _rows(version, "verdicts", "record_id", own)
    corpus = kept_corpus(version)
    shown = orjson.loads(record["metadata"] or "{}").get(SHOWN, [])
    passages = {row["id"]: row for row in _cited_passages(version, evidence, shown)}
    wanted = {source["document_id"] for source in record["sources"] or ()}
    wanted |= {row["document_id"] for row in evidence if row["document_id"]}
    wanted |= {name.rpartition("#")[0] for name in shown}
    documents: dict[str, Row] = {row["document_id"]: row for row in passages.values()}
    if corpus is not None:
        documents |= corpus.some("documents", wanted)
        passages |= corpus.some("passages", shown)
    return Lineage(
        version=version,
        record=record,
        fate=fate,
        requests=requests_of(version, record["request_keys"] or ()),
        prompt=_prompt(record),
        cited=[*_cited(record, evidence, shown, documents, passages)],
        documents={name: documents[name] for name in sorted(wanted) if name in documents},
        kept=corpus is not None,
        verdicts=verdicts,
        relatives=[*_relatives(version, record)],
        holders=[*_holders(version, record)],
    )


def _rows(version: Version, folder: str, by: str, wanted: pl.Expr) -> list[dict[str, Any]]:
    found = pick(version, folder, by, wanted)
    return [] if found is None else found.to_dicts()


def _cited_passages(
    version: Version, evidence: Sequence[Row], shown: Sequence[str]
) -> list[dict[str, Any]]:
    """What the version itself holds of the passages."""
    ids = [*{row["passage_id"] for row in evidence if row["passage_id"]}, *shown]
    return _rows(version, "passages", "id", pl.col("id").is_in(ids)) if ids else []


def _prompt(record: Row) -> str:
    """What is known of the prompt's text today."""
    if record["generation_mode"] == "rule-based":
        return "a rule, no prompt"
    for folder in FOLDERS:
        try:
            prompt = read_prompt(folder, record["prompt_id"])
        except ConfigError:
            continue
        same = prompt.sha256 == record["prompt_sha256"]
        return "as it is shipped" if same else "its text is another one today"
    return "not among the shipped ones"


def _cited(
    record: Row,
    evidence: Sequence[Row],
    shown: Sequence[str],
    documents: Mapping[str, Row],
    passages: Mapping[str, Row],
) -> Iterator[Cited]:
    """Sources, evidence, and passages that were only shown."""
    for source in record["sources"] or ():
        text = _stretch(documents, source)
        known = None if text is None else sha256(text) == source["sha256"]
        yield _as("source", source, text or "", known)
    for row in evidence:
        if row["document_id"]:
            text = _stretch(documents, row)
            known = None if text is None else text == row["quote"]
            said = f"{row['verdict'].replace('_', ' ')} by {row['rule']}: {row['claim']}"
            yield _as("evidence", row, row["quote"] or "", known, said)
    for name in shown:
        passage = passages.get(name, {})
        place = {"passage_id": name, "document_id": name.rpartition("#")[0]}
        yield _as("shown", {**passage, **place}, passage.get("text", ""), None)


def _as(role: str, row: Row, text: str, checked: bool | None, said: str = "") -> Cited:
    place = (row["document_id"], row["passage_id"], row.get("start"), row.get("end"))
    return Cited(role, *place, text, checked, said)


def _stretch(documents: Mapping[str, Row], row: Row) -> str | None:
    """The text at a place, where the whole document is there."""
    document = documents.get(row["document_id"], {})
    if "kind" not in document:  # a passage that the version holds, and no document
        return None
    text: str = document["text"][row["start"] : row["end"]]
    return text


def _relatives(version: Version, record: Row) -> Iterator[Relative]:
    """The chain of repairs and escalations before and behind it, its twins, and those dropped for
    it.
    """
    before, seen = record, {record["id"]}
    while link := next((name for name in _LINKS if before.get(name)), None):
        id_ = before[link]
        found = next(_both(version, "id", pl.col("id") == id_), None)
        yield Relative(id_, link.replace("_", " "), found[1] if found else "not in this version")
        if found is None or id_ in seen:
            break
        before = found[0]
        seen.add(id_)
    for name in _LINKS:
        for row, fate in _both(version, name, pl.col(name) == record["id"]):
            yield Relative(row["id"], name.replace("from", "into").replace("_", " "), fate)
    for row in _rows(version, MESSY, "semantic_id", pl.col("semantic_id") == record["id"]):
        yield Relative(row["id"], "messy twin", f"asks: {row['question']}")
    for row in _rows(version, "verdicts", "witness", pl.col("witness") == record["id"]):
        if row["decision"] == "drop":
            yield Relative(row["record_id"], "dropped for it", f"{row['stage']}: {row['reason']}")


def _both(version: Version, by: str, wanted: pl.Expr) -> Iterator[tuple[Row, str]]:
    """Kept and dropped records of a version, each with its fate."""
    for row in _rows(version, "data", by, wanted):
        yield row, f"kept, in split {row['split']}"
    for row in _rows(version, "rejected", by, wanted):
        yield row, f"dropped by {row['stage']}: {row['reason']}"


def _holders(version: Version, record: Row) -> Iterator[tuple[str, str]]:
    """All versions of the dataset that know the record, each with what became of it there."""
    every = list_versions(version.root, version.dataset)
    for done, each in enumerate(every, start=1):
        report("looking into versions", done, len(every))
        for row, fate in _both(each, "id", pl.col("id") == record["id"]):
            same = all(row[name] == record[name] for name in ("question", "answer"))
            yield each.name, fate if same else f"{fate}; it says something else there"
