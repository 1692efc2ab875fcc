"""An answer in pieces: sentences outside code, each with the heading, list or table it stands in.

Everything here keeps offsets: what is no prose is blanked out, never cut out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from store.text import Span, sentences
from verifiers.claims.frames import FRAME

_FENCE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
_TRACE_TAG = re.compile(
    r"</?(?:think|thinking|reasoning|thought|scratchpad|answer)>", re.IGNORECASE
)
_TRACE_END = re.compile(r"</(?:think|thinking|reasoning|thought|scratchpad)>", re.IGNORECASE)
_TRACE_START = re.compile(r"<(?:think|thinking|reasoning|thought|scratchpad)>", re.IGNORECASE)
_ROW = re.compile(r"^[ \t]*\|[^\n]*", re.MULTILINE)
_RULE = re.compile(r"[ \t|:]*-[ \t|:-]*\Z")
_CELL = re.compile(r"(?<!\\)\|")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])\s")
_BARE_MARKER = re.compile(r"(?:[-*+•]|\d{1,3}[.)])\Z")
_SPACES = re.compile(r"[ \t]*")
_HEADING = re.compile(r"#{1,6}\s")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, or the row of a table, by its offsets into the answer.

    ``lead`` is what introduces its list or table; ``cells`` is a table row spelled out with its
    header; ``trace`` says that it stands in a trace of reasoning, ``leads`` that a list follows.
    """

    start: int
    end: int
    text: str
    lead: str = ""
    cells: str = ""
    item: bool = False
    heading: bool = False
    line_start: bool = False
    trace: bool = False
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Masked:
    """An answer with its code and marks of reasoning blanked out; ``body`` is where the answer
    proper begins, behind all reasoning.
    """

    text: str
    body: int
    rows: tuple[tuple[Span, str], ...]


def masked(answer: str) -> Masked:
    """Blank out what is no prose. A trace that is never closed is the whole answer."""
    text = _FENCE.sub(_blanked, answer) if "```" in answer or "~~~" in answer else answer
    body = 0
    if "<" in text:
        ends = [match.end() for match in _TRACE_END.finditer(text)]
        starts = [match.start() for match in _TRACE_START.finditer(text)]
        body = ends[-1] if ends else 0
        if starts and starts[-1] >= body:
            body = len(text)
        text = _TRACE_TAG.sub(lambda match: "\n" * len(match.group(0)), text)
    rows = tuple(_rows(text)) if "|" in text else ()
    return Masked(_ROW.sub(_blanked, text) if rows else text, body, rows)


def _blanked(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group(0))


def _rows(text: str) -> Iterator[tuple[Span, str]]:
    """Rows of tables, each with what it says under its header; headers and rules say nothing."""
    lines = list(_ROW.finditer(text))
    header: list[str] = []
    last = -2
    for i, line in enumerate(lines):
        span = Span(line.start(), line.end(), line.group(0))
        if line.start() != last + 1:
            header = []
        last = line.end()
        if _RULE.match(span.text):
            yield span, ""
            continue
        cells = [cell.strip() for cell in _CELL.split(span.text.strip().strip("|"))]
        follows = lines[i + 1] if i + 1 < len(lines) else None
        ruled = follows is not None and follows.start() == last + 1
        if ruled and follows is not None and _RULE.match(follows.group(0)):
            header = cells
            yield span, ""
            continue
        yield span, _spelled(header, cells)


def _spelled(header: list[str], cells: list[str]) -> str:
    """A row as "Year: 1990; Level: 12.5 m"; without a header, its cells alone."""
    if len(header) != len(cells):
        return ", ".join(cell for cell in cells if re.search(r"\w", cell))
    told = [f"{name}: {cell}" if name else cell for name, cell in zip(header, cells, strict=True)]
    return "; ".join(t for t, cell in zip(told, cells, strict=True) if re.search(r"\w", cell))


def pieces(answer: str, mask: Masked) -> list[Piece]:
    """All pieces of an answer in order, with what introduces them."""
    found = [(span, "") for span in _prose(answer, mask.text)]
    found += [(_trimmed(span), cells) for span, cells in mask.rows if cells]
    found.sort(key=lambda pair: pair[0].start)
    leads: list[tuple[int, str]] = []
    made: list[Piece] = []
    marked = False
    for span, cells in found:
        line = answer.rfind("\n", 0, span.start) + 1
        first = not answer[line : span.start].strip() or marked
        own_line = bool(_ITEM.match(answer, line))
        if first and _BARE_MARKER.match(span.text):
            # The rules of sentences end one behind "1."; the item comes after it.
            marked = True
            continue
        item = own_line and (first or marked)
        indent = _indent(answer, line) if own_line or cells else -1
        if first or not own_line:
            leads = [pair for pair in leads[:8] if pair[0] < indent]
        piece = Piece(
            span.start,
            span.end,
            span.text,
            lead=_joined(leads) if (item or cells) else "",
            cells=cells,
            item=item,
            heading=first and bool(_HEADING.match(span.text)),
            line_start=first,
            trace=span.start < mask.body,
        )
        made.append(piece)
        marked = False
        if span.text.rstrip("*_").endswith(":"):
            leads.append((indent, _lead_text(span.text)))
    return _with_followers(made)


def _indent(answer: str, line: int) -> int:
    match = _SPACES.match(answer, line)
    return match.end() - line if match else 0


def _joined(leads: list[tuple[int, str]]) -> str:
    """The outermost and the innermost of what introduces an item."""
    texts = [text for _, text in leads]
    return " ".join(dict.fromkeys([*texts[:1], *texts[-1:]]))


def _lead_text(text: str) -> str:
    return re.sub(r"^(?:[-*+•>#]+\s+|\d{1,3}[.)]\s+)+", "", text).replace("**", "").strip()


def _with_followers(made: list[Piece]) -> list[Piece]:
    """Pieces that introduce the next one are marked as such."""
    return [
        replace(one, leads=True)
        if two and two.lead and one.text.rstrip("*_").endswith(":")
        else one
        for one, two in zip_longest(made, made[1:])
    ]


def _trimmed(span: Span) -> Span:
    """A table row without its outer bars."""
    raw = span.text
    left = len(raw) - len(raw.lstrip(" \t|"))
    right = len(raw.rstrip(" \t\r|"))
    return Span(span.start + left, span.start + right, raw[left:right])


def _prose(answer: str, text: str) -> Iterator[Span]:
    """Sentences with their offsets; a frame of a source begins a new one."""
    for sentence in sentences(text):
        starts = [m.start() for m in FRAME.finditer(sentence.text) if m.start() > 0]
        cuts = [0, *starts, len(sentence.text)]
        for start, end in pairwise(cuts):
            piece = sentence.text[start:end].rstrip()
            at = sentence.start + start
            yield Span(at, at + len(piece), answer[at : at + len(piece)])
