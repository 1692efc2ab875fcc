"""All fenced blocks of a message: which of them do not hold up."""

from __future__ import annotations

from collections.abc import Iterator

from configs.verifiers import Execution
from verifiers.claims import Claim
from verifiers.execution.blocks import Block, blocks
from verifiers.execution.code import run, syntax_error
from verifiers.execution.json_blocks import json_error
from verifiers.verdicts import Checked, Decided

_PYTHON = frozenset("python py python3 pycon doctest".split())
_JSON = frozenset("json jsonl ndjson".split())


def executed(message: str, settings: Execution) -> list[Checked]:
    """What fails among the blocks of a message. A block that passes makes no claim, and one that
    could not be run is told of with an empty span, which counts for nothing.
    """
    if settings.code == "off":
        return []
    return [item for block in blocks(message) for item in _checked(block, settings)]


def _checked(block: Block, settings: Execution) -> Iterator[Checked]:
    if block.language in _JSON:
        error = json_error(block.text, lines=block.language != "json")
        if error:
            yield _failed(block, "json", error)
    elif block.language in _PYTHON:
        error = syntax_error(block.text)
        if error:
            yield _failed(block, "python", error)
        elif settings.code == "run":
            ended = run(block.text, settings)
            if not ended.shut_in:
                claim = Claim(block.text, 0, 0)
                yield Checked(claim, Decided("not_found", "python", 0.0, f"not run: {ended.why}"))
            elif not ended.ok:
                yield _failed(block, "python", ended.why)


def _failed(block: Block, rule: str, why: str) -> Checked:
    claim = Claim(block.text, block.start, block.end)
    return Checked(claim, Decided("contradicted", rule, 0.0, why), "failed_execution")
