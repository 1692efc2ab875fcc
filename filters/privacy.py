"""Personal data and secrets in questions, answers and quotes.

A model repeats what it was tuned on, so a real address or key has no place in a row. What is found
is named by its kind and a mask, never by its value: verdicts end up in reports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

import polars as pl

from configs.filters import Kind, Privacy
from filters.orders import noted
from filters.personal import addresses, cards, emails, ibans, social_security
from filters.phones import phones
from filters.secret_keys import secret_keys
from store.stages import Context, Judged, Row, Ruling, Stage, judged, row_by_row, stage

_MANY_DIGITS = re.compile(r"\d(?:[^\w\n]{0,3}\d){7}|[A-Z]{2}\d\d ?[A-Z]")
"""What a text with a phone, an account, a card or a security number holds."""
Finder = Callable[[str], Iterator[str]]
_FINDERS: dict[Kind, Finder] = {"email": emails, "ip_address": addresses}
_NUMBERS: dict[Kind, Finder] = {"iban": ibans, "card": cards, "ssn": social_security}
"""Those worth trying only on a text with many digits."""
_SHOWN: dict[Kind, str] = {
    "email": "e-mail",
    "phone": "phone number",
    "iban": "IBAN",
    "card": "payment card",
    "ip_address": "IP address",
    "ssn": "social security number",
}


@dataclass(frozen=True, slots=True)
class Find:
    """A value that was found; ``name`` is what people call its kind."""

    kind: Kind
    name: str
    value: str

    @property
    def masked(self) -> str:
        """The value as it may be shown: enough to find it, too little to use it."""
        if self.kind == "email":
            mailbox, _, domain = self.value.partition("@")
            return f"{self.name} {mailbox[0]}…@{domain[0]}…"
        shown = 4 if self.kind == "secret_key" else 3 if self.kind == "phone" else 2
        return f"{self.name} {self.value[:shown]}…"


@stage("privacy", version="2", scope="row")
def privacy(settings: Privacy, context: Context) -> Stage:
    """Drops or flags records that hold personal data or a secret; the score is how many there are.

    A value that stands verbatim in the record's own source passage is public already and flags it.
    """
    passages = context.corpus.passage

    def judge(row: Row) -> Ruling:
        text = "\n".join((row["question"], row["answer"], *row["quotes"], *noted(row)))
        found = list(find_personal(text, settings))
        if not found:
            return Ruling()
        sources = [passages.get(source["passage_id"]) for source in row["sources"]]
        public = [source.text for source in sources if source is not None]
        new = [find for find in found if not any(find.value in source for source in public)]
        if new or not settings.allow_in_corpus:
            return _ruling(settings.on_found, new or found, "")
        return _ruling("flag", found, "; stands in the source passage")

    def apply(records: pl.DataFrame) -> Judged:
        return judged("privacy", records, row_by_row(judge, records))

    return apply


def _ruling(decision: Literal["drop", "flag"], found: list[Find], note: str) -> Ruling:
    masks = list(dict.fromkeys(find.masked for find in found))
    detail = ", ".join(masks[:5]) + (f" and {len(masks) - 5} more" if len(masks) > 5 else "")
    return Ruling(decision, found[0].kind, float(len(found)), "privacy", detail + note)


def find_personal(text: str, settings: Privacy) -> Iterator[Find]:
    """All personal data and secrets of the kinds wanted in a text, kind by kind."""
    kinds = settings.kinds
    if "secret_key" in kinds:
        yield from (Find("secret_key", name, value) for name, value in secret_keys(text))
    finders = dict(_FINDERS)
    if _MANY_DIGITS.search(text):
        finders |= _NUMBERS
        finders["phone"] = partial(phones, regions=settings.regions)
    for kind in (kind for kind in kinds if kind in finders):
        yield from (Find(kind, _SHOWN[kind], value) for value in finders[kind](text))
