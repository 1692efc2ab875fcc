"""From a golden case to what is asked for: a seed as the plan would have dealt it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from configs.cases import Case, OwnDocument
from configs.errors import ConfigError
from configs.methods import Method
from configs.recipe import Recipe
from generators.catalogue import Round, catalogue, styles_of
from generators.conditions import draw
from generators.facts import Fact
from generators.library import Library
from generators.plan import entry_teachers
from generators.seeds import Option, Seed
from store.corpus import Document
from store.text import sha256


def own_documents(cases: Iterable[Case]) -> Iterator[Document]:
    """The documents that only the cases have."""
    for case in cases:
        if isinstance(case.document, OwnDocument):
            yield Document(document_of(case), case.document.title, case.document.text)


def document_of(case: Case) -> str:
    """Id of the document that a case is about."""
    return f"case:{case.id}" if isinstance(case.document, OwnDocument) else case.document


def seed_of(case: Case, library: Library, recipe: Recipe, repeat: int) -> Seed:
    """The seed of a replay of a case, for the recipe's first teacher. Its id depends on nothing
    that the case expects, so that a changed expectation asks for nothing anew.

    Raises:
        ConfigError: there is no such document, passage, method, style or fact; the message begins
            with the field.
    """
    document = document_of(case)
    if document not in library.corpus.document:
        raise ConfigError(f"document: the corpus has none of the id {document!r}")
    option = _option(case, document, library, recipe)
    teacher = entry_teachers(recipe)[0]
    id_ = sha256(repr(("case", recipe.seed, case.id, repeat)))[:16]
    drawn = draw(recipe, id_) if teacher.is_model else ()
    return Seed(
        id=id_,
        method=option.method,
        style=option.style,
        teacher=teacher.name,
        document_id=document,
        passage_id=option.passage_id,
        fact=option.fact,
        other_id=option.other_id,
        other_fact=option.other_fact,
        sample=repeat,
        asked=option.asked,
        others=option.others,
        conditions=drawn,
    )


def _option(case: Case, document: str, library: Library, recipe: Recipe) -> Option:
    """What the case sets down itself, or the first that its method offers and that fits."""
    method = _method(case, recipe)
    style = _style(case, method)
    passages = [passage.id for passage in library.corpus.passages_of(document)]
    if case.passage is not None and case.passage >= len(passages):
        raise ConfigError(f"passage: {document!r} has {len(passages)} of them, counted from 0")
    if case.asked:
        unknown = [id_ for id_ in case.others if id_ not in library.corpus.passage]
        if unknown:
            raise ConfigError(f"others: the corpus has no passage {', '.join(unknown)}")
        asked = case.asked if isinstance(case.asked, str) else orjson.dumps(case.asked).decode()
        at = passages[case.passage or 0]
        return Option(method.name, style, at, asked=asked, others=case.others)
    wanted = None if case.passage is None else passages[case.passage]
    offer = catalogue()[method.name].offer
    for option in offer(Round(library, library.corpus.document[document], method, recipe, 0)):
        fact = library.facts[document][option.fact] if option.fact >= 0 else None
        placed = wanted is None or option.passage_id == wanted
        if option.style == style and placed and _is_fact(case, fact):
            return option
    about = f" about {case.fact!r}" if case.fact else ""
    raise ConfigError(
        f"document: {method.name} offers nothing{about} in the style {style!r} for {document!r}; "
        "name another fact, passage or style, or set down what is `asked`"
    )


def _is_fact(case: Case, fact: Fact | None) -> bool:
    """Whether an option is about what the case names; one that names no fact takes any."""
    return not case.fact or (fact is not None and fact.attribute.startswith(case.fact))


def _method(case: Case, recipe: Recipe) -> Method:
    named = {method.name: method for method in recipe.methods}
    if case.method and case.method not in named:
        raise ConfigError(f"method: the recipe has no {case.method!r}; it has: {', '.join(named)}")
    return named[case.method] if case.method else recipe.methods[0]


def _style(case: Case, method: Method) -> str:
    """The style of the case; any that the method has may be tried, also where the recipe gives it
    no share.
    """
    every = catalogue()[method.name].styles
    if case.style and case.style not in every:
        raise ConfigError(f"style: {method.name} has no {case.style!r}; it has: {', '.join(every)}")
    return case.style or next(iter(styles_of(method)))
