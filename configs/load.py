"""Recipes from YAML, with every error at once and each by file, line and field."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml.comments import CommentedMap

from configs.corpus import names_folder
from configs.errors import ConfigError
from configs.recipe import Recipe
from configs.yaml_files import dotted, line_of, parse

SHIPPED = Path(__file__).parent
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_NAME = re.compile(r"[A-Za-z0-9_-]{0,40}")
_SECRET_FIELDS = {"api_key", "key", "token", "password", "secret"}


def shipped_recipes() -> list[str]:
    """Names of the recipes that come with Stillhouse."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml") if path.stem != "prices")


def find_recipe(name_or_path: str) -> Path:
    """The file behind a recipe's path, or behind the name of a shipped one.

    Raises:
        ConfigError: there is no such file and no shipped recipe of that name.
    """
    path = Path(name_or_path)
    if path.is_file():
        return path
    shipped = SHIPPED / f"{name_or_path}.yaml"
    if name_or_path in shipped_recipes():
        return shipped
    raise ConfigError(
        f"no recipe {name_or_path!r}: give the path of a YAML file or one of the shipped "
        f"recipes ({', '.join(shipped_recipes())})"
    )


def teacher_variables(name_or_path: str) -> tuple[str, ...]:
    """Variables that the teachers of a recipe are filled from and that the environment lacks.

    Raises:
        ConfigError: there is no such recipe, or it is not YAML.
    """
    named = _VARIABLE.findall(str(_parse(find_recipe(name_or_path)).get("teachers")))
    lacking = (name for name, default in named if not default and not os.environ.get(name))
    return tuple(dict.fromkeys(lacking))


def load_recipe(
    name_or_path: str,
    patch: Path | None = None,
    variables: Mapping[str, str] | None = None,
    **overrides: object,
) -> Recipe:
    """Read and check a recipe.

    ``${NAME}`` and ``${NAME:-default}`` are filled from the environment, and from ``variables``
    where it has none of that name; corpus paths are taken
    relative to the recipe's folder. ``patch`` is a YAML file of fields to change, as a JSON merge
    patch (RFC 7396): mappings are merged, everything else is replaced, null takes a field away.
    ``overrides`` replace top-level fields when not None.

    Raises:
        ConfigError: all problems of the file together, one line each.
    """
    path = find_recipe(name_or_path)
    tree = _parse(path)
    problems: list[str] = []
    known = {**(variables or {}), **{name: value for name, value in os.environ.items() if value}}
    data = _fill(tree, (), path, tree, known, problems)
    if patch is not None:
        data = merged(data, _fill(*_patch(patch), known, problems))
    data.update({field: value for field, value in overrides.items() if value is not None})
    _anchor_paths(data, path.parent)
    try:
        recipe = Recipe.model_validate(data)
    except ValidationError as error:
        problems += _explain(error, path, tree)
    if problems:
        raise ConfigError("\n".join(dict.fromkeys(problems)))
    return recipe


def _patch(path: Path) -> tuple[CommentedMap, tuple[Any, ...], Path, CommentedMap]:
    """A patch as :func:`_fill` takes it."""
    if not path.is_file():
        raise ConfigError(f"no patch {path}: give the path of a YAML file, as remedy.yaml")
    tree = _parse(path)
    return tree, (), path, tree


def merged(data: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7396) applied to plain data."""
    if not isinstance(patch, dict):
        return patch
    whole = dict(data) if isinstance(data, dict) else {}
    for key, value in patch.items():
        if value is None:
            whole.pop(key, None)
        else:
            whole[key] = merged(whole.get(key), value)
    return whole


def _parse(path: Path) -> CommentedMap:
    tree: CommentedMap = parse(path, "a recipe is a mapping of fields; start with `name:`")
    return tree


def _fill(
    node: Any,
    loc: tuple[Any, ...],
    path: Path,
    tree: Any,
    known: Mapping[str, str],
    problems: list[str],
) -> Any:
    """Plain data with the values of known variables in place of ``${NAME}``."""
    if isinstance(node, dict):
        return {key: _fill(node[key], (*loc, key), path, tree, known, problems) for key in node}
    if isinstance(node, list):
        each = enumerate(node)
        return [_fill(item, (*loc, i), path, tree, known, problems) for i, item in each]
    if not isinstance(node, str):
        return node

    def value(match: re.Match[str]) -> str:
        name, default = match.groups()
        found = known.get(name) or default
        if found is None:
            where = f"{path}:{line_of(tree, loc)}: {dotted(loc) or 'recipe'}"
            problems.append(f"{where}: the environment variable {name} is not set; export it")
            return match.group(0)
        return str(found)

    return _VARIABLE.sub(value, node)


def _anchor_paths(data: dict[str, Any], folder: Path) -> None:
    """Make the paths of sources, reference sets, calibrations and versions absolute."""
    grounding = _mapping(_mapping(data.get("verifiers")).get("grounding"))
    teachers = data.get("teachers")
    placed = [
        *((source, "path") for source in _sources(data)),
        *((source, "cache") for source in _corpus(data)),
        *((each, "dataset") for each in _corpus(data) if names_folder(str(each.get("dataset")))),
        *((each, "trained_on") for each in (teachers if isinstance(teachers, list) else ())),
        (grounding, "calibration"),
    ]
    for part, field in placed:
        given = part.get(field) if isinstance(part, dict) else None
        if isinstance(given, str) and given:
            part[field] = str((folder / Path(given).expanduser()).absolute())


def _sources(data: dict[str, Any]) -> Iterable[Any]:
    """All parts of a recipe that have a ``path``, as far as they have the right form."""
    filters = _mapping(data.get("filters"))
    clean = _mapping(filters.get("decontamination"))
    for many in (data.get("corpus"), filters.get("against"), clean.get("sets")):
        yield from many if isinstance(many, list) else ()
    methods = data.get("methods")
    for method in methods if isinstance(methods, list) else ():
        yield _mapping(method).get("prompts")
    yield from (data.get("anchor"), clean.get("control"), data.get("user_inputs"))


def _corpus(data: dict[str, Any]) -> Iterable[dict[str, Any]]:
    corpus = data.get("corpus")
    return [_mapping(source) for source in corpus] if isinstance(corpus, list) else []


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _explain(error: ValidationError, path: Path, tree: Any) -> list[str]:
    lines = []
    found = error.errors(include_url=False, include_input=False)
    places = [tuple(part for part in problem["loc"] if not _is_tag(part)) for problem in found]
    inside = {loc[:depth] for loc in places for depth in range(len(loc))}
    for problem, loc in zip(found, places, strict=True):
        # A list whose items are wrong counts as empty, and a mapping is none of the names that may
        # stand in its place; the parts are told.
        if problem["type"] in ("too_short", "literal_error") and loc in inside:
            continue
        if problem["type"] == "model_type" and places.count(loc) > 1:
            continue
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            message = _unknown_field(loc)
            if not _NAME.fullmatch(str(loc[-1])):
                loc = loc[:-1]  # It may be a password, of a file that is no recipe.
        elif problem["type"] == "missing":
            message = "this field is required"
        lines.append(f"{path}:{line_of(tree, loc)}: {dotted(loc) or 'recipe'}: {message}")
    return lines


def _is_tag(part: object) -> bool:
    """Whether a part of a location is pydantic's name for a choice, and no field of a recipe."""
    return isinstance(part, str) and (part in ("[key]", "Policy") or part.startswith("literal["))


def _unknown_field(loc: tuple[Any, ...]) -> str:
    name = str(loc[-1])
    if name in _SECRET_FIELDS:
        return "keys never stand in a recipe; set api_key_env to the name of a variable"
    known = list(_fields_at(loc[:-1]))
    close = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"known fields: {', '.join(known)}"
    return f"unknown field; {hint}"


def _fields_at(loc: Iterable[Any]) -> Iterable[str]:
    """Field names of the model that a location inside the recipe points to."""
    model: type[BaseModel] = Recipe
    for part in loc:
        if isinstance(part, int):
            continue
        annotation = model.model_fields[part].annotation
        model = next(kind for kind in _models_in(annotation))
    return model.model_fields


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models_in(inner)
