"""Python identifiers against the documented API: does this function, parameter, default exist?

What the corpus documents is known exactly, so an unknown name under a documented module is an
invention, and a stated signature, parameter or default is right or wrong.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from verifiers.api import ApiIndex, ApiObject

_TICKED = re.compile(r"(?<!`)`++([^`\n]++)`+")
_DOTTED = re.compile(r"(?<![\w./])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?![\w/])")
_BARE = re.compile(r"^[A-Za-z_]\w*$")
_DEFAULT = re.compile(r"\bdefaults? (?:to|is|of|for)\b|\bdefault value\b")
_LISTED = re.compile(
    r"\b(?:parameter|argument|keyword)s?(?: named| called)?:?\s+((?:`\w+`(?:,| and|, and)?\s*)+)"
)
_BEFORE = re.compile(r"`(\w+)`\s+(?:keyword |optional )?(?:parameter|argument)s?\b")
_DENIES = re.compile(
    r"\b(?:is|are|was|does|do|did|can|will)(?: not|n['’]t)\b|\bnever\b|\bno longer\b", re.IGNORECASE
)
_PYTHON = frozenset([*dir(builtins), *keyword.kwlist, *keyword.softkwlist, "self", "cls"])


@dataclass(frozen=True)
class ApiFinding:
    """What the API says about a claim: ``unknown`` names an invented identifier."""

    verdict: Literal["supported", "contradicted", "unknown"]
    rule: str
    detail: str
    about: ApiObject | None = None
    part: str = ""


def code_tokens(text: str) -> list[str]:
    """Pieces of code in a text: what stands between backticks, and dotted names outside them."""
    found = [(m.start(), m.group(1).strip()) for m in _TICKED.finditer(text)]
    outside = _TICKED.sub(lambda match: " " * len(match.group(0)), text)
    found += [(m.start(), m.group(0)) for m in _DOTTED.finditer(outside)]
    return [token for _, token in sorted(found)]


def named_objects(text: str, index: ApiIndex) -> list[str]:
    """Documented objects that the pieces of code in a text name."""
    return [name for name, _ in map(_call, code_tokens(text)) if name in index.objects]


def unknown_identifiers(text: str, index: ApiIndex, absent: bool = False) -> list[ApiFinding]:
    """Names in a claim that the corpus should know and does not.

    Where the claim is that something is ``absent``, only dotted names must exist.
    """
    found = []
    for token in code_tokens(text):
        name, keywords = _call(token)
        root = name.partition(".")[0]
        if "." in name and root in index.modules and not index.knows(name):
            found.append(ApiFinding("unknown", "identifier", f"`{name}` does not exist", part=name))
            continue
        if absent:
            continue
        if _BARE.match(name) and name not in _PYTHON and name not in index.mentioned:
            detail = f"`{name}` stands nowhere in the corpus"
            found.append(ApiFinding("unknown", "identifier", detail, part=name))
        target = index.objects.get(name)
        for word in keywords if target else ():
            if target is not None and target.takes(word) is False:
                detail = f"`{name}` has no parameter `{word}`"
                found.append(ApiFinding("unknown", "parameter", detail, target, word))
    return found


def check_api(text: str, context: str, index: ApiIndex, absent: bool) -> ApiFinding | None:
    """What the API decides about a claim on a signature, a default or parameters; else None.

    The object meant is named in the claim or else in ``context``, the question. A claim that denies
    what the API says is contradicted, and one that denies what it does not say is right.
    """
    finding = _stated(text, context, index, absent)
    if finding is None or absent or not _DENIES.search(_TICKED.sub(" ", text)):
        return finding
    if finding.verdict == "supported":
        return replace(finding, verdict="contradicted", detail=f"denied, but {finding.detail}")
    return replace(finding, verdict="supported", detail=f"rightly denied: {finding.detail}")


def _stated(text: str, context: str, index: ApiIndex, absent: bool) -> ApiFinding | None:
    """What the API says of a claim, leaving aside whether the claim denies it."""
    tokens = code_tokens(text)
    about = _subject(tokens, index) or _subject(code_tokens(context), index)
    if about is None:
        return None
    rest = [token for token in tokens if token != about.name]
    plain = _TICKED.sub(" ", text).casefold()
    bare = "signature" in plain
    signature = next((token for token in rest if _is_call(token, about, bare)), None)
    asked = bare or "signature" in context.casefold()
    if signature is not None and (asked or not _is_use(signature, about)):
        return _check_signature(signature, about)
    if bare and rest and not absent:
        detail = f"the real signature is `{about.signature}`"
        return ApiFinding("contradicted", "signature", detail, about, about.signature)
    if _DEFAULT.search(plain) and not absent:
        return _check_default(text, rest, about)
    return _check_parameters(text, about, absent)


def _is_use(call: str, about: ApiObject) -> bool:
    """Whether a call names just some of the parameters in their order, as in "`dumps(obj)` makes":
    it says what is done with them, and not that there are no others.
    """
    given = [each.strip() for each in call.partition("(")[2].removesuffix(")").split(",")]
    known = iter(about.parameters or ())
    return all(each in known for each in given)


def _check_signature(call: str, about: ApiObject) -> ApiFinding:
    if not about.signature:
        return ApiFinding("unknown", "signature", f"no signature of `{about.name}` is known", about)
    if _squash(call) == _squash(about.signature):
        return ApiFinding("supported", "signature", "equal to the real one", about, about.signature)
    detail = f"the real signature is `{about.signature}`"
    return ApiFinding("contradicted", "signature", detail, about, about.signature)


def _check_default(text: str, rest: Sequence[str], about: ApiObject) -> ApiFinding | None:
    named = [token for token in rest if _BARE.match(token)]
    stated = next((token for token in named if about.takes(token)), None)
    parameter = stated or next((token for token in named if token not in _PYTHON), None)
    if parameter is None:
        return None
    if about.parameters is None or parameter not in about.parameters:
        return _no_parameter(about, parameter)
    default = about.default(parameter)
    value = _value(text, rest, parameter)
    if value is None:
        return None
    if default is None:
        detail = f"`{parameter}` of `{about.name}` has no default"
        return ApiFinding("contradicted", "default", detail, about, parameter)
    pair = f"{parameter}={default}"
    if _same_value(value, default):
        return ApiFinding("supported", "default", "equal to the real one", about, pair)
    return ApiFinding("contradicted", "default", f"the real default is `{default}`", about, pair)


def _value(text: str, rest: Sequence[str], parameter: str) -> str | None:
    """The default a claim states: its last other piece of code, or the last word."""
    others = [token for token in rest if token != parameter]
    if others:
        return others[-1]
    match = re.search(r"(?:\bis|\bto|\bof|=|:)\s+(?!`)([^\s,;]+?)[.,;]?$", text.strip())
    return match.group(1) if match else None


def _check_parameters(text: str, about: ApiObject, absent: bool) -> ApiFinding | None:
    """Whether what a claim calls a parameter is one. Other code in it is not looked at."""
    if about.parameters is None:
        return None
    public = [name for name in about.parameters if not name.startswith("_")]
    count = re.search(r"\b(?:takes|has|accepts)\s+(\d+)\s+(?:named )?(?:parameter|argument)", text)
    if count and int(count.group(1)) != len(public):
        detail = f"`{about.name}` has {len(public)}"
        return ApiFinding("contradicted", "parameters", detail, about, about.signature)
    named = [name for match in _LISTED.finditer(text) for name in _names(match.group(1))]
    named += [match.group(1) for match in _BEFORE.finditer(text)]
    lacking = [name for name in named if about.takes(name) is False]
    if absent and named:
        return _check_absent(named, lacking, about)
    if lacking:
        return _no_parameter(about, lacking[0])
    known = bool(named) and all(about.takes(name) for name in named)
    if count or (known and re.search(r"\b(?:takes?|accepts?|has|have|are|is)\b", text)):
        return ApiFinding("supported", "parameters", "all exist", about, about.signature)
    return None


def _names(listed: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"\band\b", " ", listed))


def _check_absent(named: Sequence[str], lacking: Sequence[str], about: ApiObject) -> ApiFinding:
    if len(lacking) == len(named):
        detail = f"`{about.name}` has no such parameter"
        return ApiFinding("supported", "no_parameter", detail, about, about.signature)
    there = next(name for name in named if name not in lacking)
    detail = f"`{about.name}` has the parameter `{there}`"
    return ApiFinding("contradicted", "no_parameter", detail, about, about.signature)


def _no_parameter(about: ApiObject, parameter: str) -> ApiFinding | None:
    if about.takes(parameter) is None:
        return None
    detail = f"`{about.name}` has no parameter `{parameter}`"
    return ApiFinding("unknown", "parameter", detail, about, parameter)


def _subject(tokens: Sequence[str], index: ApiIndex) -> ApiObject | None:
    """The first object that the pieces of code name."""
    return next((index.objects[n] for n, _ in map(_call, tokens) if n in index.objects), None)


def _is_call(token: str, about: ApiObject, bare: bool) -> bool:
    """Whether a token is a call of the object. ``f()`` may be just its name, unless ``bare`` says
    that the claim is about signatures.
    """
    return _call(token)[0] == about.name and token.endswith(")") and (bare or token[-2:] != "()")


def _call(token: str) -> tuple[str, list[str]]:
    """Name and keywords of ``name`` or ``name(..., keyword=...)``."""
    name, bracket, inside = token.partition("(")
    keywords = re.findall(r"(?:^|[(,*]\s*|\s)([A-Za-z_]\w*)\s*=(?!=)", inside) if bracket else []
    return name.strip(), keywords


def _same_value(one: str, two: str) -> bool:
    try:
        return bool(ast.literal_eval(one) == ast.literal_eval(two)) and _kind(one) == _kind(two)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return _squash(one) == _squash(two)


def _kind(literal: str) -> type:
    return type(ast.literal_eval(literal))


def _squash(code: str) -> str:
    return re.sub(r"\s+", "", code).replace('"', "'")
