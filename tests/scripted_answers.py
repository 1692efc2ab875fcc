"""What the scripted teacher answers to a prompt: from a passage it is shown, or from memory."""

from __future__ import annotations

import re

LENGTHS = {"Alder": 310, "Birch": 452, "Cedar": 128, "Elm": 99}
"""Lengths in km as it remembers them; that of the Elm River is wrong."""


def answer(text: str) -> str:
    """The length that the passage states, else the sentence of it that shares most words with the
    prompt; without a passage a length that it remembers.
    """
    returned = re.search(r"It returned: (.+)", text)
    if returned:
        return f"The result is {returned[1]}."
    name = next((name for name in LENGTHS if name in text), "")
    passage = re.search(r"<passage>\n(.*?)\n</passage>\n*(.*)", text, re.DOTALL)
    if passage is None:
        return f"The {name} River is {LENGTHS[name]} km long." if name else "Nobody knows."
    stated = re.search(r"Length:\*\* (\d+) km", passage.group(1))
    if name and stated:
        return f"The {name} River is {stated.group(1)} km long."
    asked = set(re.findall(r"\w+", passage.group(2).lower()))
    sentences = re.findall(r"[A-Z][^.\n*]{20,220}\.(?=\s|$)", passage.group(1))
    shared = [len(asked & set(re.findall(r"\w+", each.lower()))) for each in sentences]
    return sentences[shared.index(max(shared))] if sentences else "Nobody knows."
