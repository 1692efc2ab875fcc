"""Messages that are no whole sentence: keywords, noun phrases, sentences that were broken off."""

from __future__ import annotations

from verifiers.realism.clauses import clauses


def is_fragment(text: str) -> bool:
    """Whether no clause of an English message is a whole sentence. A message of code alone is
    none, and neither is one without words.
    """
    found = [one for one in clauses(text) if set(one.words) != {"\u25a1"}]
    return bool(found) and not any(one.is_whole for one in found)
