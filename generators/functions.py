"""Documented Python functions as tools: their schema, a call, and the program that makes it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import orjson

from configs.errors import ParseError
from store.corpus import Document

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_VARIADIC = ("var_positional", "var_keyword")
_BY_PLACE = ("positional_only", "positional_or_keyword")


def tool_of(document: Document) -> dict[str, Any] | None:
    """A documented function in the form of function calling, None where the document is no
    function of a module: parameters without a default are required.
    """
    api = orjson.loads(document.api) if document.api else {}
    if api.get("kind") != "function" or api.get("parameters") is None:
        return None
    properties, required = {}, []
    for parameter in api["parameters"]:
        name, kind, default = parameter["name"], parameter["kind"], parameter["default"]
        note = {"var_positional": {"type": "array"}, "var_keyword": {"type": "object"}}
        said = f"Default: {default}" if default is not None else ""
        properties[name] = note.get(kind, {"description": said} if said else {})
        if default is None and kind not in _VARIADIC:
            required.append(name)
    schema = {"type": "object", "properties": properties, "required": required}
    about = {"name": api["name"], "description": _first_line(document), "parameters": schema}
    return {"type": "function", "function": about}


def _first_line(document: Document) -> str:
    """The first sentence of the documentation itself, after signature and standing."""
    paragraphs = document.text.split("\n\n")[3:]
    return " ".join(paragraphs[0].split()) if paragraphs else document.title


def arguments_of(text: str, document: Document) -> dict[str, Any]:
    """The arguments of a call, as a reply gives them.

    Raises:
        ParseError: no JSON object, a parameter that there is not, or one that is missing.
    """
    try:
        # Not orjson: whole numbers stay whole, and a name that comes twice is seen.
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ParseError("- arguments: it must be the text of a JSON object")
    parameters = orjson.loads(document.api)["parameters"]
    names = {parameter["name"]: parameter["kind"] for parameter in parameters}
    unknown = sorted(found.keys() - names.keys())
    if unknown and "var_keyword" not in names.values():
        raise ParseError(f"- arguments: there is no parameter {', '.join(unknown)}")
    tool = tool_of(document)
    required = tool["function"]["parameters"]["required"] if tool else ()
    missing = [name for name in required if name not in found]
    if missing:
        raise ParseError(f"- arguments: {', '.join(missing)} has no default and must be given")
    for name, kind in names.items():
        wanted = {"var_positional": list, "var_keyword": dict}.get(kind)
        if name in found and wanted and not isinstance(found[name], wanted):
            raise ParseError(f"- arguments: {name} must be a {wanted.__name__}")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError("a name comes twice")
    return dict(pairs)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


def fits_question(question: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a call takes every number that its question names."""
    return {*_NUMBER.findall(question)} <= {*_NUMBER.findall(json.dumps(arguments))}


def program(document: Document, arguments: Mapping[str, Any]) -> str:
    """A Python program that makes the call and prints what it returns."""
    api = orjson.loads(document.api)
    by_place, by_name = _split(api["parameters"], arguments)
    given = json.dumps([by_place, by_name])
    return (
        f"import json\nimport {api['module']}\n"
        f"by_place, by_name = json.loads({given!r})\n"
        f"print(repr({api['name']}(*by_place, **by_name)))\n"
    )


def _split(
    parameters: list[dict[str, Any]], arguments: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Arguments by place and by name. Whatever may go by name does, unless more places follow."""
    left = dict(arguments)
    places = any(p["kind"] == "var_positional" and left.get(p["name"]) for p in parameters)
    by_place: list[Any] = []
    by_name: dict[str, Any] = {}
    for parameter in parameters:
        name, kind = parameter["name"], parameter["kind"]
        if name not in left:
            continue
        value = left.pop(name)
        if kind == "var_positional":
            by_place += value
        elif kind == "var_keyword":
            by_name |= value
        elif kind == "positional_only" or (places and kind in _BY_PLACE):
            by_place.append(value)
        else:
            by_name[name] = value
    return by_place, by_name | left
