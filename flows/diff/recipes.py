"""What differs between two recipes, or the recipes of two versions, with their prompts and code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filters.secret_keys import secret_keys
from flows.identity import made_by, recipe_hash
from flows.recorded import recipe_and_version
from flows.workspace import NOT_ASKED, NOT_IDENTITY
from store.text import digest

GROUPS: Mapping[str, tuple[str, ...]] = {
    "corpus": ("corpus", "chunking", "anchor", "as_of", "top_up"),
    "prompts": ("prompts",),
    "models & sampling": (
        *("teachers", "methods", "embedding", "routing", "failover", "seed", "language"),
    ),
    "filters": ("filters", "selection"),
    "verifiers": ("verifiers", "probes"),
    "other": (),
}
"""Parts of a recipe by what they are about; what no group names is ``other``."""

_SECRET = re.compile(r"key|token|secret|passw|auth|credential|cookie", re.IGNORECASE)
_LOGIN = re.compile(r"(\w+://)[^/\s@]+@")
HIDDEN = "(hidden)"


@dataclass(frozen=True, slots=True)
class Side:
    """A recipe as it is compared: how it was called, its hash, and all its parts."""

    name: str
    hash: str
    parts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs; ``counts`` says whether it belongs to the hash."""

    group: str
    field: str
    one: str
    two: str
    counts: bool


def side_of(spec: str, output: Path | None) -> Side:
    """The recipe of a path, a shipped name or ``DATASET[@N]``; a version's is what it was made by,
    with the prompts and the code of that day.

    Raises:
        ConfigError: there is no such recipe and no such version, or it names what is not there.
    """
    recipe, version, recorded = recipe_and_version(spec, output)
    fields = recipe.model_dump(mode="json", exclude={"output"})
    if recorded and version is not None:
        made, hash_ = version.manifest.get("made_by", {}), version.manifest["recipe_hash"]
    else:
        made, hash_ = made_by(recipe), recipe_hash(recipe)
    prompts = _by_id(made.get("prompts", {}))
    return Side(spec, hash_, {**fields, **made, "prompts": prompts})


def differences(one: Side, two: Side) -> list[Difference]:
    """All fields that differ, group by group."""
    order = list(GROUPS)
    found = [
        _difference(*each)
        for part in dict.fromkeys((*one.parts, *two.parts))
        for each in _walk((part,), one.parts.get(part), two.parts.get(part))
    ]
    return sorted(found, key=lambda each: order.index(each.group))


def _by_id(prompts: Mapping[str, str]) -> dict[str, str]:
    """Versions and hashes by id, so that another version of a prompt is one difference."""
    found: dict[str, str] = {}
    for name, sha in sorted(prompts.items()):
        id_, _, version = name.rpartition("@")
        said = f"{version} ({sha[:8]})"
        found[id_] = f"{found[id_]}, {said}" if id_ in found else said
    return found


def _walk(path: tuple[str, ...], one: Any, two: Any) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Paths whose values differ. Lists of mappings are walked, by their names where they have
    some; a mapping that one side lacks is one difference.
    """
    if digest(one) == digest(two):  # Python takes true for 1, a server does not
        return
    left, right = _mapping(one), _mapping(two)
    if left is None or right is None:
        yield path, one, two
        return
    keys = dict.fromkeys((*left, *right))
    found = [each for key in keys for each in _walk((*path, key), left.get(key), right.get(key))]
    yield from found or [(path, [*left], [*right])]  # only their order differs


def _mapping(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, dict):
        return value
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return None
    names = [item.get("name") for item in value]
    if not all(isinstance(name, str) for name in names) or len({*names}) < len(names):
        names = [*range(len(value))]
    return {f"[{name}]": item for name, item in zip(names, value, strict=True)}


def _difference(path: tuple[str, ...], one: Any, two: Any) -> Difference:
    field = "".join(part if part.startswith("[") else f".{part}" for part in path).lstrip(".")
    group = next((name for name, parts in GROUPS.items() if path[0] in parts), "other")
    idle = path[0] in {*NOT_IDENTITY} - {*NOT_ASKED}
    how = path[2:3] and path[0] in NOT_ASKED and path[2] in NOT_ASKED[path[0]]["__all__"]
    return Difference(group, field, _shown(path, one), _shown(path, two), not (idle or how))


def without_secrets(recipe: Any) -> Any:
    """A recipe as plain data, for people who may not know what its author knew."""
    return _without_secrets((), recipe)


def _shown(path: tuple[str, ...], value: Any) -> str:
    """A value for people."""
    shown = _without_secrets(path, value)
    if shown is None:
        return "–"
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)


def _without_secrets(path: tuple[str, ...], value: Any) -> Any:
    """Plain data without what is not set. Hidden are texts that look like a key, what logs in by an
    address, and texts of a request body's further fields that are called like a secret.
    """
    if isinstance(value, dict):
        return {k: _without_secrets((*path, k), v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_secrets(path, item) for item in value]
    if not isinstance(value, str):
        return value
    if "extra_body" in path and _SECRET.search(".".join(path[path.index("extra_body") :])):
        return HIDDEN
    for _, secret in secret_keys(value):
        value = value.replace(secret, HIDDEN)
    return _LOGIN.sub(rf"\1{HIDDEN}@", value)
