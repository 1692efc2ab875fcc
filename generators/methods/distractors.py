"""Records that show documents: the one that answers among others, or the others alone.

After RAFT (arXiv 2403.10131): a student that sees the right passage among wrong ones learns to find
and quote it; one that sees only wrong ones must say so. What is said instead of the answer comes by
rule, since it is certain.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from configs.errors import ParseError
from generators.prompts import load_prompt
from generators.replies import Draft
from generators.teacher import Task
from store.corpus import Passage
from store.quotes import find_quote
from store.records import UNANSWERABLE

AMONG_OTHERS = ("distractor", UNANSWERABLE)
"""Styles whose records show passages of other documents, beside the one asked about or instead."""
SHOWN = load_prompt("grounded_qa/documents@1.0.0")


def among_others(draft: Draft, task: Task) -> Draft:
    """The draft with documents before its question; in the style ``unanswerable`` without the one
    that answers, and with the answer that says so.

    Raises:
        ParseError: another document says what was quoted, so that it answers, too; the message is
            fit to send back.
    """
    if not task.others:
        raise ParseError("- the object: the corpus has no other document to show beside this one")
    withheld = task.seed.style == UNANSWERABLE
    shown = [passage for _, passage in task.others]
    if withheld:
        said = [quote for quote in draft.quotes if _says(shown, quote)]
        if said:
            raise ParseError(f"- quotes: another document says so, too: {said[0]}; ask for more")
    else:
        shown.append(task.passage)
    random.Random(f"order:{task.seed.id}").shuffle(shown)
    passages = [{"title": passage.heading, "text": passage.text} for passage in shown]
    user, assistant = SHOWN.render(passages=passages, answer=draft.answer, withheld=withheld)
    return replace(draft, context=user["content"], answer=assistant["content"])


def _says(passages: Sequence[Passage], quote: str) -> bool:
    return any(find_quote(quote, passage.text) is not None for passage in passages)
