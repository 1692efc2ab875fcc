"""Replies with text that is no proper Unicode: halves of characters, and NUL."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from asking import ask, prompt
from conftest import StartServer
from teacher_server import KEY

from generators.methods.grounded_qa import SCHEMA
from generators.replies import read_draft
from store.journal import Journal

PROTOCOLS = {
    "completion": {},
    "streamed": {"stream": True},
    "tool": {"structured": "tools"},
    "message": {"kind": "anthropic"},
    "streamed message": {"kind": "anthropic", "stream": True},
    "message's tool": {"kind": "anthropic", "structured": "tools"},
    "streamed message's tool": {"kind": "anthropic", "structured": "tools", "stream": True},
}


@pytest.mark.parametrize("settings", PROTOCOLS.values(), ids=PROTOCOLS)
def test_a_reply_with_half_a_character_is_read_and_paid_for_once(
    start_server: StartServer, tmp_path: Path, settings: dict[str, object]
) -> None:
    server = start_server(half=1.0)
    asked = ask(server.url, tmp_path / "journal.db", [prompt(1)], KEY, **settings)
    (answered,) = asked.answers
    assert asked.outcomes == ["ok"]
    draft = read_draft(answered.reply.content or "", SCHEMA)
    assert draft.answer.endswith("in the end. \ufffd")
    with closing(Journal(tmp_path / "journal.db")) as journal:
        assert journal.find(answered.key) == answered.reply
