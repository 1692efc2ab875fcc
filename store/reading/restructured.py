"""reStructuredText through docutils. Nothing that a file names is included or run."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from configs.errors import ParseError
from store.reading.extras import extra, reading
from store.reading.found import Found
from store.reading.html import as_markdown, decoded_markup
from store.reading.rows import COLUMNS
from store.reading.substitutions import grown

_LONGEST_LINE = 10_000
_SETTINGS: dict[str, Any] = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "report_level": 5,
    "halt_level": 5,
    "embed_stylesheet": False,
    "stylesheet_path": None,
    "syntax_highlight": "none",
    "math_output": "LaTeX",
    "output_encoding": "unicode",
    "initial_header_level": 2,
    "line_length_limit": _LONGEST_LINE,
}
_DIRECTIVE = re.compile(r"^[ \t]*\.\. ([\w:.+-]+)::", re.MULTILINE)
_OF_SPHINX = ("class",)
"""Directives that docutils has, too, for something else."""
_WITHOUT_TEXT = ("toctree", "index", "highlight", "currentmodule", "py:currentmodule")
"""Directives of Sphinx that say nothing of their own."""
_SPHINX_ROLES = (
    "any attr class command const data doc envvar exc file func kbd meth mod obj option program "
    "py:class py:func py:meth py:mod ref samp term"
).split()
_MOST_GROWTH = 1_000_000
_STATED = {name for name in COLUMNS if name not in ("text", "id", "title")}


def read_rst(file: Path) -> list[Found]:
    """The text as Markdown; the fields behind its title state what front matter would."""
    from bs4 import BeautifulSoup

    with extra("rst", "reStructuredText"):
        from docutils.core import publish_doctree, publish_from_doctree

    text = decoded_markup(file)
    _know_roles()
    for name in dict.fromkeys(_DIRECTIVE.findall(text)):
        _know_directive(name.lower())
    _refuse_long_lines(text)
    if grown(text) > _MOST_GROWTH:
        raise ParseError(
            f": its substitutions (`|name|`) would become more than {_MOST_GROWTH:,} characters; "
            "it was not parsed"
        )
    with reading("reStructuredText"):
        tree = publish_doctree(text, settings_overrides=_SETTINGS)
        stated = {"title": tree.get("title"), **_fields(tree)}
        page = publish_from_doctree(tree, writer="html5", settings_overrides=_SETTINGS)
    soup = BeautifulSoup(page, "html.parser")
    for literal in soup.select("span.literal"):
        literal.name = "code"
    return [Found(as_markdown(soup.find("main") or soup), stated)]


def _refuse_long_lines(text: str) -> None:
    """Stop where docutils would give a document without text, and say so to nobody."""
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > _LONGEST_LINE:
            raise ParseError(
                f":{number}: has {len(line):,} characters, more than docutils reads of a line "
                f"({_LONGEST_LINE:,}); break it"
            )


@cache
def _know_roles() -> None:
    """Have docutils keep the text of roles that only Sphinx knows."""
    from docutils import nodes
    from docutils.parsers.rst import roles

    for name in _SPHINX_ROLES:
        roles.register_generic_role(name, nodes.literal)


@cache
def _know_directive(name: str) -> None:
    """Have docutils keep the text of a directive that it does not know, instead of dropping it."""
    from docutils import nodes
    from docutils.parsers.rst import Directive, directives
    from docutils.parsers.rst.languages import en

    class Described(Directive):  # type: ignore[misc]  # docutils has no types
        """A line of code and the text below it."""

        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True

        def run(self) -> list[Any]:
            holder = nodes.container()
            for line in " ".join(self.arguments).splitlines():
                holder += nodes.paragraph("", "", nodes.literal(line, line))
            self.state.nested_parse(self.content, self.content_offset, holder)
            return [*holder.children]

    if name in _OF_SPHINX or name not in (*en.directives, *_WITHOUT_TEXT):
        directives.register_directive(name, Described)


def _fields(tree: Any) -> dict[str, str]:
    """What the list of fields at the beginning states. Takes it out of the text."""
    from docutils import nodes

    stated: dict[str, str] = {}
    for info in [*tree.findall(nodes.docinfo)]:
        for node in info.children:
            if isinstance(node, nodes.field):
                name, value = node[0].astext(), node[1].astext()
            else:
                name, value = node.tagname, node.astext()
            if name.lower() in _STATED:
                stated[name.lower()] = value.strip()
        info.parent.remove(info)
    return stated
