"""Functions as tools: their form, arguments that fit it, and the program that makes the call."""

from __future__ import annotations

import ast
import asyncio
import builtins
import contextlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from conftest import RecipeFile, StartServer
from hypothesis import given, settings
from hypothesis import strategies as st

from configs.errors import ParseError
from configs.load import load_recipe
from flows.pipeline import build
from generators.functions import arguments_of, program, tool_of
from generators.methods.tools import ENTRY, Settings
from generators.seeds import Seed
from generators.teacher import Request, Task
from generators.writing import Outcome
from store.asking import Answered
from store.corpus import Document, Passage
from store.journal import Reply
from store.replies import Unusable
from store.sandbox import run_python


def parameter(name: str, kind: str = "positional_or_keyword", default: str | None = None) -> Any:
    return {"name": name, "kind": kind, "default": default}


ALL_KINDS = [
    parameter("a", "positional_only"),
    parameter("b"),
    parameter("rest", "var_positional"),
    parameter("c", "keyword_only", "1"),
    parameter("more", "var_keyword"),
]


def function(parameters: list[Any] | None, name: str = "builtins.print") -> Document:
    module = name.rpartition(".")[0]
    api = {"name": name, "module": module, "kind": "function", "parameters": parameters}
    text = "signature\n\nstanding\n\nmore\n\nPrints\nits values."
    return Document("d", name, text, "python-api", api=orjson.dumps(api).decode())


def called(document: Document, arguments: Mapping[str, Any]) -> str:
    """What the program of a call prints, run here since the calls of these tests are harmless."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program(document, arguments), {})
    return printed.getvalue()


def test_a_function_has_the_form_of_a_tool() -> None:
    tool = tool_of(function(ALL_KINDS))
    assert tool is not None
    assert tool["function"]["name"] == "builtins.print"
    assert tool["function"]["description"] == "Prints its values."
    schema = tool["function"]["parameters"]
    assert schema["required"] == ["a", "b"]
    assert schema["properties"] == {
        "a": {},
        "b": {},
        "rest": {"type": "array"},
        "c": {"description": "Default: 1"},
        "more": {"type": "object"},
    }


def test_what_has_no_known_parameters_is_no_tool() -> None:
    assert tool_of(function(None)) is None
    assert tool_of(Document("d", "t", "text")) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "it must be the text of a JSON object"),
        ("{", "it must be the text of a JSON object"),
        ("[" * 10_000, "it must be the text of a JSON object"),
        ('{"a": 1}', "b has no default and must be given"),
        ("{}", "a, b has no default"),
        ('{"a": 1, "b": 2, "rest": 3}', "rest must be a list"),
        ('{"a": 1, "b": 2, "more": [3]}', "more must be a dict"),
    ],
)
def test_arguments_that_do_not_fit_are_told(text: str, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        arguments_of(text, function(ALL_KINDS))


def test_an_unknown_parameter_is_told_unless_any_name_will_do() -> None:
    with pytest.raises(ParseError, match="there is no parameter x, y"):
        arguments_of('{"y": 1, "a": 1, "x": 1}', function([parameter("a")]))
    assert arguments_of('{"a": 1, "b": 2, "x": 3}', function(ALL_KINDS))["x"] == 3


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        ({"a": 1, "b": 2}, "((1,), {'b': 2})"),
        ({"a": 1, "b": 2, "c": 3}, "((1,), {'b': 2, 'c': 3})"),
        ({"a": 1, "b": 2, "rest": [3, 4], "c": 5}, "((1, 2, 3, 4), {'c': 5})"),
        ({"a": 1, "b": 2, "rest": []}, "((1,), {'b': 2})"),
        ({"a": 1, "b": 2, "more": {"x": 3}, "y": 4}, "((1,), {'b': 2, 'x': 3, 'y': 4})"),
    ],
)
def test_arguments_go_by_place_only_where_they_must(
    arguments: dict[str, Any], printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builtins, "got", lambda *a, **k: (a, k), raising=False)
    assert called(function(ALL_KINDS, "builtins.got"), arguments) == f"{printed}\n"


HOSTILE = ["'", '"', "\\", "'''", "\n", "\r", "\0", "\u2028", "__import__('os')", "{x}", "%s", "#"]
words = st.one_of(st.text(), st.lists(st.sampled_from(HOSTILE)).map("".join))


@settings(max_examples=50)
@given(st.dictionaries(words, words), words)
def test_no_argument_breaks_out_of_the_program(more: dict[str, str], said: str) -> None:
    made = program(
        function([parameter("a"), parameter("more", "var_keyword")]), {"a": said, **more}
    )
    usual = program(function([parameter("a")]), {"a": "x"})
    lines, known = ast.parse(made).body, ast.parse(usual).body
    assert [*map(ast.dump, lines[:2]), ast.dump(lines[3])] == [
        *map(ast.dump, known[:2]),
        ast.dump(known[3]),
    ]
    (text,) = [node.value for node in ast.walk(lines[2]) if isinstance(node, ast.Constant)]
    assert json.loads(str(text)) == [[], {"a": said, **more}]


def composed(document: Document, arguments: str, limits: Settings) -> tuple[Outcome, int]:
    """What the method ``tools`` makes of a call, and how often it asked."""
    passage = Passage("p", document.id, document.title, "", 0, 1, document.text)
    seed = Seed("0" * 16, "tools", "call", "t", document.id, passage.id, -1, "", -1, 0)
    task = Task(seed, document, passage, None, None, None, None, settings=limits)
    asked: list[Request] = []

    async def ask(request: Request) -> Answered:
        asked.append(request)
        said = json.dumps({"question": "What does it print?", "arguments": arguments})
        return Answered(Reply(said, "stop", "m"), f"key {len(asked)}", "t")

    return asyncio.run(ENTRY.compose(ENTRY.render(task), ENTRY.read, ask)), len(asked)


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("signal.pause", "{}", "still running after 1 s"),
        ("os.listdir", '{"path": "/etc"}', "PermissionError"),
        ("os.fork", "{}", "PermissionError"),
        ("math.sqrt", '{"path": -1}', "TypeError"),
    ],
)
def test_a_call_that_fails_is_no_record(name: str, arguments: str, why: str) -> None:
    if not run_python("print(1)", 20, 512).shut_in:
        pytest.skip("nothing can be shut in on this machine")
    names = json.loads(arguments)
    document = function([parameter(each) for each in names], name)
    outcome, asked = composed(document, arguments, Settings(timeout_s=1))
    assert isinstance(outcome.draft, Unusable) and outcome.draft.reason == "failed_execution"
    assert why in outcome.draft.detail and asked == 1


def test_nothing_of_a_refused_call_is_published(
    recipe_file: RecipeFile, start_server: StartServer, documents: Path, tmp_path: Path
) -> None:
    if not run_python("print(1)", 20, 512).shut_in:
        pytest.skip("nothing can be shut in on this machine")
    # Both functions of the module look at the terminal or at the list of users.
    corpus = [{"path": str(documents)}, {"reader": "python-api", "modules": ["getpass"]}]
    methods = [{"name": "tools"}, {"name": "grounded_qa"}]
    path = recipe_file(start_server().url, corpus=corpus, methods=methods, target=6)
    version = build(load_recipe(str(path), output=tmp_path / "out")).version
    assert set(version.table("data")["method"]) == {"grounded_qa"}
    refused = version.table("rejected").filter(pl.col("method") == "tools")
    assert set(refused["reason"]) == {"failed_execution"}
