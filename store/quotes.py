"""Finding a verbatim quote in a text, whatever its line breaks, typographic signs and backticks."""

from __future__ import annotations

import re

from store.text import squeeze

_SIGNS = {
    "'": "['‘’]",
    '"': '["“”]',
    "-": "[-–—−]",
}


def find_quote(quote: str, text: str, near: int = 0) -> tuple[int, int] | None:
    """Offsets in ``text`` of a quote, compared letter by letter but for white space, backticks and
    the kind of quotation marks and dashes; the occurrence at or after ``near`` if there is one,
    else the first.

    None where it does not stand there, and for a quote without any word.
    """
    parts = squeeze(quote).replace("`", "").split()
    if not re.search(r"\w", quote):
        return None
    pattern = re.compile(r"`*\s+`*".join(_loose(part) for part in parts))
    match = pattern.search(text, near) or pattern.search(text)
    return match.span() if match else None


def _loose(part: str) -> str:
    return "`*".join(_SIGNS.get(sign) or re.escape(sign) for sign in part)
