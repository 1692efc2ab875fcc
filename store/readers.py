"""Files to documents: Markdown, plain text, HTML, JSONL and Parquet, alone, by folder or by glob.

Title, date, source and licence come from YAML front matter, from HTML's head, or from columns of
those names (``valid_from`` or ``date``; ``licence`` or ``license``).
"""

from __future__ import annotations

import glob
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from configs.errors import ConfigError, ParseError
from configs.recipe import CorpusSource
from store.corpus import Document
from store.python_api import read_modules

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?\r?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^#[ \t]+(.+?)(?:[ \t]+#+)?[ \t\r]*$", re.MULTILINE)


def read_source(source: CorpusSource) -> list[Document]:
    """All documents of one source, in a fixed order.

    Raises:
        ConfigError: nothing is there, or files cannot be read; every bad file is named.
    """
    if source.reader == "python-api":
        return read_modules(source.modules)
    assert source.path is not None
    base, files = _files(source.path)
    documents: list[Document] = []
    problems: list[str] = []
    for file in files:
        name = file.relative_to(base).as_posix()
        try:
            found = READERS[file.suffix.lower()](file)
            documents += [_build(name, fields, source, len(found)) for fields in found]
        except UnicodeDecodeError as error:
            problems.append(
                f"{file}: not UTF-8 (byte {error.start}); convert it, "
                f"for example: iconv -t utf-8 {file.name}"
            )
        except ParseError as error:
            problems.append(f"{file}{error}")
        except OSError as error:
            problems.append(f"{file}: {error.strerror or error}")
    if problems:
        raise ConfigError("corpus files cannot be read:\n" + "\n".join(problems))
    return documents


def _files(path: str) -> tuple[Path, list[Path]]:
    """The folder ids are relative to, and the readable files in it."""
    target = Path(path)
    if target.is_dir():
        base, found = target, sorted(p for p in target.rglob("*") if p.is_file())
    elif target.is_file():
        base, found = target.parent, [target]
    else:
        found = sorted(Path(p) for p in glob.glob(path, recursive=True) if Path(p).is_file())
        base = Path(re.split(r"[*?\[]", path)[0] + "*").parent
        if not found:
            raise ConfigError(
                f"corpus: nothing at {path}; give a file, a folder or a glob "
                "(relative paths start at the recipe's folder)"
            )
    readable = [p for p in found if p.suffix.lower() in READERS and not _hidden(p, base)]
    if not readable:
        raise ConfigError(
            f"corpus: no readable document in {path}; "
            f"known suffixes are {', '.join(sorted(READERS))}"
        )
    return base, readable


def _hidden(path: Path, base: Path) -> bool:
    """Whether the file, or a folder it is in below ``base``, has a name beginning with a dot."""
    return any(part.startswith(".") for part in path.relative_to(base).parts)


def _build(name: str, fields: Mapping[str, Any], source: CorpusSource, siblings: int) -> Document:
    """A document from what its file states. Rows of one file get the row in their id."""
    own = str(fields.get("id") or fields["row"]) if siblings > 1 or "id" in fields else ""
    text = str(fields["text"])
    heading = _HEADING.search(text)
    title = fields.get("title") or (heading.group(1) if heading else Path(name).stem)
    where = f": {name}"
    return Document(
        id=f"{name}:{own}" if own else name,
        title=str(title),
        text=text,
        source=str(fields.get("source") or name),
        licence=str(fields.get("licence") or fields.get("license") or source.licence or ""),
        version=str(fields.get("version") or ""),
        valid_from=_day(fields.get("valid_from") or fields.get("date"), where),
        valid_to=_day(fields.get("valid_to"), where),
    )


def _day(value: object, where: str) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError:
        raise ParseError(f"{where}: {value!r} is not a date; write it as 2024-06-30") from None


def _read_text(file: Path) -> list[dict[str, Any]]:
    text = file.read_text(encoding="utf-8-sig")
    match = _FRONT_MATTER.match(text)
    if not match:
        return [{"text": text}]
    try:
        head = YAML(typ="safe").load(match.group(1)) or {}
    except (YAMLError, ValueError) as error:
        # ValueError: a date such as 2024-02-30, of which YAML does not say the line.
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 2}" if mark else ""
        said = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise ParseError(f"{line}: the front matter is not valid YAML: {said}") from None
    if not isinstance(head, dict):
        raise ParseError(":2: the front matter is not a mapping of fields such as `title: ...`")
    return [{**head, "text": text[match.end() :]}]


def _read_html(file: Path) -> list[dict[str, Any]]:
    """The page's text as Markdown, with the title and the date its head states."""
    from bs4 import BeautifulSoup
    from markdownify import MarkdownConverter

    soup = BeautifulSoup(file.read_text(encoding="utf-8-sig"), "html.parser")
    meta = {
        str(tag.get("name") or tag.get("property")).lower(): tag.get("content")
        for tag in soup.find_all("meta")
    }
    title = soup.title.get_text(strip=True) if soup.title else None
    for tag in soup(["script", "style", "nav", "template", "head"]):
        tag.decompose()
    body = soup.find("main") or soup.body or soup
    text = MarkdownConverter(heading_style="ATX", strip=["img"]).convert_soup(body)
    dates = ("valid_from", "date", "article:modified_time", "dcterms.modified")
    return [
        {
            "text": re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
            "title": title,
            "date": next((meta[name] for name in dates if meta.get(name)), None),
            "licence": meta.get("licence") or meta.get("license"),
        }
    ]


def _read_jsonl(file: Path) -> list[dict[str, Any]]:
    rows = []
    data = file.read_bytes()
    data.decode("utf-8")
    for number, line in enumerate(data.removeprefix(BOM_UTF8).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise ParseError(f":{number}: not JSON: {error.msg}") from None
        rows.append(_with_text(row, f":{number}", number))
    return rows


def _read_parquet(file: Path) -> list[dict[str, Any]]:
    try:
        rows = pq.read_table(file).to_pylist()
    except pa.ArrowInvalid as error:
        raise ParseError(f": not a Parquet file: {error}") from None
    return [_with_text(row, f": row {number}", number) for number, row in enumerate(rows)]


def _with_text(row: object, where: str, number: int) -> dict[str, Any]:
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ParseError(f"{where}: every row needs a field `text` with the document's text")
    return {**row, "row": number}


READERS: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    ".md": _read_text,
    ".markdown": _read_text,
    ".txt": _read_text,
    ".html": _read_html,
    ".htm": _read_html,
    ".jsonl": _read_jsonl,
    ".parquet": _read_parquet,
}
