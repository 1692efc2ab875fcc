"""JSON blocks must parse, and say where they do not."""

from __future__ import annotations

import json


def json_error(text: str, lines: bool = False) -> str:
    """What is wrong with a JSON text and where, or "". With ``lines``, each line is a text."""
    if not lines:
        return _error(text, 1)
    numbered = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    return next((found for number, line in numbered if (found := _error(line, number))), "")


def _error(text: str, first: int) -> str:
    try:
        json.loads(text, parse_constant=_refused)
    except json.JSONDecodeError as error:
        return f"line {first + error.lineno - 1}, column {error.colno}: {error.msg}"
    except RecursionError:
        return "nested too deeply to be read"
    except ValueError as error:
        return str(error)
    return ""


def _refused(name: str) -> float:
    raise ValueError(f"{name} is no JSON value")
