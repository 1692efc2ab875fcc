from __future__ import annotations

import inspect
import json
import platform
import statistics
from functools import cache
from typing import Any

import pytest

from configs.corpus import CorpusSource
from configs.errors import ConfigError
from configs.load import load_recipe
from store.corpus import Document
from store.python_api import read_modules
from store.reading.source import read_source

MODULES = ("json", "pathlib", "statistics", "datetime", "itertools", "collections")


@cache
def documents() -> dict[str, Document]:
    return {document.title: document for document in read_modules(MODULES)}


def api(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(documents()[name].api)
    return found


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("json.dumps", "function"),
        ("pathlib.Path", "class"),
        ("pathlib.Path.mkdir", "method"),
        ("statistics.median", "function"),
        ("datetime.date", "class"),
        ("datetime.datetime.isoformat", "method"),
        ("itertools.chain", "class"),
        ("collections.Counter.most_common", "method"),
        ("collections.namedtuple", "function"),
    ],
)
def test_public_objects_are_documented(name: str, kind: str) -> None:
    found = documents()[name]
    assert found.id == f"python:{name}"
    assert found.kind == "python-api"
    assert api(name)["kind"] == kind
    assert found.text.startswith(f"# {name}\n\n`{name}(")
    assert f"`{name}` is a {kind} of the " in found.text


def test_documents_state_licence_version_and_date() -> None:
    for document in documents().values():
        assert document.licence == "PSF-2.0"
        assert document.version == f"Python {platform.python_version()}"
        assert document.valid_from is not None
        assert document.source


def test_ids_differ_and_modules_are_all_there() -> None:
    found = read_modules(MODULES)
    assert len({document.id for document in found}) == len(found)
    assert {json.loads(document.api)["module"] for document in found} == set(MODULES)


def test_signature_and_docstring_are_the_real_ones() -> None:
    text = documents()["statistics.median"].text
    assert f"`statistics.median{inspect.signature(statistics.median)}`" in text
    assert inspect.getdoc(statistics.median) in text
    assert documents()["statistics.median"].source.startswith("statistics.py:")


def test_parameters_equal_those_of_the_interpreter() -> None:
    expected = [
        {
            "name": p.name,
            "kind": p.kind.name.lower(),
            "default": None if p.default is p.empty else repr(p.default),
        }
        for p in inspect.signature(json.dumps).parameters.values()
    ]
    assert api("json.dumps")["parameters"] == expected
    assert api("json.dumps")["signature"] == f"json.dumps{inspect.signature(json.dumps)}"


def test_methods_are_shown_without_self() -> None:
    names = [p["name"] for p in api("pathlib.Path.mkdir")["parameters"]]
    assert names == ["mode", "parents", "exist_ok"]
    assert api("pathlib.Path.mkdir")["owner"] == "pathlib.Path"


def test_unknown_signatures_are_said_to_be_unknown() -> None:
    unknown = [name for name, d in documents().items() if f"`{name}(...)`" in d.text]
    assert unknown
    for name in unknown:
        assert api(name)["parameters"] is None
        assert api(name)["signature"] == ""


def test_members_of_a_class_include_inherited_ones() -> None:
    members = api("pathlib.Path")["members"]
    assert {"mkdir", "read_text", "joinpath"} <= set(members)
    assert not any(name.startswith("_") for name in members)


def test_no_memory_address_reaches_a_document() -> None:
    assert [d.id for d in documents().values() if " at 0x" in d.text + d.api] == []


def test_the_quickstart_corpus_is_large_enough() -> None:
    found = read_source(load_recipe("quickstart").corpus[0]).documents
    assert len(found) >= 400
    assert len({document.id for document in found}) == len(found)
    assert found == read_source(load_recipe("quickstart").corpus[0]).documents


def test_an_object_named_twice_is_documented_once() -> None:
    found = [d.title for d in read_modules(("json", "json.decoder", "json"))]
    assert "json.JSONDecoder" in found
    assert "json.decoder.JSONDecoder" not in found


def test_an_installed_package_states_its_own_version() -> None:
    (found, *_) = read_modules(("jinja2",))
    assert found.version.lower().startswith("jinja2 3.")
    assert found.title.startswith("jinja2.")


def test_modules_that_cannot_be_imported_are_all_named() -> None:
    source = CorpusSource(
        reader="python-api", modules=("json", "no_such_module_here", "../up", "os; x")
    )
    with pytest.raises(ConfigError) as caught:
        read_source(source)
    said = str(caught.value)
    assert "no_such_module_here (ModuleNotFoundError: " in said
    assert "../up (ImportError: not an import name)" in said
    assert "os; x (ImportError" in said
    assert "json (" not in said
