"""Source code: the text in fences, for Python with a heading per class and function."""

from __future__ import annotations

import ast
import re
import warnings
from pathlib import Path

from store.reading import markdown
from store.reading.found import Found
from store.reading.text import decoded

LANGUAGES = {
    ".py": "python",
    ".js": "javascript",
    ".ts": "typescript",
    ".java": "java",
    ".go": "go",
    ".rs": "rust",
    ".c": "c",
    ".h": "c",
    ".cpp": "cpp",
    ".sh": "sh",
    ".sql": "sql",
}
"""Suffixes of source code, and what their fences are called."""


def read_code(file: Path) -> list[Found]:
    """One document per file. Python's docstring of the module is prose; each class and function
    at the top stands under a heading of its own, in a fence; the rest stands in fences between.
    """
    text = decoded(file)
    language = LANGUAGES[file.suffix.lower()]
    parts = _python(text) if language == "python" else [_fenced(text, language)]
    if not any(parts):
        return [Found("")]
    title = markdown.heading(1, file.name)
    return [Found("\n\n".join([title, *filter(None, parts)]) + "\n", {"title": file.name})]


def _python(text: str) -> list[str]:
    """Parts of a module in the order of its lines; all as one where it is not Python 3."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return [_fenced(text, "python")]
    lines = text.split("\n")
    parts, after = [], 0
    if ast.get_docstring(module):
        parts.append(ast.get_docstring(module) or "")
        after = module.body[0].end_lineno or 0
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            start = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
            end = node.end_lineno or node.lineno
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            parts.append(_fenced("\n".join(lines[after:start]), "python"))
            parts.append(markdown.heading(2, f"{kind} {node.name}"))
            parts.append(_fenced("\n".join(lines[start:end]), "python"))
            after = end
    return [*parts, _fenced("\n".join(lines[after:]), "python")]


def _fenced(code: str, language: str) -> str:
    """Code in a fence that is longer than any in it; nothing where there is none."""
    if not code.strip():
        return ""
    longest = max(map(len, re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{code.strip(chr(10))}\n{fence}"
