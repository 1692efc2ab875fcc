"""The Python API a corpus documents: its objects, their parameters and members."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from store.corpus import Corpus, Document


@dataclass(frozen=True)
class ApiObject:
    """A documented function, class or method. ``parameters`` is None where Python knows none."""

    document_id: str
    name: str
    kind: str
    signature: str
    parameters: dict[str, str | None] | None
    open_ended: bool
    members: frozenset[str]
    words: frozenset[str]

    def takes(self, parameter: str) -> bool | None:
        """Whether it takes a parameter of that name; None where that cannot be known: its
        parameters are not all listed, and its documentation has the word.
        """
        if self.parameters is not None and parameter in self.parameters:
            return True
        listed = self.parameters is not None and not self.open_ended
        return None if not listed and parameter in self.words else False

    def default(self, parameter: str) -> str | None:
        """The default of a parameter, as Python writes it; None where it has none."""
        return (self.parameters or {}).get(parameter)


@dataclass(frozen=True)
class ApiIndex:
    """All Python objects a corpus documents."""

    corpus: Corpus

    @cached_property
    def objects(self) -> dict[str, ApiObject]:
        """Objects by their dotted name."""
        found = [_object(d, orjson.loads(d.api)) for d in self.corpus.documents if d.api]
        return {item.name: item for item in found}

    @cached_property
    def modules(self) -> frozenset[str]:
        """Documented modules and the packages above them."""
        names = {str(orjson.loads(d.api)["module"]) for d in self.corpus.documents if d.api}
        return frozenset(_prefixes(names))

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Every identifier and dotted name that any document mentions."""
        found: set[str] = set()
        for document in self.corpus.documents:
            for name in re.findall(r"[A-Za-z_][\w.]*\w|[A-Za-z_]", document.text):
                found.update((name, *name.split(".")))
        return frozenset(found)

    def documents_about(self, names: Sequence[str]) -> list[str]:
        """Ids of the documents of these objects and of the classes they belong to."""
        found: dict[str, None] = {}
        for name in names:
            for holder in (name, name.rpartition(".")[0]):
                if holder in self.objects:
                    found[self.objects[holder].document_id] = None
        return list(found)

    def knows(self, name: str) -> bool:
        """Whether a dotted name is documented, inherited by a documented class, or mentioned."""
        owner, _, member = name.rpartition(".")
        holder = self.objects.get(owner)
        return (
            name in self.objects
            or name in self.modules
            or (holder is not None and member in holder.members)
            or name in self.mentioned
        )


def _object(document: Document, api: dict[str, Any]) -> ApiObject:
    parameters = api["parameters"]
    return ApiObject(
        document_id=document.id,
        name=api["name"],
        kind=api["kind"],
        signature=api["signature"],
        parameters=None
        if parameters is None
        else {parameter["name"]: parameter["default"] for parameter in parameters},
        open_ended=any(p["kind"] in ("var_keyword", "var_positional") for p in parameters or ()),
        members=frozenset(api["members"]),
        words=frozenset(re.findall(r"[A-Za-z_]\w*", document.text)),
    )


def _prefixes(names: set[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        parts = name.split(".")
        found.update(".".join(parts[: i + 1]) for i in range(len(parts)))
    return found
