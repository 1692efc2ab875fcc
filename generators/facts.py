"""Facts that can be read off a document by rule, each with the span that states it.

Only tidy statements count: parts of a Python signature, named values (``- **Mass:** 5 kg``), cells
of a table with named columns and distinct row keys, and whole sentences. One value is kept per
subject and attribute; a second, different one makes both unusable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from store.corpus import Document
from store.text import Span, sentences, squeeze

FactKind = Literal[
    "default", "parameters", "signature", "summary", "statement", "sentence", "field"
]


@dataclass(frozen=True, slots=True)
class Fact:
    """Subject, attribute and value, and the span of the document that states them.

    ``bucket`` groups facts of a kind over the corpus: facts in small buckets are the tail.
    """

    kind: FactKind
    subject: str
    attribute: str
    value: str
    start: int
    end: int
    bucket: str


CODE = re.compile(r"``([^`\n]+)``|`([^`\n]+)`")
CONDITION = re.compile(r"(If|When) (.{4,90}?), (?:then )?\S")
RAISES = re.compile(r"\braises? (?:an? )?`*([A-Z]\w+(?:Error|Exception|Iteration))\b")
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w.])")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+)*\b(?![\w'’])")
_FIELD = re.compile(
    r"^\s*[-*]\s+\*\*(?P<name>[^*:\n]{2,60}?):?\*\*:?[ \t]+(?P<value>[^\n]{1,200})$", re.MULTILINE
)
_ROW = re.compile(r"^\s*\|(.+)\|\s*$")
_ERROR = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Warning|Interrupt|StopIteration)\b")
_CODE_LIKE = re.compile(r">>>|\.\.\.$|^\s*[|#>]|^\s*[-*]\s|^\s{4,}|[{}=<>]{2}|\t|::")
_VAGUE = re.compile(
    r"^(?:It|Its|They|Their|He|His|She|Her|This|That|These|Those|However|But|And|So|Then|Thus|"
    r"Otherwise|Therefore|Such|Here|There|See|Note|For example|In this|Also)\b",
)


def facts_of(document: Document) -> list[Fact]:
    """The facts of a document, in the order they stand in it."""
    found = _api_facts(document) if document.kind == "python-api" else _prose_facts(document)
    return sorted(_unambiguous(found), key=lambda fact: (fact.start, fact.attribute))


def _unambiguous(facts: Iterable[Fact]) -> list[Fact]:
    by_key: dict[tuple[str, str, str], list[Fact]] = {}
    for fact in facts:
        by_key.setdefault((fact.kind, fact.subject, fact.attribute), []).append(fact)
    return [
        group[0] for group in by_key.values() if len({squeeze(fact.value) for fact in group}) == 1
    ]


def _api_facts(document: Document) -> Iterator[Fact]:
    api: dict[str, Any] = orjson.loads(document.api)
    name, signature = api["name"], api["signature"]
    line = document.text.find(f"`{signature}`") + 1 if signature else 0
    if line:
        end = line + len(signature)
        parameters = [p["name"] for p in api["parameters"] if not p["name"].startswith("_")]
        yield Fact("signature", name, "signature", signature, line, end, f"signature {api['kind']}")
        if parameters:
            value = ", ".join(f"`{parameter}`" for parameter in parameters)
            yield Fact("parameters", name, "parameters", value, line, end, "parameters")
        for parameter in api["parameters"]:
            pair = f"{parameter['name']}={parameter['default']}"
            at = _whole(pair, document.text, line, end)
            plain = parameter["default"] and not re.search(r"[<>]", parameter["default"])
            if plain and at >= 0 and not parameter["name"].startswith("_"):
                yield Fact(
                    "default",
                    name,
                    parameter["name"],
                    parameter["default"],
                    at,
                    at + len(pair),
                    f"default {parameter['default']}",
                )
    yield from _docstring_facts(document, name)


def _whole(pair: str, text: str, start: int, end: int) -> int:
    """Where ``name=default`` stands as a whole parameter of the signature; -1 if nowhere."""
    match = re.compile(r"(?<=[(\s])" + re.escape(pair) + r"(?=[,)])").search(text, start, end)
    return match.start() if match else -1


def _docstring_facts(document: Document, name: str) -> Iterator[Fact]:
    body = _docstring_start(document.text)
    for i, sentence in enumerate(s for s in sentences(document.text) if s.start >= body):
        text = squeeze(sentence.text)
        if i == 0 and _is_summary(sentence):
            yield Fact("summary", name, "summary", text, sentence.start, sentence.end, "summary")
        if i == 0 or not _usable(sentence):
            continue
        error = _ERROR.search(text)
        bucket = f"raises {error.group(0)}" if error else "detail"
        kind: FactKind = "statement" if _is_askable(text) else "sentence"
        yield Fact(kind, name, text, text, sentence.start, sentence.end, bucket)


def _docstring_start(text: str) -> int:
    """Offset behind the lines that the reader wrote in front of the docstring."""
    match = re.search(
        r"^(?:`[^\n]*` is a |Public methods of )[^\n]*\n\n(?!Public methods of )", text, re.M
    )
    return match.end() if match else len(text)


def _prose_facts(document: Document) -> Iterator[Fact]:
    text, title = document.text, document.title
    for match in _FIELD.finditer(text):
        name, value = match["name"].strip(), match["value"].strip()
        start = match.start("name") - 2
        yield Fact("field", title, name, value, start, match.end("value"), f"field {name.lower()}")
    yield from _table_facts(document)
    for sentence in sentences(text):
        if _usable(sentence) and title.casefold() in sentence.text.casefold():
            value = squeeze(sentence.text)
            kind: FactKind = "statement" if _is_askable(value) else "sentence"
            yield Fact(kind, title, value, value, sentence.start, sentence.end, "sentence")


def _table_facts(document: Document) -> Iterator[Fact]:
    """Cells of Markdown tables: row key, column name, value. Tables with equal keys are skipped."""
    lines = list(_lines(document.text))
    for i in range(len(lines) - 2):
        head = _cells(lines[i].text)
        if not head or not re.fullmatch(r"[\s|:-]+", lines[i + 1].text) or len(head) < 2:
            continue
        rows = []
        for line in lines[i + 2 :]:
            cells = _cells(line.text)
            if len(cells) != len(head):
                break
            rows.append((line, cells))
        keys = [cells[0] for _, cells in rows]
        if len(set(keys)) < len(keys) or not all(head) or not all(keys):
            continue
        for line, cells in rows:
            for column, value in list(zip(head, cells, strict=True))[1:]:
                if value:
                    bucket = f"field {column.lower()}"
                    yield Fact("field", cells[0], column, value, line.start, line.end, bucket)


def _lines(text: str) -> Iterator[Span]:
    offset = 0
    for line in text.splitlines(keepends=True):
        yield Span(offset, offset + len(line.rstrip()), line.rstrip())
        offset += len(line)


def _cells(line: str) -> list[str]:
    match = _ROW.match(line)
    return [cell.strip() for cell in match.group(1).split("|")] if match else []


def _is_askable(sentence: str) -> bool:
    """Whether a sentence answers a question that can be read off it."""
    return any(pattern.search(sentence) for pattern in (RAISES, CODE)) or bool(
        CONDITION.match(sentence)
    )


def terms(fact: Fact) -> list[re.Match[str]]:
    """Terms of a sentence worth asking for: code, numbers and names that occur in it once."""
    text = fact.value
    found = [match for pattern in (CODE, NUMBER, _NAME) for match in pattern.finditer(text)]
    return [m for m in found if text.count(m.group(0)) == 1 and fact.subject not in m.group(0)]


def _is_summary(sentence: Span) -> bool:
    """A first sentence that says what the object does, and is no rendering of its call."""
    text = sentence.text
    return (
        12 <= len(text) <= 320
        and len(text.split()) >= 3
        and text[0].isalpha()
        and not _CODE_LIKE.search(text)
        and "->" not in text
        and text.count("(") == text.count(")")
        and text.count("`") % 2 == 0
    )


def _usable(sentence: Span) -> bool:
    """A sentence that can be understood alone: whole, plain, and not about something before it."""
    text = sentence.text
    return (
        30 <= len(text) <= 320
        and text[0].isupper()
        and text.rstrip().endswith(".")
        and len(text.split()) >= 6
        and not _VAGUE.match(text)
        and not _CODE_LIKE.search(text)
        and text.count("(") == text.count(")")
        and text.count('"') % 2 == 0
        and text.count("`") % 2 == 0
    )
