"""Prompts are files with an id and a version; here they are read and rendered.

``<folder>/<name>@<version>.md`` holds YAML front matter and one section per chat role, each a
Jinja template that is rendered in a sandbox. Passages are values, never templates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from configs.errors import ConfigError
from store.text import sha256

_ROLE = re.compile(r"^# (system|user|assistant)[ \t]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file: its id with version, the hash of the whole file, its templates by role, and
    what stands in front of them.
    """

    id: str
    sha256: str
    sections: tuple[tuple[str, str], ...]
    front: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def render(self, **values: object) -> list[dict[str, str]]:
        """Chat messages with the values filled in. A variable without a value is an error."""
        return [
            {"role": role, "content": _template(body).render(**values).strip()}
            for role, body in self.sections
        ]


@lru_cache
def load_prompt(folder: Path, name: str) -> Prompt:
    """The prompt of that name and version in a folder, for example ``judge/quality@1.0.0``.

    Raises:
        ConfigError: there is none; says which ones there are.
    """
    from ruamel.yaml import YAML

    try:
        text = (folder / f"{name}.md").read_text(encoding="utf-8")
    except OSError:
        there = sorted(str(p.relative_to(folder))[:-3] for p in folder.rglob("*@*.md"))
        raise ConfigError(f"no prompt {name!r}; there are: {', '.join(there)}") from None
    _, front, body = text.split("---\n", 2)
    parts = _ROLE.split(body)[1:]
    sections = tuple(zip(parts[::2], parts[1::2], strict=True))
    return Prompt(name, sha256(text), sections, YAML(typ="safe").load(front))


@lru_cache
def _template(body: str) -> Any:  # jinja2 is imported late
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(body)
