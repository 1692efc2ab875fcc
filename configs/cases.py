"""Golden cases of a recipe: what it must accept and what it must reject, written by people.

The models are what the files in ``data/cases`` hold; docs/cases.md says how to write one.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from configs.model import Model


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class OwnDocument(Model):
    """A document that only the cases have; it joins the corpus that claims are held against."""

    title: str = Field(min_length=1, description="What the document is called.")
    text: str = Field(min_length=1, description="Its text, as Markdown.")


class Wording(Model):
    """Regular expressions about a text; each is searched for anywhere in it."""

    must: tuple[Pattern, ...] = Field((), description="Patterns that are all found.")
    must_not: tuple[Pattern, ...] = Field((), description="Patterns of which none is found.")


class Case(Model):
    """One thing to ask for, and what is to become of it."""

    id: str = Field(
        pattern=r"^[a-z0-9][a-z0-9._-]*$", description="Its name in this file: a-z, 0-9, dot, _, -."
    )
    why: str = Field("", description="What the case guards against, for whoever sees it fail.")
    document: str | OwnDocument = Field(
        description="Id of a document of the recipe's corpus, or one of the case's own."
    )
    passage: int | None = Field(
        None, ge=0, description="Number of its passage; by default the first that fits."
    )
    method: str = Field("", description="By default the recipe's first.")
    style: str = Field("", description="By default the method's first in the recipe.")
    fact: str = Field(
        "", description="Attribute of the fact to ask for, or how it begins, such as `Mean radius`."
    )
    asked: str | tuple[Any, ...] | dict[str, Any] = Field(
        "", description="What a seed sets down: a prompt, seed tasks, attributes, a shared name."
    )
    others: tuple[str, ...] = Field(
        (), description="Passages of other documents that are shown, as `titan.md#1`."
    )
    expect: Literal["accept", "reject"] = Field(description="What is to become of the record.")
    reasons: tuple[str, ...] = Field(
        (), description="For `reject`: reason codes, one of which must be given."
    )
    question: Wording = Field(default_factory=Wording, description="For `accept`: its question.")
    answer: Wording = Field(default_factory=Wording, description="For `accept`: its answer.")
    replies: tuple[str | dict[str, Any], ...] = Field(
        (), description="What the teacher said, call by call, as text or JSON; nobody is asked."
    )
    ended: Literal["stop", "length", "content_filter", "refusal"] = Field(
        "stop", description="How the last of the replies ended."
    )
    known_gap: str = Field(
        "", description="Why the case fails today; it is then counted apart until it passes."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.expect == "reject") != bool(self.reasons):
            raise ValueError(
                "`expect: reject` needs `reasons`, such as [contradicted]; accept has none"
            )
        if self.expect == "reject" and (self.question != Wording() or self.answer != Wording()):
            raise ValueError("`question` and `answer` are looked at where `expect` is accept")
        if self.ended != "stop" and not self.replies:
            raise ValueError("`ended` says how fixed `replies` ended, and there are none")
        if self.others and not self.asked:
            raise ValueError("`others` are shown for what is `asked`; give that, too")
        return self


class Cases(Model):
    """A file of cases."""

    cases: tuple[Case, ...] = Field(min_length=1, description="The cases, in the order shown.")

    @model_validator(mode="after")
    def _different(self) -> Self:
        ids = [case.id for case in self.cases]
        twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
        if twice:
            raise ValueError(f"two cases are called {', '.join(twice)}; give each its own id")
        return self
