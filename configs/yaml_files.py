"""YAML files that people write: their data, and the lines on which its parts stand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from configs.errors import ConfigError


def parse(path: Path, what: str, typ: Literal["rt", "safe"] = "rt") -> Any:
    """The mapping in a YAML file; of the type ``rt`` it knows its lines. ``what`` says what such a
    file is, where this one is none.

    Raises:
        ConfigError: the file is not UTF-8, not YAML, or no mapping.
    """
    try:
        tree = YAML(typ=typ, pure=True).load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ConfigError(f"{path}:{line}: not valid YAML: {error.problem}") from None
    except (YAMLError, ValueError) as error:
        # A control character, or a date such as 2024-02-30: YAML does not say on which line.
        said = str(error).partition("\n")[0]
        raise ConfigError(f"{path}: not valid YAML: {said}") from None
    if not isinstance(tree, dict):
        raise ConfigError(f"{path}:1: {what}")
    return tree


def line_of(tree: Any, loc: Iterable[Any]) -> int:
    """Line of the deepest part of ``loc`` that stands in the file."""
    node, line = tree, 1
    for part in loc:
        try:
            if isinstance(node, CommentedMap):
                line = node.lc.key(part)[0] + 1
            elif isinstance(node, CommentedSeq):
                line = node.lc.item(part)[0] + 1
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
    return line


def dotted(loc: Iterable[Any]) -> str:
    """A place in a file as people write it: ``methods[0].name``; empty for the whole."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return text.lstrip(".")
