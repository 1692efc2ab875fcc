"""Signs that make another statement of a text: C# is not C, and 2*3 is not 2/3."""

from __future__ import annotations

import re

from store.text import squeeze

_SIGN = re.compile(
    r"(?<=[^\W\d_])#+(?!\w)"  # C#
    r"|(?<=\d)\s?%"
    r"|[$€£¥₹²³]"
    r"|(?<=\w)(?:[*/%&|\\^~]|[!=<>]=+|<|>|=)(?=\w)"
    r"|(?<=[\w)\]] )[*/%&|^~!=<>]{1,3}(?= [\w(\[])"
    r"|(?<=`)[^\w\s`]+(?=`)"
    r"|\\[A-Za-z]"  # \d and \D
    r"|(?<![\w-])--?[A-Za-z](?![\w-])"  # -v and -V
    r"|[\[({](?=[\d\"'][^])}]{0,40},)"
)
"""Signs that say something, and single letters whose case does: operators, flags, escapes."""


def signs_in(text: str) -> list[str]:
    """The signs of a text without which it says something else, as those of C#, 2*3 and -v."""
    return [match.group().strip() for match in _SIGN.finditer(squeeze(text))]
