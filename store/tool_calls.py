"""Calls of functions within a conversation, in the form of Hermes function calling.

The assistant's turn holds nothing but the call, between ``<tool_call>`` and ``</tool_call>``; the
turn of role ``tool`` after it holds the result.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_CALL = re.compile(r"\A\s*(?:<tool_call>\s*\{.*\}\s*</tool_call>\s*)+\Z", re.DOTALL)


def call_text(name: str, arguments: Mapping[str, Any]) -> str:
    """The assistant's turn that calls a function."""
    call = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    return f"<tool_call>\n{call}\n</tool_call>"


def is_call(content: str) -> bool:
    """Whether a turn holds calls and nothing else."""
    return _CALL.match(content) is not None
