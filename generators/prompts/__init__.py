"""Prompts are files with an id and a version; here they are read and rendered.

``<method>/<name>@<version>.md`` holds YAML front matter and one section per chat role, each a
Jinja template that is rendered in a sandbox. Passages are values, never templates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from store.text import sha256

_FOLDER = Path(__file__).parent
_ROLE = re.compile(r"^# (system|user|assistant)[ \t]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file: its id with version, the hash of the whole file, and its templates by role."""

    id: str
    sha256: str
    sections: tuple[tuple[str, str], ...]

    def render(self, **values: object) -> list[dict[str, str]]:
        """Chat messages with the values filled in. A variable without a value is an error."""
        return [
            {"role": role, "content": _template(body).render(**values).strip()}
            for role, body in self.sections
        ]


@lru_cache
def load_prompt(name: str) -> Prompt:
    """The prompt of that name and version, for example ``grounded_qa/question@1.0.0``."""
    text = (_FOLDER / f"{name}.md").read_text(encoding="utf-8")
    body = text.split("---\n", 2)[2]
    parts = _ROLE.split(body)[1:]
    return Prompt(name, sha256(text), tuple(zip(parts[::2], parts[1::2], strict=True)))


@lru_cache
def _template(body: str) -> Any:  # jinja2 is imported late
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(body)
