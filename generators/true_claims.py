"""True claims about a corpus by rule: its sentences, reworded sentences, and named values.

Only changes that keep the meaning for certain are made, since the claims measure false alarms.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from generators.facts import facts_of
from generators.rewording import REWORDINGS
from generators.statements import Statement
from generators.templates import stated
from store.corpus import Corpus, Document
from store.text import sha256, squeeze

_FIELD = re.compile(r"^\s*[-*]\s+\*\*(?P<name>[^*\n]{2,60}?):?\*\*:?[ \t]+(?P<value>[^\n]+)$")
_HEADING = re.compile(r"^#{2,6}[ \t]+(.+?)\s*$")
_ESTIMATE = re.compile(r"^(?P<value>[^;()]{1,60}) \((?P<year>[12]\d{3})(?P<est> est\.)?\)$")
_YEAR = re.compile(r" [12]\d{3}$")
_ODD = re.compile(
    r"[;:()>|*_`<]|\.\s|\.$|\b(?:notes?|is|are|has|have|does|do|was|were|none|NA|no|yes)\b", re.I
)
"""What a value or name does not hold that can be put into a sentence."""
_NOUN = re.compile(r"\b([Tt])he (country|planet|moon|nation)(['’]s)?\b")
_SENTENCE = re.compile(r"(?<=[a-z)]\.);?\s+(?=[A-Z])")
_VAGUE = re.compile(r"(?:It|Its|They|Their|He|His|She|Her|This|That|These|Those|But|And|So|Such)\b")
_PROSE_ONLY = ("shortened", "contracted")
_LEAST, _MOST = 6, 40
"""Words of a sentence that is taken from a longer text."""
_VALUE = 60
"""Characters of a value that can stand in one plain sentence."""


def true_claims(corpus: Corpus, count: int, seed: int) -> list[Statement]:
    """``count`` true claims, as many of each form as the corpus allows, in an order of the seed."""
    by_form: dict[str, list[Statement]] = {}
    for claim in sorted(_all(corpus), key=lambda claim: sha256(f"{seed}:{claim.text}")):
        by_form.setdefault(claim.form, []).append(claim)
    chosen: list[Statement] = []
    for row in range(max((len(claims) for claims in by_form.values()), default=0)):
        for form in sorted(by_form):
            if row < len(by_form[form]) and len(chosen) < count:
                chosen.append(by_form[form][row])
    return chosen


def _all(corpus: Corpus) -> Iterator[Statement]:
    titles = frozenset(document.title for document in corpus.documents)
    for document in corpus.documents:
        yield from _documented(document) if document.api else _prose(document, titles)


def _documented(document: Document) -> Iterator[Statement]:
    """What the documentation of a Python object says, in sentences made by template."""
    for fact in facts_of(document):
        text = stated(fact)
        if text is not None:
            yield Statement(text, document.id, form=fact.kind)


def _prose(document: Document, titles: frozenset[str]) -> Iterator[Statement]:
    title, id_ = document.title, document.id
    plain = [squeeze(f.value) for f in facts_of(document) if f.kind in ("statement", "sentence")]
    fields = list(_fields(document))
    for sentence in plain:
        yield Statement(sentence, id_, form="verbatim")
        yield Statement(f'The text on {title} says: "{sentence}"', id_, form="quote")
    for sentence in fields:
        yield Statement(sentence, id_, form="field")
    for form, reword in REWORDINGS.items():
        # A parenthesis of a field tells which of several it is.
        for sentence in plain if form in _PROSE_ONLY else (*plain, *fields):
            new = reword(sentence)
            if new is not None:
                yield Statement(new, id_, form=form)
    for sentence in _retitled(document, titles):
        yield Statement(sentence, id_, form="title")


def _retitled(document: Document, titles: frozenset[str]) -> Iterator[str]:
    """Sentences on "the country" with its title in that place; one that names another subject of
    the corpus might mean that.
    """
    for line in document.text.splitlines():
        for sentence in _SENTENCE.split(line)[1:]:
            match = _NOUN.search(sentence)
            whole = sentence.endswith(".") and _LEAST <= len(sentence.split()) <= _MOST
            if match is None or not whole or any(title in sentence for title in titles):
                continue
            if len(_NOUN.findall(sentence)) == 1 and not _VAGUE.match(sentence):
                yield squeeze(_NOUN.sub(document.title + (match.group(3) or ""), sentence))


def _fields(document: Document) -> Iterator[str]:
    """Named values as sentences, if their section and name stand once in the document."""
    found = list(_named_values(document))
    times = Counter((section, name) for section, name, _ in found)
    for section, name, value in found:
        text = _sentence(document.title, section, name, value)
        if text is not None and times[section, name] == 1:
            yield text


def _named_values(document: Document) -> Iterator[tuple[str, str, str]]:
    section = ""
    for line in document.text.splitlines():
        if heading := _HEADING.match(line):
            section = heading.group(1)
        elif match := _FIELD.match(line):
            yield section, match["name"].strip(), squeeze(match["value"])


def _sentence(title: str, section: str, name: str, value: str) -> str | None:
    dated = _ESTIMATE.match(value)
    plain = dated["value"] if dated else value
    if not _is_plain(plain) or not _is_plain(name):
        return None
    what = _what(section, _YEAR.sub("", name))
    if dated and dated["est"]:
        said = f"was estimated at {plain}"
    else:
        said = f"{'was' if dated else 'is'} {plain}"
    opening = f"In {dated['year']}, the" if dated else "The"
    return f"{opening} {what} of {title} {said}."


def _what(section: str, name: str) -> str:
    """The name of a value. One in small letters is part of what its section is on."""
    proper = re.match(r"[A-Z]\w* [A-Z]|[A-Z]{2}", name)
    low = name if proper else name[0].lower() + name[1:]
    head = section if section[1:2].isupper() else section[:1].lower() + section[1:]
    if name == "total":
        return f"total {head}"
    known = {word[:5] for word in low.split()} & {word[:5] for word in head.split()}
    return low if known or name[0].isupper() or not section else f"{low} ({head})"


def _is_plain(text: str) -> bool:
    return len(text) <= _VALUE and not _ODD.search(text)


def by_form(claims: Sequence[Statement]) -> dict[str, int]:
    """How many claims there are of each form."""
    return dict(Counter(claim.form for claim in claims))
