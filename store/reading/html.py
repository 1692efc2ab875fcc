"""Web pages as Markdown."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

from configs.errors import ParseError
from store.reading.found import Found
from store.reading.text import decoded

_LONGEST = 10_000_000
_SPACES = re.compile(r"\s{2,}")
_MOST_SPACES = 500
"""Characters of a gap that are kept: the converter takes a minute for one of a hundred thousand."""
_DATES = ("valid_from", "date", "article:modified_time", "dcterms.modified")


def read_html(file: Path) -> list[Found]:
    """The page's text as Markdown, with the title and the dates its head states."""
    from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning

    with warnings.catch_warnings():
        for kind in (MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning):
            warnings.simplefilter("ignore", kind)
        markup = _SPACES.sub(lambda gap: gap[0][:_MOST_SPACES], decoded_markup(file))
        # The parser of the standard library needs minutes for markup that is broken on purpose.
        soup = BeautifulSoup(markup, "lxml")
    meta = {
        str(tag.get("name") or tag.get("property")).lower(): tag.get("content")
        for tag in soup.find_all("meta")
    }
    title = soup.title.get_text(strip=True) if soup.title else None
    # Not the head itself: where a page has no body element, the parser puts newer elements there.
    for tag in soup(["script", "style", "nav", "template", "title", "meta", "link", "base"]):
        tag.decompose()
    stated = {
        "title": title,
        "date": next((meta[name] for name in _DATES if meta.get(name)), None),
        "valid_to": meta.get("valid_to"),
        "retrieved_at": meta.get("retrieved_at"),
        "licence": meta.get("licence") or meta.get("license"),
    }
    return [Found(as_markdown(soup.find("main") or soup), stated)]


def decoded_markup(file: Path) -> str:
    """The text of a file that is to be parsed to a tree, which takes minutes for very long ones.

    Raises:
        ParseError: it is longer than 10 million characters.
    """
    text = decoded(file)
    if len(text) > _LONGEST:
        raise ParseError(f": has {len(text):,} characters, more than {_LONGEST:,}; split it")
    return text


def as_markdown(tree: object) -> str:
    """Parsed HTML as Markdown with ``#`` headings and tables, pictures left out."""
    from markdownify import MarkdownConverter

    text = MarkdownConverter(heading_style="ATX", strip=["img"]).convert_soup(tree)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
