"""The reference corpus: documents, the passages cut from them, and their snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pyarrow as pa

from configs.errors import ConfigError
from store.text import digest, sha256

DOCUMENTS = pa.schema(
    [
        ("id", pa.string()),
        ("title", pa.string()),
        ("text", pa.string()),
        ("kind", pa.string()),
        ("source", pa.string()),
        ("licence", pa.string()),
        ("version", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("retrieved_at", pa.date32()),
        ("api", pa.string()),
        ("pages", pa.list_(pa.int64())),
        ("language", pa.string()),
    ]
)
PASSAGES = pa.schema(
    [
        ("id", pa.string()),
        ("document_id", pa.string()),
        ("title", pa.string()),
        ("section", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("text", pa.string()),
        ("page", pa.int32()),
    ]
)
LEFT_OUT = pa.schema([("name", pa.string()), ("said", pa.string())])
_SHARED = ("document_id", "title", "section")
Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Document:
    """One reference document.

    ``kind`` is ``prose`` or ``python-api``; ``api`` is JSON text with the name, kind, parameters
    and members of a ``python-api`` object, empty otherwise. ``valid_from`` and ``valid_to`` bound
    the dates on which the document holds, ``retrieved_at`` is when it was fetched; each may be
    None. ``pages`` are the offsets at which its pages or slides begin, none where it has none.
    ``language`` is an ISO 639-1 code, empty where there is too little text to tell.
    """

    id: str
    title: str
    text: str
    kind: str = "prose"
    source: str = ""
    licence: str = ""
    version: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    api: str = ""
    retrieved_at: date | None = None
    pages: tuple[int, ...] = ()
    language: str = ""

    @property
    def sha256(self) -> str:
        """Hash of the text and of what is stated about it."""
        return digest(asdict(self))


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document: ``text`` is exactly ``document.text[start:end]``.

    ``page`` is the page or slide it stands on, from 1, where the document has any.
    """

    id: str
    document_id: str
    title: str
    section: str
    start: int
    end: int
    text: str
    page: int | None = None

    @property
    def sha256(self) -> str:
        """Hash of the passage's text."""
        return sha256(self.text)

    @property
    def heading(self) -> str:
        """Title and section, as they stand in front of the text for retrieval."""
        return f"{self.title} > {self.section}" if self.section else self.title


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What of a source is no part of the corpus.

    ``name`` is a file's, relative to its source; ``said`` goes on behind it and says why:
    ``: is empty`` or ``:3: not JSON``.
    """

    name: str
    said: str


@dataclass(frozen=True)
class Corpus:
    """A snapshot of documents and passages, both in a fixed order, and what was left out of it."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    left_out: tuple[LeftOut, ...] = ()

    @cached_property
    def snapshot(self) -> str:
        """Hash that names this state of the corpus, passages included."""
        return snapshot_of((d.sha256, spans_of(self.passages_of(d.id))) for d in self.documents)

    @cached_property
    def document(self) -> dict[str, Document]:
        """Documents by id."""
        return {document.id: document for document in self.documents}

    @cached_property
    def passage(self) -> dict[str, Passage]:
        """Passages by id."""
        return {passage.id: passage for passage in self.passages}

    @cached_property
    def _by_document(self) -> dict[str, tuple[Passage, ...]]:
        found: dict[str, list[Passage]] = {}
        for passage in self.passages:
            found.setdefault(passage.document_id, []).append(passage)
        return {document_id: tuple(passages) for document_id, passages in found.items()}

    def passages_of(self, document_id: str) -> tuple[Passage, ...]:
        """Passages of a document, in order; empty for a document without words."""
        return self._by_document.get(document_id, ())

    @classmethod
    def from_rows(cls, documents: Rows, passages: Rows, left_out: Rows) -> Corpus:
        """A corpus from rows as :func:`table_of` makes them."""
        shared: dict[str, str] = {}  # ids, titles and headings stand in many passages
        return cls(
            tuple(Document(**{**row, "pages": tuple(row["pages"])}) for row in documents),
            tuple(
                Passage(
                    **{**row, **{name: shared.setdefault(row[name], row[name]) for name in _SHARED}}
                )
                for row in passages
            ),
            tuple(LeftOut(**row) for row in left_out),
        )


def spans_of(passages: Sequence[Passage]) -> str:
    """Hash of where a document's passages begin and end."""
    return digest([(passage.id, passage.start, passage.end) for passage in passages])


def snapshot_of(documents: Iterable[tuple[str, str]]) -> str:
    """The snapshot of documents by their hashes and those of their passages' spans, in order."""
    return digest([*documents])


def check_documents(ids: Sequence[str], written: bool) -> None:
    """Refuse a corpus that is empty or names two documents alike.

    Raises:
        ConfigError: with the ids or the settings to look at.
    """
    if not written:
        raise ConfigError(
            "the corpus is empty: no document has any text; check `corpus` in the recipe "
            "(paths are relative to the recipe's folder)"
        )
    seen: set[str] = set()
    for id_ in ids:
        if id_ in seen:
            raise ConfigError(
                f"two documents have the id {id_!r}; ids must differ: rename a file or correct the "
                "rows, and read two folders with files of the same names as one source, the folder "
                "above them"
            )
        seen.add(id_)


def table_of(items: Sequence[Document | Passage | LeftOut], schema: pa.Schema) -> pa.Table:
    """Documents, passages or files left out as an Arrow table."""
    columns = [
        pa.array([getattr(item, field.name) for item in items], field.type) for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)
