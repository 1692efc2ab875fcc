"""The method ``multihop``: a question over two passages that name the same thing.

Paths over shared entities make questions that no single document answers (GraphGen, arXiv
2505.20416). Evidence of both passages is required, so a question that needs one only is sent back.
"""

from __future__ import annotations

from collections.abc import Iterable

from configs.errors import ParseError
from configs.methods import Method
from configs.recipe import Recipe
from generators.catalogue import Entry, styles_of
from generators.examples import example
from generators.library import Library
from generators.linking import linked
from generators.prompts import load_prompt
from generators.replies import QUOTES, TEXT, Draft, form, read_form
from generators.seeds import Option
from generators.teacher import Request, Task
from generators.writing import REPAIR, about_passage
from store.corpus import Document
from store.quotes import find_quote
from store.splits import split_of

PROMPT = load_prompt("multihop/question@1.0.0")
SCHEMA = form(quotes={**QUOTES, "minItems": 2}, question=TEXT, answer=TEXT)


def offer(
    library: Library, document: Document, method: Method, recipe: Recipe, sample: int
) -> Iterable[Option]:
    """Each passage with the one that is linked to it by the rarest name, in the next round with the
    next one; both of one split, so that no record spans two.
    """
    split = split_of(document.id, recipe.splits, recipe.seed)
    for passage in library.corpus.passages_of(document.id):
        near = [
            (name, other)
            for name, other in linked(passage, library.naming)
            if split_of(other.document_id, recipe.splits, recipe.seed) == split
        ]
        for name, other in near[sample : sample + 1]:
            for style in styles_of(method):
                yield Option(method.name, style, passage.id, others=(other.id,), asked=name)


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
    for passage in (task.passage, *(other for _, other in task.others)):
        if not any(find_quote(quote, passage.text) for quote in said["quotes"]):
            raise ParseError(f'- quotes: none of them is from the passage "{passage.heading}"')
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
