"""What a claim is: a statement of an answer, with where it stands there."""

from __future__ import annotations

import re
from dataclasses import dataclass

ABSENCE = re.compile(
    r"(?:cannot be (?:answered|determined|known)|(?:does|do) not (?:state|say|mention|give|specify)"
    r"|is not (?:stated|mentioned|given|specified)|has no|have no|there is no)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement to check.

    ``start`` and ``end`` are offsets into the content of the record's message number ``message``;
    ``text`` is what is checked and may differ from the span where the question, the sentence before
    or the head of a list or table was needed to complete it. ``holds`` is False where the answer
    says that the statement is false, ``absent`` is True where it says that something is missing.
    ``about`` is the name the frame gives ("The documentation of NAME says"), ``question`` what the
    message answers. ``added`` is the short answer itself where ``text`` is the question's wording
    around it: the answer vouches for that alone.
    """

    text: str
    start: int
    end: int
    holds: bool = True
    absent: bool = False
    about: str = ""
    message: int = 1
    question: str = ""
    added: str = ""

    @property
    def said(self) -> str:
        """What the answer adds to its question, which is what evidence must hold."""
        return self.added or self.text
