"""Names of people, places and organisations: capitalised words inside a claim.

A name that the evidence lacks lowers the claim to not found; alone it never contradicts, since
sources use pronouns and leave titles out. Accents, titles, initials and possessives do not matter,
and a short form made of the first letters stands for its long form and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from itertools import pairwise

from store.text import WORD, unaccented, visible
from verifiers.checks.dates import without_dates
from verifiers.checks.findings import Finding
from verifiers.wording import STOP, stem

NUMBERED = r"(?: \d{1,3}\b(?![.,]?\d|\s?%))?"
"""A small number behind a name, which is a part of it: Voyager 2."""
_PARTICLE = r"(?:\s(?:of|de|del|della|di|da|dos|du|la|le|van|von|der|den|ten|al|bin|ibn|the|y))"
_NAME = re.compile(
    r"(?:(?<![.!?:\"“]\s)(?<!^)|(?<=\b[A-Z]\.\s)|(?<=\b[DMS][rst]\.\s)|(?<=\b(?:Mrs|Jun|Sen)\.\s))"
    r"\b[A-Z][\w'’-]+(?:" + _PARTICLE + r"{0,3}\s[A-Z][\w'’-]+)*" + NUMBERED
)
_FIRST = re.compile(
    r"[A-Z][\w'’-]+(?:(?:" + _PARTICLE + r"{0,3}\s[A-Z][\w'’-]+)+|(?= \d)"
    r"|(?<=['’])(?=\s)|(?<=['’]s)(?=\s)"
    r"|(?=(?:['’]s)?\s(?:is|was|are|were|has|had|did|does|won|wrote|plays|played|starred)\b))"
    + NUMBERED
)
"""The first word of a claim, where what follows shows it to be a subject and no adverb."""
_OWNED = re.compile(r"['’]s?\Z")
_CELL = re.compile(
    r"(?:^|;\s)[^:;.!?]{1,60}:\s(?P<value>[A-Z][\w'’-]+(?:\s[^\s:;]+){0,4})(?=;|\.?$)"
)
"""A short value behind its label, as a row of a table is told."""
_NO_SUBJECTS = STOP | frozenset(
    """he she they we you i one his her their our my your everyone everybody nobody nothing someone
anyone everything something today later earlier many several none another work people""".split()
)
_CODE = re.compile(r"`[^`]*`|\b\w+(?:\.\w+)+|\b\w*_\w+\b")
_LONG = re.compile(r"\b[A-Z]\w+(?:(?:[\s-]| of | and | for | the | of the | & )[A-Z]\w+){1,7}")
_SHORT = re.compile(r"\b[A-Z]{2,8}\b|\b(?:[A-Z]\.\s?){2,6}")
_PLAIN = frozenset(
    """january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday none true false python""".split()
)
_TITLES = frozenset(
    """mr mrs ms miss dr prof professor sir dame lord lady saint st president chancellor minister
prime king queen prince princess emperor empress pope cardinal bishop senator governor general
colonel captain major sergeant admiral judge justice reverend father sister jr sr phd""".split()
)
"""What may stand before a name or be left out."""
_PARTICLES = frozenset("de del della di da dos du la le van von der den ten al bin ibn y".split())


def names(claim: str) -> list[str]:
    """Names in a claim, in order; its first word counts only where what follows shows a subject."""
    plain = without_dates(visible(claim))
    text = _CODE.sub(lambda match: " " * len(match.group(0)), plain)
    found = [match.group(0) for match in _NAME.finditer(text)]
    first = _FIRST.match(text)
    if first and _OWNED.sub("", first.group(0).split()[0]).casefold() not in _NO_SUBJECTS:
        found.insert(0, first.group(0))
    openings = (match["value"].split()[0] for match in _CELL.finditer(text))
    found += [word for word in openings if word.casefold() not in _NO_SUBJECTS]
    return list(dict.fromkeys(found))


def check_names(claim: Collection[str], held: Collection[str]) -> list[Finding]:
    """One finding per name; ``held`` are the :func:`held_words` of the evidence."""
    return [
        Finding("name", name, "found" if _has(name, held) else "missing")
        for name in claim
        if _parts(name)[0]
    ]


def held_words(text: str) -> frozenset[str]:
    """Folded words of a piece of evidence and their stems; a word with a number behind it counts as
    one, too; "=un" for what UN may be short for, and "UN" for that short form.
    """
    seen = visible(text)
    found = [word.casefold() for word in WORD.findall(unaccented(seen))]
    numbered = (f"{one} {two}" for one, two in pairwise(found) if two.isdigit())
    longs = (f"={_initials(match.group())}" for match in _LONG.finditer(seen))
    shorts = (re.sub(r"[.\s]", "", match.group()) for match in _SHORT.finditer(seen))
    bare = (part for word in found if "'" in word or "’" in word for part in re.split("['’]", word))
    return frozenset([*found, *bare, *map(stem, found), *numbered, *longs, *shorts])


def _initials(name: str) -> str:
    return "".join(word[0] for word in re.split(r"[\s-]+", name) if word[0].isupper()).casefold()


def _has(name: str, held: Collection[str]) -> bool:
    parts, short, long = _parts(name)
    return (
        all(part in held or stem(part) in held for part in parts)
        or (bool(short) and f"={short}" in held)
        or (bool(long) and long in held)
    )


@lru_cache(maxsize=20_000)
def _parts(name: str) -> tuple[tuple[str, ...], str, str]:
    """Words of a name that matter; itself folded if it is a short form; its short form if not."""
    plain = re.sub(r"['’]s?(?=\s|$)", "", unaccented(name))
    found = [word.casefold().replace("’", "'") for word in WORD.findall(plain)]
    if len(found) > 1 and found[-1].isdigit():
        found[-2:] = [f"{found[-2]} {found[-1]}"]
    without = STOP | _PLAIN | _TITLES
    kept = [word for word in found if word not in without]
    telling = [w for w in kept if w not in _PARTICLES and (len(w) > 1 or w.isdigit())]
    short = plain.casefold() if re.fullmatch(r"[A-Z]{2,8}", plain) else ""
    letters = _initials(plain) if " " in plain else ""
    return tuple(telling or kept), short, letters.upper() if len(letters) > 1 else ""
