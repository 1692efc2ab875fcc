"""What a corpus offers to make falsehoods of, and whether it says a thing after all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from generators.corruptions.naming import names_in
from store.corpus import Corpus, Document

TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_][\w'’]*")
SCALED = re.compile(
    r"(?<![\w.])(\d+(?:,\d{3})*(?:\.\d+)?)(?:[\s-](hundred|thousand|million|billion|trillion)\b)?",
    re.IGNORECASE,
)
SCALE = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_IDENTIFIER = re.compile(r"[A-Za-z_][\w.]*\w")
_SPLIT = re.compile(r"[.!?;]\s+")
_COMMON = frozenset(
    """a an the of in on at to for from by with and as is are was were be been has have had it its
this that which who do does did not never than into about""".split()
)
_SAME = 0.6
"""Share of a statement's words in a line of the corpus from which the line may say the same."""


def tokens(text: str) -> frozenset[str]:
    """Words in folded case and numbers without their commas."""
    return frozenset(token.replace(",", "") for token in TOKEN.findall(text.casefold()))


def values(text: str) -> frozenset[float]:
    """Values of the numbers of a text, with "million" and the like multiplied out."""
    return frozenset(value_of(match) for match in SCALED.finditer(text))


def value_of(match: re.Match[str]) -> float:
    """The value of a match of SCALED, to the digits that floats keep."""
    scale = SCALE.get((match.group(2) or "").casefold(), 1)
    return float(f"{float(match.group(1).replace(',', '')) * scale:.12g}")


@dataclass(frozen=True)
class Material:
    """Names and values of a corpus by document, read when first asked for."""

    corpus: Corpus

    @cached_property
    def names(self) -> dict[str, dict[str, None]]:
        """Names in prose by document id, in order."""
        return {d.id: dict.fromkeys(names_in(d.text)) for d in self.corpus.documents if not d.api}

    @cached_property
    def values(self) -> dict[str, frozenset[float]]:
        """Values of numbers by document id."""
        return {d.id: values(d.text) for d in self.corpus.documents}

    @cached_property
    def words(self) -> dict[str, frozenset[str]]:
        """Tokens by document id."""
        return {d.id: tokens(d.text) for d in self.corpus.documents}

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """Every dotted name, and every part of one, that stands in the corpus."""
        found: set[str] = set()
        for document in self.corpus.documents:
            for name in _IDENTIFIER.findall(document.text):
                found.update((name, *name.split(".")))
        return frozenset(found)

    @cached_property
    def parameters(self) -> dict[str, frozenset[str]]:
        """Names of parameters by id of the document of a function."""
        return {
            d.id: frozenset(p["name"] for p in _parameters(d))
            for d in self.corpus.documents
            if d.api
        }

    @cached_property
    def every_parameter(self) -> list[str]:
        """All names of parameters of the corpus, sorted."""
        return sorted({name for names in self.parameters.values() for name in names})

    @cached_property
    def modules(self) -> list[str]:
        """Documented modules, sorted."""
        return sorted({orjson.loads(d.api)["module"] for d in self.corpus.documents if d.api})

    @cached_property
    def open_ended(self) -> frozenset[str]:
        """Ids of the documents of functions that may take parameters of any name."""
        return frozenset(
            d.id
            for d in self.corpus.documents
            if d.api and any(p["kind"] == "var_keyword" for p in _parameters(d))
        )

    def together(self, one: str, two: str) -> bool:
        """Whether all words of two names stand in one line, its headings included."""
        holding = [self._places.get(token, frozenset()) for token in tokens(f"{one} {two}")]
        return bool(frozenset.intersection(*holding)) if holding else False

    def stands(self, text: str) -> bool:
        """Whether a piece of text stands anywhere in the corpus, in whatever case."""
        return text.casefold() in self._all

    @cached_property
    def _all(self) -> str:
        return "\n".join(d.text for d in self.corpus.documents).casefold()

    def says(self, sentence: str, inserted: str) -> bool:
        """Whether some line of the corpus has what was inserted, all numbers of the sentence, and
        most of its other words; it may then say the same.
        """
        said = tokens(sentence)
        needed = tokens(inserted) | {token for token in said if token[0].isdigit()}
        rest = said - _COMMON - needed
        holding = [self._places.get(token, frozenset()) for token in needed - _COMMON]
        if not holding:
            return False
        lines = frozenset.intersection(*sorted(holding, key=len))
        return any(
            len(rest & self._lines[line]) >= _SAME * len(rest) and needed <= self._lines[line]
            for line in lines
        )

    @cached_property
    def _lines(self) -> list[frozenset[str]]:
        """Tokens of each line and sentence of the corpus with title and headings."""
        return [line for document in self.corpus.documents for line in _lines(document)]

    @cached_property
    def _places(self) -> dict[str, frozenset[int]]:
        found: dict[str, list[int]] = {}
        for i, line in enumerate(self._lines):
            for token in line:
                found.setdefault(token, []).append(i)
        return {token: frozenset(places) for token, places in found.items()}


def _parameters(document: Document) -> list[dict[str, Any]]:
    return orjson.loads(document.api)["parameters"] or []


def _lines(document: Document) -> Iterator[frozenset[str]]:
    title = tokens(document.title)
    heading: frozenset[str] = frozenset()
    for line in document.text.splitlines():
        if line.startswith("#"):
            heading = tokens(line)
        for piece in _SPLIT.split(line):
            if found := tokens(piece):
                yield found | title | heading
