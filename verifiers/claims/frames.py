"""Frames: what stands around a statement and says who says it, how sure they are, or which step
it is. A statement is checked without its frame, so that none can hide in "I think".
"""

from __future__ import annotations

import re
from typing import NamedTuple

FRAME = re.compile(
    r"(?:According to (?:its|the|their) documentation(?: of `?(?P<one>[\w.]+)`?)?,\s*"
    r"|(?:The|Its) documentation(?: of `?(?P<two>[\w.]+)`?)? (?:says|states|reads)(?: that)?:?\s*"
    r"|The (?:full )?sentence reads:\s*)",
    re.IGNORECASE,
)
"""A frame that vouches for what it holds: whatever stands there is claimed."""
OPENER = re.compile(
    r"That cannot be answered from (?:the|these)"
    r" (?:documentation|documents?|passages?|texts?|context|sources?)[:.]?\s*",
    re.IGNORECASE,
)
_SURE = r"(?:quite |very |fairly |pretty |almost |absolutely )?"
_THOUGHT = (
    r"think|believe|feel|guess|suppose|assume|suspect|recall|remember|know|would say|"
    r"would argue|am (?:" + _SURE + r"(?:sure|certain|confident|aware))"
)
_LIGHT = re.compile(
    # Who says so and how sure they are.
    rf"(?:(?:I|we)(?:'m| am)? (?:{_THOUGHT})(?: that)?,? "
    r"|I'm (?:quite |very |fairly |pretty )?(?:sure|certain|confident)(?: that)?,? "
    r"|(?:in|to) my (?:humble |personal |own )?(?:opinion|view|mind|knowledge|eyes),? "
    r"|as far as I (?:know|can tell|remember),? |it (?:seems|appears) to me that "
    r"|if I (?:remember|recall)(?: correctly| rightly)?,? |personally,? |honestly,? |frankly,? "
    # That it matters.
    r"|(?:please )?(?:note|notice|recall|remember|observe|mind|be aware|keep in mind|bear in mind)"
    r"(?: also)? that |(?:note|nb|n\.b\.|tip|warning|important|remark|hint|caution|fact): "
    r"|it (?:is|'s) (?:also )?(?:worth|important|interesting|useful) (?:noting|to note|to know"
    r"|mentioning|to mention|pointing out|remembering|to remember) that "
    r"|it should (?:also )?be (?:noted|mentioned|added) that |(?:did|do) you know (?:that )?"
    r"|the (?:truth|fact|point|thing) is,? (?:that )?|there is no doubt that "
    # Where in the reasoning it stands.
    r"|step \d{1,3}\s*[:.)-]\s*|(?:(?:final |short )?answer|conclusion|result|summary)\s*: "
    r"|(?:let me|let's|let us|I(?:'ll| will)|we(?:'ll| will)?) (?:\w+ ){0,4}(?:check|see|think"
    r"|recall|verify|look)"
    r"(?: (?:this|that|it|again|here))?\s*[:,.] ?"
    r"|(?:here is|here's|here are|below is|this is) (?:the|your|my|an?) (?:\w+ ){0,2}"
    r"(?:answer|explanation|summary|result|overview|response|details?)\s*: "
    r"|(?:wait|hmm+|ok|okay|well|right|alright|all right|sure|certainly|of course|absolutely|yes"
    r"|great|actually|so|thus|therefore|hence|now|then|next|finally|also|moreover|furthermore"
    r"|in addition|in summary|in short|in conclusion|to summarize|overall|importantly|first"
    r"|second|third|secondly|firstly|thanks for asking|(?:great|good) question"
    r")[,:!]+ )",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:it is|it's|it was) (?:not true|not correct|not the case|untrue|false|incorrect|wrong"
    r"|a (?:common )?(?:myth|misconception)) that ",
    re.IGNORECASE,
)
"""A frame that says that what it holds is false."""
_MARKER = re.compile(r"(?:(?:[-*+•>]|#{1,6})\s+)*(?:\d{1,3}[.)]\s+)?")
_MOST = 4
"""Frames inside each other that are looked through."""


class Unframed(NamedTuple):
    """Where the statement begins behind its frames; ``vouched`` where the frame is a source's,
    ``opened`` where it says that the sources are silent, ``denied`` where it says that it is false.
    """

    start: int
    about: str
    vouched: bool
    opened: bool
    denied: bool = False


def unframe(text: str, item: bool) -> Unframed:
    """Look behind the frames of a sentence; ``item`` where it begins a line."""
    marker = _MARKER.match(text) if item else None
    at = marker.end() if marker else 0
    for _ in range(_MOST):
        opener = OPENER.match(text, at)
        frame = opener or FRAME.match(text, at)
        if frame:
            names = (n for n in frame.groups() if n)
            about = "" if opener else next(names, "")
            start = frame.end() + _bullets(text, frame.end())
            return Unframed(start, about, opener is None, opener is not None)
        denial = _DENIED.match(text, at)
        if denial:
            return Unframed(denial.end(), "", vouched=False, opened=False, denied=True)
        light = _LIGHT.match(text, at)
        if light is None:
            break
        at = light.end()
    return Unframed(at + _bullets(text, at), "", False, False)


def _bullets(text: str, at: int) -> int:
    """Characters of bullets and white space from there on; a star may open emphasis."""
    rest = text[at : at + 200]
    signs = "-•#> \t\n" if rest.lstrip("-•#> \t\n").startswith("**") else "-*•#> \t\n"
    bare = rest.lstrip(signs)
    # A minus belongs to its number.
    minus = len(bare) < len(rest) and bare[:1].isdigit() and rest[-len(bare) - 1] == "-"
    return len(rest) - len(bare) - minus if bare else 0
