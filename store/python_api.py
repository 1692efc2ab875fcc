"""Reading the documentation of installed Python modules: one document per public object.

The truth is on the user's own machine: signatures come from ``inspect``, so whether a function, a
parameter or a default exists can be checked exactly.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import platform
import re
import sys
import sysconfig
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import orjson

from configs.errors import ConfigError
from store.corpus import Document

_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")
_MODULE_NAME = re.compile(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")


class _Package(NamedTuple):
    version: str
    licence: str
    valid_from: date


def read_modules(names: tuple[str, ...]) -> list[Document]:
    """One document per public function, class and method of the modules, in reading order.

    Objects that are named in several modules are documented under the first name met.

    Raises:
        ConfigError: a module cannot be imported; all such modules are named.
    """
    documents: list[Document] = []
    seen: set[int] = set()
    problems = []
    for name in names:
        try:
            if not _MODULE_NAME.match(name):
                raise ImportError("not an import name")
            module = importlib.import_module(name)
        except Exception as error:
            problems.append(f"{name} ({type(error).__name__}: {error})")
            continue
        package = _package(module)
        documents += [
            _document(name, path, obj, module, package) for path, obj in _objects(module, seen)
        ]
    if problems:
        raise ConfigError(
            f"corpus: python-api cannot import {'; '.join(problems)}; "
            "install the package in this environment or take the name out of `modules`"
        )
    return documents


def _objects(module: ModuleType, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """Public documented callables of a module with their dotted paths, classes before methods."""
    listed = getattr(module, "__all__", None)
    for name in dict.fromkeys(listed or sorted(vars(module))):
        obj = getattr(module, name, None)
        own = listed or (getattr(obj, "__module__", "") or "").startswith(module.__name__)
        if name.startswith("_") or not own or not _documented(obj) or id(obj) in seen:
            continue
        seen.add(id(obj))
        yield name, obj
        if inspect.isclass(obj):
            for member in sorted(vars(obj)):
                value = getattr(obj, member, None)
                if not member.startswith("_") and _documented(value):
                    yield f"{name}.{member}", value


def _documented(obj: object) -> bool:
    return callable(obj) and not inspect.ismodule(obj) and bool((inspect.getdoc(obj) or "").strip())


def _document(
    importable: str,
    path: str,
    obj: Any,
    module: ModuleType,
    package: _Package,
) -> Document:
    name = f"{importable}.{path}"
    owner = path.rpartition(".")[0]
    signature = _signature(obj, bound=bool(owner))
    doc = _ADDRESS.sub("", inspect.cleandoc(inspect.getdoc(obj) or "")).strip()
    kind = "class" if inspect.isclass(obj) else "method" if owner else "function"
    where = f"class {importable}.{owner}" if owner else f"module {importable}"
    call = name + _render(signature) if signature is not None else f"{name}(...)"
    members = _members(obj) if kind == "class" else []
    parts = [f"# {name}", f"`{call}`", f"`{name}` is a {kind} of the {where}, {package.version}."]
    if members:
        parts.append(f"Public methods of `{name}`: {', '.join(f'`{m}`' for m in members)}.")
    api = {
        "name": name,
        "kind": kind,
        "module": importable,
        "owner": f"{importable}.{owner}" if owner else "",
        "signature": call if signature is not None else "",
        "parameters": None if signature is None else _parameters(signature),
        "members": members,
    }
    return Document(
        id=f"python:{name}",
        title=name,
        text="\n\n".join([*parts, doc]) + "\n",
        kind="python-api",
        source=_location(obj, module),
        licence=package.licence,
        version=package.version,
        valid_from=package.valid_from,
        api=orjson.dumps(api).decode(),
    )


def _signature(obj: Any, *, bound: bool) -> inspect.Signature | None:
    """The signature as a caller sees it, without self or cls; None where Python knows none."""
    try:
        signature = inspect.signature(obj)
    except (TypeError, ValueError):
        return None
    parameters = list(signature.parameters.values())
    if bound and parameters and parameters[0].name in ("self", "cls"):
        parameters = parameters[1:]
    plain = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    return signature.replace(parameters=plain, return_annotation=inspect.Signature.empty)


def _render(signature: inspect.Signature) -> str:
    return _ADDRESS.sub("", str(signature))


def _parameters(signature: inspect.Signature) -> list[dict[str, str | None]]:
    return [
        {
            "name": parameter.name,
            "kind": parameter.kind.name.lower(),
            "default": None
            if parameter.default is inspect.Parameter.empty
            else _ADDRESS.sub("", repr(parameter.default)),
        }
        for parameter in signature.parameters.values()
    ]


def _members(cls: type) -> list[str]:
    """Public callables of a class, inherited ones included."""
    return [name for name in dir(cls) if not name.startswith("_") and callable(getattr(cls, name))]


def _location(obj: Any, module: ModuleType) -> str:
    """File inside the package and line, or the module where there is no Python source."""
    code = getattr(inspect.unwrap(obj) if callable(obj) else obj, "__code__", None)
    file = getattr(module, "__file__", None)
    if not file:
        return f"{module.__name__} (built in)"
    inside = module.__name__.replace(".", "/")
    name = f"{inside}/__init__.py" if Path(file).name == "__init__.py" else f"{inside}.py"
    if code is not None and code.co_filename == file:
        return f"{name}:{code.co_firstlineno}"
    return name


def _package(module: ModuleType) -> _Package:
    """Version, licence and date of what a module was installed with."""
    root = module.__name__.partition(".")[0]
    file = Path(getattr(module, "__file__", None) or sysconfig.get_paths()["stdlib"])
    day = datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
    if root in sys.stdlib_module_names:
        return _Package(f"Python {platform.python_version()}", "PSF-2.0", day)
    owners = importlib.metadata.packages_distributions().get(root)
    if not owners:
        return _Package(f"{root}, version unknown", "", day)
    metadata = importlib.metadata.metadata(owners[0])
    stated = [metadata[field] for field in ("License-Expression", "License") if field in metadata]
    licence = next(iter(stated), "")
    return _Package(
        f"{owners[0]} {metadata['Version']}", licence.splitlines()[0] if licence else "", day
    )
