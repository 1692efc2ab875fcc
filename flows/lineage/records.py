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
from flows.lineage.relatives import Relative, Row, holders_of, relatives_of, rows_of
from flows.lineage.requests import Requests, requests_of
from flows.show import find_record
from flows.views.prompts import FOLDERS
from store.prompts import read_prompt
from store.records import SHOWN
from store.text import sha256
from store.versions import Version, find_version


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
    evidence = rows_of(version, "evidence", "record_id", own)
    verdicts = rows_of(version, "verdicts", "record_id", own)
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
        relatives=[*relatives_of(version, record)],
        holders=[*holders_of(version, record)],
    )


def _cited_passages(
    version: Version, evidence: Sequence[Row], shown: Sequence[str]
) -> list[dict[str, Any]]:
    """What the version itself holds of the passages."""
    ids = [*{row["passage_id"] for row in evidence if row["passage_id"]}, *shown]
    return rows_of(version, "passages", "id", pl.col("id").is_in(ids)) if ids else []


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
