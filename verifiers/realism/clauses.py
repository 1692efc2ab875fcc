"""Clauses of an English message, and whether each is a whole sentence or asks for something.

Without a parser: what makes a sentence are its small words (question words, auxiliaries, pronouns)
and the verbs that requests begin with. Keywords for a search engine have none of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import regex

from verifiers.realism.english import (
    AFTER_NOUNS,
    AFTER_VERBS,
    ASKS,
    AUXILIARIES,
    BE,
    DANGLING,
    DETERMINERS,
    FINITE,
    GIVEN,
    HAVE,
    JOINED,
    LEAD_INS,
    NUMBERS,
    OBJECTS,
    PAST,
    REQUESTS,
    SMALL,
    SPEAKING,
    STRANDED,
    SUBJECTS,
)
from verifiers.realism.prose import prose
from verifiers.realism.word_lists import verbness

_END = re.compile(r"([.!?;:…]+)(?:[\"')\]]*\s+|[\"')\]]*$)|\n+")
_TOKEN = regex.compile(r"[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*|\u25a1")
_PLURAL_TOO = re.compile(r"[a-z]{2,}[^s\W]s")
_HOLE = "\u25a1"
_SMALL_SHARE = 0.19
"""Share of small words in a sentence; in English prose it is nearly a half."""
_NOT_ASKED = {("how", "to"), ("what", "to"), ("where", "to"), ("when", "to"), ("what", "about")} | {
    ("how", "about"),
    ("why", "not"),
    ("which", "to"),
}


@dataclass(frozen=True, slots=True)
class Clause:
    """Words of a sentence in folded case without what leads into it, and the marks at its end."""

    words: tuple[str, ...]
    end: str

    @property
    def is_question(self) -> bool:
        """Whether it is put as a question, with or without its mark."""
        return "?" in self.end or (self._begins_asking and self.is_whole)

    @property
    def is_request(self) -> bool:
        """Whether it begins with what is to be done: a verb that is no noun here."""
        if len(self.words) < 2 or self.words[0] in SPEAKING:
            return len(self.words) > 1
        first, after = self.words[:2]
        if first in REQUESTS and after == "and" and {*self.words[2:3]} & REQUESTS:
            return True
        if first in REQUESTS:
            behind = self.words[2] if len(self.words) > 2 else ""
            return after not in AFTER_NOUNS or (after in ("in", "on", "for") and behind in OBJECTS)
        # A verb that few requests begin with has its object behind it.
        told = self.end in (".", "!", ":") and first not in SMALL
        return after in OBJECTS and (told or verbness(first) >= 1.0)

    @property
    def is_whole(self) -> bool:
        """Whether it is a sentence: a question, a request, or a subject with its verb."""
        words = self.words
        if len(words) < 2 or words[-1] in DANGLING:
            return False
        if self.is_request and self._tells_its_object:
            return True
        if _is_telegraphic(words):
            return False
        if "?" in self.end and len(words) > 2 and words[0] in AUXILIARIES:
            return True
        if self._begins_asking:
            return _asks_whole(words) or ("?" in self.end and _may_ask(words))
        if words[-1] in STRANDED and not {*words[1:]} & SUBJECTS and words[0] not in AUXILIARIES:
            return False
        if words[0] in AUXILIARIES - {"do", "dont", "don't"}:
            return len(words) > 3 or (len(words) == 3 and (words[0] in BE or words[1] in SUBJECTS))
        if self.is_request:
            if _drops_article(words) and not self.end:
                return False
            few = len(words) < 4 and words[0] in SPEAKING
            return few or any(word in SMALL or word == _HOLE or "'s" in word for word in words[1:])
        return _states(words) or ("?" in self.end and _asks_late(words))

    @property
    def _tells_its_object(self) -> bool:
        """Whether a request is written out: with an article, a number, or a closing mark, which
        keywords have not.
        """
        written = self.words[1] in OBJECTS | NUMBERS and len(self.words) > 2
        return written or self.end in (".", "!")

    @property
    def _begins_asking(self) -> bool:
        return _asking_at(self.words) >= 0


def clauses(text: str) -> list[Clause]:
    """The clauses of a message that have a word."""
    plain, found, start = prose(text), [], 0
    for end in (*_END.finditer(plain), None):
        piece = plain[start : end.start() if end else len(plain)]
        if one := _clause(piece, (end and end[1]) or ""):
            found.append(one)
        start = end.end() if end else start
    return found


def _clause(piece: str, end: str) -> Clause | None:
    """The clause without what leads into it: a greeting, or what is given for a request."""
    tokens = [token.lower().replace("’", "'") for token in _TOKEN.findall(piece)]
    while len(tokens) > 1 and tokens[0] in LEAD_INS:
        del tokens[0]
    if tokens and tokens[0] in GIVEN:
        _, comma, rest = piece.partition(", ")
        asked = _clause(rest, end) if comma else None
        if asked and asked.is_request:
            return asked
    return Clause(tuple(tokens), end) if tokens else None


def _is_telegraphic(words: tuple[str, ...]) -> bool:
    """Whether the small words are left out that a sentence of such a length has."""
    told = tuple(word for word in words if word != _HOLE)
    return len(told) > 3 and _small_share(told) < max(1 / len(told), _SMALL_SHARE)


def _is_verb(word: str) -> bool:
    return bool(_PLURAL_TOO.fullmatch(word)) and verbness(_stem(word)) >= 1.0


def _asking_at(words: tuple[str, ...]) -> int:
    """Where the question word is that a clause begins with, or that its verb follows at once behind
    another beginning (``in Python, what does``); -1 where there is none.
    """
    if words[0] in ASKS:
        return 0
    behind = words[0] in ("in", "at", "on", "from", "to", "by", "for", "with", "of")
    if behind and len(words) > 2 and words[1] in ASKS:
        return 1
    turned = (at for at in range(1, len(words) - 1) if words[at] in ASKS)
    return next((at for at in turned if words[at + 1] in AUXILIARIES), -1)


def _asks_whole(words: tuple[str, ...]) -> bool:
    at = _asking_at(words)
    asks, rest = words[at], words[at + 1 :]
    if asks in ("whats", "hows", "wheres", "whos"):
        return bool(rest)
    if tuple(words[at : at + 2]) in _NOT_ASKED:
        return False
    verbs = [place for place, word in enumerate(rest) if word in AUXILIARIES]
    if verbs:
        after = rest[verbs[0] + 1 :]
        if not after:
            return False
        if rest[verbs[0]] in BE | HAVE:
            return True
        # A subject is to follow, and the verb that it does.
        return len(after) > (2 if after[0] in DETERMINERS else 1 if after[0] in SUBJECTS else 0)
    if any(word in JOINED for word in rest) or rest[:1] == ("come",):
        return True
    if asks in ("what", "which", "who", "whose") or rest[:1] in (("many",), ("much",)):
        return any(w in FINITE or w.endswith("ed") or _is_verb(w) for w in rest[:-1]) or (
            asks == "who" and len(rest) > 1 and rest[0].endswith(("s", "te", "ke", "ve", "ew"))
        )
    return False


def _may_ask(words: tuple[str, ...]) -> bool:
    """Whether a mark makes a question of words whose verb nobody could name: after ``which`` and
    its like the subject's own verb follows, without an auxiliary.
    """
    at = _asking_at(words)
    asks = words[at] in ("what", "which", "who", "whose") or words[at + 1] in ("many", "much")
    return asks and len(words) - at > 3 and tuple(words[at : at + 2]) not in _NOT_ASKED


def _drops_article(words: tuple[str, ...]) -> bool:
    """Whether a noun stands bare where one of its kind has an article: ``explain theory of``."""
    return not {*words} & OBJECTS - {"that"} and any(
        after in ("of", "that", "which", "who") and word not in SMALL and not word.endswith("s")
        for word, after in pairwise(words[1:])
    )


def _asks_late(words: tuple[str, ...]) -> bool:
    """Whether a statement asks by a word inside, as in ``he starred in what film of 2016``."""
    inside = enumerate(words[1:-1], start=1)
    return len(words) > 5 and any(w in ASKS and words[at + 1] != "to" for at, w in inside)


def _states(words: tuple[str, ...]) -> bool:
    """Whether there is a subject with its verb."""
    if words[0] in SUBJECTS and (words[0] not in DETERMINERS or words[1] in AUXILIARIES):
        return True
    inside = range(1, len(words) - 1)
    return (
        any(word in JOINED for word in words[:-1])
        or any(_has_verb(words, place) for place in inside)
        or (len(words) > 2 and words[-1] in FINITE | BE and words[-2] not in SMALL)
    )


def _has_verb(words: tuple[str, ...], place: int) -> bool:
    before, word, after = words[place - 1], words[place], words[place + 1]
    if word in ("i", "we", "they", "he", "she") and before != "between":
        return True
    if before in ("which", "that", "who") or (word in FINITE and after == "by"):
        # The verb of a relative clause, or a participle: "an airline founded by her".
        return False
    if word in AUXILIARIES or word in FINITE:
        return before not in ("to", "of", "for", "no", "a", "the")
    if after in AFTER_NOUNS - {"in", "on"} or before in SMALL - SUBJECTS:
        return False
    acts = after in AFTER_VERBS or after.endswith("'s")
    if word.endswith("ed") or word in PAST:
        return acts or words[0] in DETERMINERS or _small_share(words) > 0.3
    if not _PLURAL_TOO.fullmatch(word):
        return False
    return verbness(_stem(word)) >= (0.3 if acts else 1.0)


def _stem(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("shes", "ches", "sses", "xes")) else word[:-1]


def _small_share(words: tuple[str, ...]) -> float:
    return sum(word in SMALL or "'" in word for word in words) / len(words)
