"""Prompts are files with an id and a version; here they are read, checked and rendered.

``<folder>/<id>@<version>.md`` holds YAML front matter (:class:`Front`) and one section per chat
role, each a Jinja template that is rendered in a sandbox. Values such as passages are never
templates, and cannot hold the marks that a template sets around them or those of chat turns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from configs.errors import ConfigError
from configs.model import Model
from store.marks import break_marks, marks_of
from store.text import sha256

ROLES = ("system", "user", "assistant")
_FILE = re.compile(r"\A---\n(.*?)^---\n(.*)", re.MULTILINE | re.DOTALL)
_HEAD = re.compile(r"^# (\w+)[ \t]*$\n?", re.MULTILINE)


class Front(Model):
    """What stands in front of a prompt."""

    id: str = Field(description="Folder and name of the file.")
    version: str = Field(
        pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$",
        description="Major for another form, model or role, minor for examples, patch for wording.",
    )
    variables: tuple[str, ...] = Field(description="All that the body is filled with.")
    author: str = Field(min_length=1, description="Who wrote this version.")
    reason: str = Field(min_length=1, description="Why there is this version.")
    reply_schema: str = Field("", alias="schema", description="Form that a reply must have.")
    criteria: tuple[str, ...] = Field((), description="For rubrics: what a judge grades.")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file: its id with version, the hash of the whole file, its templates by role, and
    what stands in front of them.
    """

    id: str
    sha256: str
    sections: tuple[tuple[str, str], ...]
    front: Front

    def render(self, **values: object) -> list[dict[str, str]]:
        """Chat messages with the values filled in, marks within these broken up.

        Raises:
            ConfigError: a variable has no value, or the body does what the sandbox forbids.
        """
        return [
            {"role": role, "content": self._filled(role, body, values)}
            for role, body in self.sections
        ]

    def _filled(self, role: str, body: str, values: dict[str, object]) -> str:
        try:
            return str(_template(body).render(**values)).strip()
        except Exception as error:  # a body is a program: what it may raise has no end
            raise ConfigError(f"prompt {self.id}, section # {role}: {error}") from error


@lru_cache
def load_prompt(folder: Path, name: str) -> Prompt:
    """The prompt of that name and version in a folder, for example ``judge/quality@1.0.0``.

    Raises:
        ConfigError: there is none, with those that there are; or it is not fit to be sent, with
            its file and the fields that are wrong.
    """
    return read_prompt(folder, name)


def prompt_names(folder: Path) -> list[str]:
    """Names with versions of the prompts in a folder."""
    return sorted(path.relative_to(folder).as_posix()[:-3] for path in folder.rglob("*@*.md"))


def read_prompt(folder: Path, name: str) -> Prompt:
    """As :func:`load_prompt`, from the disk each time."""
    path = folder / f"{name}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except OSError:
        there = ", ".join(prompt_names(folder)) or "none"
        raise ConfigError(f"no prompt {name!r}; there are: {there}") from None
    parts = _FILE.match(text)
    if parts is None:
        raise ConfigError(f"{path}: front matter: a prompt begins with it, between two lines ---")
    front = _front(path, parts[1])
    problems = [*_misnamed(front, name)]
    before, *found = _HEAD.split(parts[2])
    sections = tuple(zip(found[::2], found[1::2], strict=True))
    problems += _misplaced(before, sections) or _miswritten(front, sections)
    if problems:
        raise ConfigError("\n".join(f"{path}: {problem}" for problem in problems))
    return Prompt(name, sha256(text), sections, front)


def _front(path: Path, text: str) -> Front:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return Front.model_validate(YAML(typ="safe").load(text))
    except (YAMLError, RecursionError) as error:
        said = str(error).partition("\n")[0]
        raise ConfigError(f"{path}: front matter: not valid YAML: {said}") from None
    except ValidationError as error:
        found = [(".".join(map(str, e["loc"])) or "front matter", e["msg"]) for e in error.errors()]
        raise ConfigError("\n".join(f"{path}: {field}: {said}" for field, said in found)) from None


def _misnamed(front: Front, name: str) -> list[str]:
    id_, _, version = name.rpartition("@")
    both = (("id", front.id, id_), ("version", front.version, version))
    return [
        f"{field}: {own!r}, and the file is called {path!r}"
        for field, own, path in both
        if own != path
    ]


def _misplaced(before: str, sections: tuple[tuple[str, str], ...]) -> list[str]:
    known = ", ".join(f"# {role}" for role in ROLES)
    if before.strip() or not sections:
        return [f"body: it begins with a line of its own for who speaks: {known}"]
    return [
        f"body: unknown role '# {role}'; roles are {known}, and headings of the text begin with ##"
        for role, _ in sections
        if role not in ROLES
    ]


def _miswritten(front: Front, sections: tuple[tuple[str, str], ...]) -> list[str]:
    """What is wrong with the templates, and with the variables they use."""
    from jinja2 import TemplateSyntaxError, meta

    used: set[str] = set()
    for role, body in sections:
        try:
            tree = _environment().parse(body)
            used |= meta.find_undeclared_variables(tree)
        except TemplateSyntaxError as error:
            return [f"body: line {error.lineno} of # {role}: {error.message}"]
        if [*meta.find_referenced_templates(tree)]:
            return [f"body: # {role} takes in another template; a prompt stands alone"]
    used -= _environment().globals.keys()
    declared = set(front.variables)
    each = (("used and not declared", used - declared), ("declared and not used", declared - used))
    return [f"variables: {what}: {', '.join(sorted(names))}" for what, names in each if names]


@lru_cache
def _template(body: str) -> Any:
    return _environment(marks_of(body)).from_string(body)


@lru_cache
def _environment(marks: frozenset[str] = frozenset()) -> Any:  # jinja2 is imported late
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def shown(value: object) -> object:
        return break_marks(value, marks) if isinstance(value, str) else value

    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, finalize=shown
    )
