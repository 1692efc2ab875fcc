"""The method ``multihop``: a question over two passages that name the same thing.

Paths over shared entities make questions that no single document answers (GraphGen, arXiv
2505.20416). Evidence of both passages is required, so a question that needs one only is sent back.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice, product

from configs.errors import ParseError
from generators.catalogue import Entry, Round, styles_of
from generators.examples import example
from generators.linking import linked, only_in
from generators.prompts import load_prompt
from generators.replies import QUOTES, TEXT, Draft, form, read_form
from generators.seeds import Option
from generators.teacher import Request, Task
from generators.writing import REPAIR, about_passage
from store.splits import split_of

PROMPT = load_prompt("multihop/question@1.0.0")
SCHEMA = form(quotes={**QUOTES, "minItems": 2}, question=TEXT, answer=TEXT)


def offer(round_: Round) -> Iterable[Option]:
    """Each passage with the one that is linked to it by the rarest name, in the next round with the
    next one; both of one split, so that no record spans two.
    """
    splits, seed = round_.recipe.splits, round_.recipe.seed
    own = split_of(round_.document.id, splits, seed)
    for passage, style in product(round_.passages, styles_of(round_.method)):
        near = linked(passage, round_.library.naming)
        same = (link for link in near if split_of(link[1].document_id, splits, seed) == own)
        for name, other in islice(same, round_.sample, round_.sample + 1):
            yield Option(round_.method.name, style, passage.id, others=(other.id,), asked=name)


def render(task: Task) -> Request:
    """Both passages and what links them."""
    each = (task.passage, *(other for _, other in task.others))
    passages = [{"title": passage.heading, "text": passage.text} for passage in each]
    return about_passage(task, PROMPT, SCHEMA, entity=task.seed.asked, passages=passages)


def read(text: str, task: Task) -> Draft:
    """The draft in a reply, what links its passages among the notes.

    Raises:
        ParseError: it breaks the schema or quotes one passage only; fit to send back.
    """
    said, rung = read_form(text, SCHEMA)
    both = (task.passage, *(other for _, other in task.others))
    for passage in both:
        elsewhere = [other.text for other in both if other is not passage]
        if not any(only_in(quote, passage.text, elsewhere) for quote in said["quotes"]):
            raise ParseError(f'- quotes: none is of "{passage.heading}" alone, and a phrase long')
    notes = {"entity": task.seed.asked}
    return Draft(said["question"], said["answer"], said["quotes"], rung, notes=notes)


ENTRY = Entry(
    summary="A question that two passages answer together, with quotes of both.",
    paper="GraphGen, arXiv 2505.20416",
    inputs="passages of two documents that name the same thing",
    outputs="question, answer, quotes, metadata.entity",
    styles={"bridge": 1.0},
    prompts=(PROMPT, REPAIR),
    offer=offer,
    render=render,
    read=read,
    example=example("multihop"),
)
