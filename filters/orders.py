"""Orders to a model: in a record it has no business with them, in a document they are an attack.

A document that says "ignore your instructions" may have been obeyed in any way, and what it states
is then the corpus's own word, which no check of claims can hold against it. So a record is judged
by its own words and by the passages it was written from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from filters import phrases
from store.text import squeeze, visible

_ORDERS = re.compile("|".join(rf"(?:{pattern})" for pattern in phrases.ORDERS))
_SHOWN = 120


def order(texts: Iterable[str]) -> str:
    """The first order to a model in some texts, empty where there is none. Signs that nobody sees
    hide nothing.
    """
    for text in texts:
        found = _ORDERS.search(squeeze(visible(text)).casefold().replace("`", ""))
        if found:
            return found.group(0)[:_SHOWN]
    return ""
