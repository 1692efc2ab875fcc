"""Reading a teacher's reply: first why it ended, then what it says.

A reply that was cut off or refused is never salvaged. Text that ended properly goes down a ladder:
reasoning and fences off, strict JSON, the only object in the text, repaired JSON; what comes out is
validated against the schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import orjson

from configs.errors import ParseError
from store.journal import Reply

_REASONING = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_FENCED = re.compile(r"\A\s*```(?:json)?[ \t]*\n(.*?)\n?```\s*\Z", re.DOTALL)

Rung = Literal["strict", "lenient", "mended", "repaired"]
"""How a reply was read: JSON as it came; with fences, preambles or control characters taken off;
mended where it was no JSON (trailing commas, single quotes); or only after a repair call."""

_QUOTE = re.compile(r'(?<!\\)(?:\\\\)*"')

RUNGS: tuple[Rung, ...] = ("strict", "lenient", "mended", "repaired")


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a reply gives no record, as a reason code and a sentence."""

    reason: str
    detail: str


_ENDINGS = {
    "length": Unusable("truncated", "the reply was cut off at max_tokens; raise it"),
    "content_filter": Unusable("refused", "the provider's content filter stopped the reply"),
    "refusal": Unusable("refused", "the teacher refused"),
    "no_template": Unusable("no_template", "the fact does not fit the template of this style"),
}


def check_ending(reply: Reply) -> Unusable | None:
    """Why the reply must not be read at all, or None where it ended properly."""
    if reply.finish_reason in _ENDINGS:
        return _ENDINGS[reply.finish_reason]
    if reply.finish_reason != "stop":
        return Unusable("unfinished", f"finish_reason is {reply.finish_reason!r}, not 'stop'")
    if not (reply.content or "").strip():
        return Unusable("empty", "the reply has no text")
    return None


def read_object(text: str, schema: Mapping[str, Any]) -> tuple[dict[str, Any], Rung]:
    """The object a properly ended reply holds, and the rung of the ladder that read it.

    Raises:
        ParseError: the text is not JSON of that schema; the message is fit to send back.
    """
    data, rung = _object(text)
    problems = [
        f"- {'.'.join(str(part) for part in error.path) or 'the object'}: {error.message[:200]}"
        for error in _validator(orjson.dumps(schema)).iter_errors(data)
    ]
    if problems:
        raise ParseError("\n".join(problems[:8]))
    return data, rung


@lru_cache(maxsize=32)
def _validator(schema: bytes) -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(orjson.loads(schema))


def _object(text: str) -> tuple[Any, Rung]:
    """The JSON object in a text, by the first rung of the ladder that holds."""
    plain = _REASONING.sub("", text.lstrip("\ufeff")).strip()
    fenced = _FENCED.match(plain)
    if fenced:
        plain = fenced.group(1)
    for candidate, strict in ((plain, True), (plain, False), (_only_object(plain), False)):
        try:
            # Some servers put raw control characters into strings; strict=False reads them.
            data = json.loads(candidate, strict=strict)
        except (ValueError, RecursionError):
            # Not JSON, an integer of more digits than Python reads, or nested too deep.
            continue
        return data, "strict" if strict and not fenced else "lenient"
    if not _is_closed(plain):
        raise ParseError("- the reply is not a JSON object")
    import json_repair

    try:
        return json_repair.loads(plain), "mended"
    except (ValueError, RecursionError) as error:
        raise ParseError("- the reply is not a JSON object") from error


def _is_closed(text: str) -> bool:
    """Whether a text begins and ends as an object, with all strings closed: one that was cut off
    in the middle is never completed by guessing.
    """
    return text.startswith("{") and text.endswith("}") and len(_QUOTE.findall(text)) % 2 == 0


def _only_object(text: str) -> str:
    """The text from the first opening to the last closing brace."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text
