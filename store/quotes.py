"""Finding a verbatim quote in a text, whatever its line breaks, typographic signs and backticks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ANY_OF = {sign: f"[{alike}]" for alike in ("'‘’", '"“”', "-–—−") for sign in alike}
_RUN = re.compile(r"[^\W_]+")
_GAP = r"`*\s[\s`]*"


def find_quote(quote: str, text: str, near: int = 0) -> tuple[int, int] | None:
    """Offsets in ``text`` of a quote, compared letter by letter but for white space, backticks and
    the kind of quotation marks and dashes; the occurrence at or after ``near`` if there is one,
    else the first.

    None where it does not stand there, and for a quote without any word.
    """
    if not re.search(r"\w", quote):
        return None
    plain = text.replace("`", "")
    # As it stands, then in the composed form that most texts are in.
    for form in dict.fromkeys((quote, unicodedata.normalize("NFKC", quote))):
        if not all(run in plain for run in _RUN.findall(form.replace("`", ""))):
            continue
        pattern = _pattern(form)
        match = pattern.search(text, near) or (pattern.search(text) if near else None)
        if match:
            return match.span()
    return None


@lru_cache(maxsize=1_000)
def _pattern(quote: str) -> re.Pattern[str]:
    """What finds a quote. One quote is looked for in many texts."""
    parts = quote.replace("`", "").split()
    return re.compile(_whole_numbers(_GAP.join(_loose(part) for part in parts), parts))


def _whole_numbers(pattern: str, parts: list[str]) -> str:
    """The pattern, not to begin or end inside a number: "5 km" does not stand in "15 km"."""
    before = r"(?<!\d)(?<!\d[.,])" if parts[0][0].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if parts[-1][-1].isdigit() else ""
    return f"{before}{pattern}{after}"


def _loose(part: str) -> str:
    return "`*".join(_ANY_OF.get(sign) or re.escape(sign) for sign in part)
