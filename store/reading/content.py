"""What a server says of the content it sends, and content as the readers take it: UTF-8."""

from __future__ import annotations

import codecs
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable
from email.message import Message
from pathlib import PurePosixPath

from configs.errors import ParseError
from store.reading.formats import READERS

_OFFICE = "application/vnd.openxmlformats-officedocument"
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/x-rst": ".rst",
    "text/prs.fallenstein.rst": ".rst",
    f"{_OFFICE}.wordprocessingml.document": ".docx",
    f"{_OFFICE}.presentationml.presentation": ".pptx",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "application/jsonlines": ".jsonl",
    "application/vnd.apache.parquet": ".parquet",
}
_SAYS_LITTLE = re.compile(r"|text/.*|(application|binary)/(octet-stream|(x-)?javascript|sql|x-sh)")
"""Types that servers give to files of which they know no other."""
_BINARY = {".pdf", ".docx", ".pptx", ".parquet"}
_LATIN = {"ascii", "iso8859-1", "cp1252"}
"""What servers claim by default."""
_CODECS = {
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "mac-roman", "koi8-r", "koi8-u", *_LATIN),
    *(f"iso8859-{n}" for n in range(1, 17)),
    *(f"cp{n}" for n in range(1250, 1259)),
    *("shift_jis", "cp932", "euc_jp", "iso2022_jp", "gb2312", "gbk", "gb18030", "big5", "euc_kr"),
}
_META = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)


def suffix_of(content_type: str, paths: Iterable[str]) -> str:
    """The suffix whose reader takes such content; where the type says little, that of the first of
    the URLs' ``paths`` which has a known one.

    Raises:
        ParseError: nothing reads it.
    """
    kind = content_type.partition(";")[0].strip().lower()
    named = [PurePosixPath(path).suffix.lower() for path in paths]
    if kind in _SUFFIXES:
        # There is no registered type for JSON Lines.
        return ".jsonl" if kind == "application/json" and ".jsonl" in named else _SUFFIXES[kind]
    if _SAYS_LITTLE.fullmatch(kind):
        known = next((suffix for suffix in named if suffix in READERS), None)
        if known or kind == "text/plain":
            return known or ".txt"
    raise ParseError(
        f": is {kind[:80] or 'of no stated type'}, which is not read; give the URL of a page, a "
        f"text, or a file with one of {', '.join(sorted(READERS))}"
    )


def as_utf8(data: bytes, suffix: str, content_type: str) -> bytes:
    """Text as UTF-8, from the encoding that the server states, or the head of a web page.

    Raises:
        ParseError: the encoding is not known, or not the text's.
    """
    stated = _charset(data, suffix, content_type)
    if suffix in _BINARY or not stated:
        return data
    try:
        name = codecs.lookup(stated).name
    except LookupError:
        name = ""
    if name not in _CODECS:
        raise ParseError(f": its encoding {stated[:40]!r} is not known; save it as UTF-8 in a file")
    if name == "utf-8" or (name in _LATIN and _is_utf8(data)):
        return data
    try:
        # A browser takes Latin-1 for Windows-1252, which has signs where that has none.
        return data.decode("cp1252" if name in _LATIN else name).encode()
    except UnicodeError:
        raise ParseError(
            f": is not {stated}, though it says so; save it as UTF-8 in a file"
        ) from None


def _charset(data: bytes, suffix: str, content_type: str) -> str:
    if data.startswith(BOM_UTF8):
        return ""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    head = Message()
    head["content-type"] = content_type
    stated = head.get_param("charset") or ""
    if not stated and suffix in (".html", ".htm") and (match := _META.search(data[:1024])):
        return match.group(1).decode()
    return str(stated)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
