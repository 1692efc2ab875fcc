"""Python blocks must be Python and, where the recipe asks for it, run."""

from __future__ import annotations

import ast
import doctest
import warnings

from configs.verifiers import Execution
from store.sandbox import Run, run_python

_LONGEST = 100_000


def syntax_error(code: str) -> str:
    """Why a text is no Python of the interpreter at hand, with line and column, or ""; of a text
    with ``>>>`` examples, each of these is looked at.
    """
    if not code.lstrip().startswith(">>>"):
        return _parsed(code, 0)
    try:
        examples = doctest.DocTestParser().get_examples(code, "block")
    except ValueError as error:
        return str(error)
    told = (_parsed(example.source, example.lineno) for example in examples)
    return next((error for error in told if error), "")


def run(code: str, settings: Execution) -> Run:
    """Runs a block that is Python."""
    return run_python(code, settings.timeout_s, settings.memory_mb)


def _parsed(code: str, before: int) -> str:
    if len(code) > _LONGEST:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except SyntaxError as error:
        return f"line {before + (error.lineno or 1)}, column {error.offset or 1}: {error.msg}"
    except (ValueError, MemoryError, RecursionError) as error:
        return f"not readable as Python: {error or type(error).__name__}"
    return ""
