"""Where the golden cases of a recipe stand, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from configs.cases import Case, Cases
from configs.errors import ConfigError
from configs.load import SHIPPED, find_recipe
from configs.yaml_files import dotted, line_of, parse

_SHIPPED = SHIPPED.parent / "data" / "cases"
_TAGS = ("str", "OwnDocument", "tuple[any, ...]", "dict[str,any]")
"""Pydantic's names for a choice between forms, which are no fields."""
_WHAT = "a file of cases is a mapping; start with `cases:`"


def find_cases(recipe: str) -> Path:
    """The file of a recipe's cases: ``cases/NAME.yaml`` beside the recipe, or a shipped one.

    Raises:
        ConfigError: there is no such recipe, or it has no cases.
    """
    path = find_recipe(recipe)
    folder = _SHIPPED if path.parent == SHIPPED else path.parent / "cases"
    found = folder / f"{path.stem}.yaml"
    if not found.is_file():
        raise ConfigError(
            f"no cases for {recipe!r}: write them to {found}, or give another file with --file "
            "(docs/cases.md says how)"
        )
    return found


def load_cases(path: Path) -> tuple[Case, ...]:
    """Read and check a file of cases.

    Raises:
        ConfigError: all its problems together, each by file, line, case and field.
    """
    if not path.is_file():
        raise ConfigError(f"no file of cases {path}")
    data = parse(path, _WHAT, "safe")
    try:
        return Cases.model_validate(data).cases
    except ValidationError as error:
        tree = parse(path, _WHAT)
        found = error.errors(include_url=False, include_input=False)
        placed = [([p for p in item["loc"] if p not in _TAGS], item["msg"]) for item in found]
        lines = [_explain(path, tree, loc, message) for loc, message in placed]
        raise ConfigError("\n".join(dict.fromkeys(lines))) from None


def _explain(path: Path, tree: Any, loc: Sequence[Any], message: str) -> str:
    """One problem: its file, line, case and field."""
    where = f"{path}:{line_of(tree, loc)}"
    said = message.removeprefix("Value error, ")
    if len(loc) < 2:
        return f"{where}: {dotted(loc) or 'cases'}: {said}"
    case = tree["cases"][loc[1]]
    named = case.get("id") if isinstance(case, dict) else None
    id_ = named or f"number {loc[1] + 1}"
    return f"{where}: case {id_}: {dotted(loc[2:]) or 'case'}: {said}"
