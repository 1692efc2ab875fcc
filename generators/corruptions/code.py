"""Falsehoods about what is written exactly: identifiers, parameters, defaults and quotes."""

from __future__ import annotations

import ast
import random
import re
import string

from generators.corruptions.changes import Change, Place, before, picked

_DEFAULT = re.compile(r"(?<=\bis `)([^`]+)(?=`\.)|(?<=defaults to `)([^`]+)(?=`)")
_PAIR = re.compile(r"(?<==)(None|True|False|-?\d+(?:\.\d+)?|'[^']*')(?=[,)])")
_VALUES = ("None", "True", "False", "0", "1", "42", "'utf-8'")
_SUFFIXES = ("_all", "_fast", "_ex", "_safe", "_many", "_async")
_INVENTED = ("timeout_ms", "strict_mode", "max_depth_level", "encoding_hint", "retry_count")
_PARAMETER = re.compile(
    r"takes (?:the parameters?|\d+ named parameters?:) `(\w+)`|default value of `(\w+)`"
    r"|\bparameter `(\w+)`|`(\w+)` parameter\b"
)
_CODE = re.compile(
    r"\b(?:RFC|ISO|IEC|PEP|CVE|IEEE|DIN|UTC|PL|Resolution|No\.|Case|Article|Section)[ -]?"
    r"(?P<digits>\d[\d/-]*\d|\d{2,})(?![\w,.]?\d)"
    r"|(?<![\w.])\.(?P<domain>[a-z]{2,3})\b(?!\.\w)"
    r"|\b(?P<link>https?://[\w./-]*\w)|\b(?P<code>[A-Z]{1,5}[-/]?\d{2,6}(?:[-/]\d+)*)\b"
)
_QUOTED = re.compile(r"[\"“]([^\"“”\n]+)[\"”]")
_SAYS = re.compile(r"\b(?:says|states|reads|writes|said|wrote|declared)(?: that)?:? *$")
_WORDS = ("never", "seven", "reverse", "hidden", "double")
_LEAST = 5


def identifier(place: Place, rng: random.Random) -> Change | None:
    """A name of code, a number of a standard or case, or an address that does not exist."""
    text, document_id, material = place
    document = material.corpus.document[document_id]
    if document.api:
        title = document.title
        if not re.search(rf"`{re.escape(title)}[`(]", text):
            return None
        owner, _, last = title.rpartition(".")
        invented = [f"{title}{suffix}" for suffix in _SUFFIXES]
        invented += [f"{other}.{last}" for other in material.modules if other != owner][:12]
        made = [name for name in invented if name not in material.identifiers]
        return Change(title, rng.choice(made)) if made else None
    match = picked(list(_CODE.finditer(text)), text, rng)
    if match is None:
        return None
    for _ in range(6):
        new = _other_code(match, rng)
        if not material.stands(new):
            return Change(match.group(0), new, match.start())
    return None


def _other_code(match: re.Match[str], rng: random.Random) -> str:
    old = match.group(0)
    if match["link"]:
        return f"{old}{rng.choice(['-2', '-new', 'x', '/annex'])}"
    signs = string.ascii_lowercase if match["domain"] else "123456789"
    at = rng.choice([i for i, sign in enumerate(old) if sign.isdigit() or (match["domain"] and i)])
    return f"{old[:at]}{rng.choice([s for s in signs if s != old[at]])}{old[at + 1 :]}"


def parameter(place: Place, rng: random.Random) -> Change | None:
    """A parameter that the function does not have: invented, or another function's."""
    text, document_id, material = place
    own = material.parameters.get(document_id)
    match = _PARAMETER.search(text)
    if match is None or own is None:
        return None
    # A function open to any parameter may take it, but documents no default of it.
    if document_id in material.open_ended and not match.group(0).startswith("default value"):
        return None
    held = material.words[document_id]
    taken = [p for p in material.every_parameter if p not in own and p.casefold() not in held]
    others = [*_INVENTED, *rng.sample(taken, min(len(_INVENTED), len(taken)))]
    free = [p for p in others if p not in held]
    old = next(group for group in match.groups() if group)
    return Change(old, rng.choice(free)) if free else None


def default(place: Place, rng: random.Random) -> Change | None:
    """Another default value, in a statement about one or in a signature."""
    text, document_id, material = place
    if document_id not in material.parameters:
        return None
    found = list(_DEFAULT.finditer(text)) if "default" in text else []
    found = found or list(_PAIR.finditer(text))
    match = picked(found, text, rng)
    if match is None:
        return None
    old = match.group(0)
    others = [value for value in _VALUES if not _equal(value, old) and value not in old]
    return Change(old, rng.choice(others), match.start())


def _equal(one: str, two: str) -> bool:
    """Whether two literals are equal, as 0 and False are."""
    try:
        return bool(ast.literal_eval(one) == ast.literal_eval(two))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return one.strip("'\"") == two.strip("'\"")


def quote(place: Place, rng: random.Random) -> Change | None:
    """A quotation in the text with one word changed."""
    text, material = place.text, place.material
    found = [
        match
        for match in _QUOTED.finditer(text)
        if len(match.group(1).split()) >= _LEAST and _SAYS.search(before(text, match.start()))
    ]
    if not found:
        return None
    match = rng.choice(found)
    changed = misquoted(match.group(1), rng)
    if changed is None or material.stands(changed):
        return None
    return Change(match.group(1), changed, match.start(1))


def misquoted(text: str, rng: random.Random) -> str | None:
    """A quote with one of its inner words changed; None where it is too short."""
    parts = text.split(" ")
    if len(parts) < _LEAST:
        return None
    at = rng.randrange(1, len(parts) - 1)
    parts[at] = rng.choice([word for word in _WORDS if word != parts[at]])
    return " ".join(parts)
