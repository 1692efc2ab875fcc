"""Fenced blocks of answers: JSON and Python that must be read, Python that is run shut in."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from configs.verifiers import POLICIES, Execution
from store.sandbox import Run, run_python
from verifiers.execution.blocks import blocks
from verifiers.execution.code import syntax_error
from verifiers.execution.every import executed
from verifiers.execution.json_blocks import json_error
from verifiers.policy import rule_on

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the jail is Linux's")


def fenced(language: str, text: str) -> str:
    return f"Here:\n\n```{language}\n{text}\n```\n"


def test_blocks_are_found_with_their_place() -> None:
    message = "A\n```python\nx = 1\n```\n- B\n  ~~~json\n  {}\n  ~~~\n````\n```\n````\n```py\nopen"
    found = blocks(message)
    assert [block.language for block in found] == ["python", "json", "", "py"]
    assert [block.text for block in found] == ["x = 1\n", "{}\n", "```\n", "open"]
    assert message[found[0].start : found[0].end] == "```python\nx = 1\n```"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"a": [1, 2.5, null]}', ""),
        ('{"a": 1,}', "line 1, column"),
        ('{\n"a": 1\n"b": 2}', "line 3, column 1"),
        ("{'a': 1}", "line 1, column 2"),
        ("NaN", "NaN is no JSON value"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_json(text: str, error: str) -> None:
    found = json_error(text)
    assert error in found and bool(error) == bool(found)


def test_json_lines() -> None:
    assert json_error('{"a": 1}\n\n[2]\n', lines=True) == ""
    assert json_error('{"a": 1}\n{"a": \n', lines=True).startswith("line 2, column 7")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("print('a')", ""),
        ("def f(x):\n    ...", ""),
        ("x = await f()", ""),
        (r"re.compile('\d')", ""),
        ("print 'a'", "line 1"),
        ("if x:\npass", "line 2"),
        ("x = 1\ny = = 2", "line 2, column 5"),
        (">>> 1 +\n3\n", "line 1"),
        (">>> 1 + 1\n2\n", ""),
        ("\0", "null bytes"),
    ],
)
def test_python_is_parsed(code: str, error: str) -> None:
    found = syntax_error(code)
    assert error in found and bool(error) == bool(found), found


@pytest.mark.parametrize("code", ["(" * 50_000, "-" * 99_000 + "1", "x." * 40_000 + "y", "[" * 190])
def test_hostile_code_is_read_without_harm(code: str) -> None:
    start = time.perf_counter()
    syntax_error(code)
    assert time.perf_counter() - start < 30


def test_failures_bear_the_place_of_their_block() -> None:
    message = fenced("json", "{") + fenced("python", "x = = 1") + fenced("text", "{")
    found = executed(message, Execution())
    assert [item.decided.rule for item in found] == ["json", "python"]
    assert {item.breach for item in found} == {"failed_execution"}
    assert message[found[0].claim.start : found[0].claim.end] == "```json\n{\n```"


def test_blocks_that_pass_make_no_claim() -> None:
    message = fenced("json", "{}") + fenced("python", "1 / 0") + fenced("", "{")
    assert executed(message, Execution()) == []
    assert executed(fenced("json", "{"), Execution(code="off")) == []


def test_the_row_policy_decides_about_failures() -> None:
    failed = executed(fenced("json", "{"), Execution())
    assert rule_on(failed, POLICIES["standard"]).decision == "drop"
    ruling = rule_on(failed, POLICIES["lenient"])
    assert (ruling.decision, ruling.reason) == ("flag", "failed_execution")


def test_what_could_not_be_run_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifiers.execution.code.run_python", lambda *_: Run(False, False, "no"))
    found = executed(fenced("python", "x = 1"), Execution(code="run"))
    assert [(item.decided.detail, item.breach, item.claim.end) for item in found] == [
        ("not run: no", "", 0)
    ]


@pytest.fixture(scope="module")
def jail() -> None:
    tried = run_python("x = 1", 20, 512)
    if not tried.shut_in:
        pytest.skip(f"this kernel does not allow the jail: {tried.why}")


def run(code: str, timeout_s: float = 20) -> Run:
    return run_python(code, timeout_s, 512)


@linux
@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import json, decimal\nassert json.loads('[1]') == [1]", ""),
        ("open('a', 'w').write('x')\nassert open('a').read() == 'x'", ""),
        (">>> 1 + 1\n2", ""),
        (">>> 1 + 1\n3", "Expected: 3 Got: 2"),
        ("1 / 0", "ZeroDivisionError"),
        ("raise SystemExit(3)", "status 3"),
        ("x = ' ' * 10 ** 10", "MemoryError"),
        ("import socket\nsocket.create_connection(('127.0.0.1', 9))", "Error"),
        ("import socket\nsocket.getaddrinfo('example.com', 80)", "gaierror"),
        ("open('/etc/passwd')", "PermissionError"),
        ("import os\nos.listdir('/')", "PermissionError"),
        ("import os\nassert set(os.environ) <= {'PYTHONHASHSEED', 'HOME', 'LC_ALL'}", ""),
        ("import os\nassert os.getpid() == 2", ""),
        ("open('big', 'w').write(' ' * 2 ** 25)", "Error"),
    ],
)
@pytest.mark.usefixtures("jail")
def test_code_is_run_shut_in(code: str, why: str) -> None:
    ended = run(code)
    assert ended.shut_in and ended.ok == (not why) and why in ended.why, ended


@linux
@pytest.mark.usefixtures("jail")
def test_code_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    target = tmp_path / "a"
    assert "PermissionError" in run(f"open({str(target)!r}, 'w')").why
    assert not target.exists()


@linux
@pytest.mark.usefixtures("jail")
def test_code_that_does_not_end_is_ended() -> None:
    start = time.perf_counter()
    assert "still running" in run("import time\ntime.sleep(60)", 1).why
    escape = "import os\nif os.fork() == 0:\n    os.setsid()\n    while True:\n        pass"
    assert run(escape).shut_in
    assert time.perf_counter() - start < 60
