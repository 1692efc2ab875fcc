"""The catalogue of methods: what each one is called, asks for, and how it asks.

A method is a module with an :class:`Entry` that an installed package names among its entry points
of the group ``stillhouse.methods``; ours stand in ``generators/methods/``, and anyone's own are
found in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from configs.errors import ConfigError
from configs.methods import GROUP, Method
from configs.model import Model
from configs.recipe import Recipe
from configs.teachers import MODELS
from generators.library import Library
from generators.seeds import Option
from generators.teacher import Request, Task
from generators.writing import Compose, Read, write
from store.corpus import Document, Passage
from store.prompts import Prompt


@dataclass(frozen=True, slots=True)
class Round:
    """A round of the plan at a document, with the method as the recipe sets it; rounds, numbered by
    ``sample``, count from 0.
    """

    library: Library
    document: Document
    method: Method
    recipe: Recipe
    sample: int

    @property
    def passages(self) -> Sequence[Passage]:
        """The passages of the document."""
        return self.library.corpus.passages_of(self.document.id)


Offer = Callable[[Round], Iterable[Option]]
"""What a method can ask in a round; one that has nothing more to ask gives nothing."""


def each_passage(round_: Round) -> Iterable[Option]:
    """The offer of a method that reads any passage: each one in each style, every round anew."""
    for style in styles_of(round_.method):
        for passage in round_.passages:
            yield Option(round_.method.name, style, passage.id, sample=round_.sample)


_Settings = TypeVar("_Settings", bound=BaseModel)


class NoSettings(Model):
    """The settings of a method that has none of its own."""


def _one(settings: BaseModel) -> int:
    return 1


@dataclass(frozen=True)
class Entry:
    """A method. ``paper`` is what it follows, ``inputs`` and ``outputs`` say what it reads and what
    a record holds, ``styles`` are their default shares; ``offer``, ``render`` and ``read`` are how
    it asks, ``compose`` what it does with them where one call is not enough; ``settings`` is the
    model of its own settings, and ``calls`` how many calls a record takes with them; ``corrects``
    says whether a record that failed verification can be asked for again, ``given`` whether the
    method takes prompts of one's own, ``scored`` are the styles that need somebody who scores, and
    ``teachers`` the kinds of teachers that can take it, by default all that are models;
    ``example`` is a record for the catalogue page.
    """

    summary: str
    paper: str
    inputs: str
    outputs: str
    styles: Mapping[str, float]
    prompts: tuple[Prompt, ...]
    render: Callable[[Task], Request]
    read: Read
    offer: Offer = each_passage
    compose: Compose = write
    settings: type[BaseModel] = NoSettings
    calls: Callable[[Any], int] = _one
    corrects: bool = False
    given: Literal["none", "needed"] = "none"
    scored: tuple[str, ...] = ()
    teachers: tuple[str, ...] = MODELS
    example: Mapping[str, Any] | None = None


@lru_cache
def catalogue() -> Mapping[str, Entry]:
    """All methods that are installed, by name.

    Raises:
        ConfigError: one cannot be imported, or is no Entry.
    """
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return {point.name: _load(point) for point in points}


def _load(point: EntryPoint) -> Entry:
    try:
        found = point.load()
    except Exception as error:
        raise ConfigError(
            f"method {point.name!r} ({point.value}) cannot be imported: {error}; mend the package "
            "it comes from or take it out"
        ) from error
    if not isinstance(found, Entry):
        raise ConfigError(
            f"method {point.name!r}: {point.value} is a {type(found).__name__}, and an Entry of "
            "generators.catalogue is needed"
        )
    return found


def check_methods(recipe: Recipe) -> None:
    """Look whether the methods of a recipe can be imported and have the styles it names.

    Raises:
        ConfigError: one cannot, has not, has other settings, or lacks the prompts it is to answer.
    """
    for method in recipe.methods:
        styles_of(method)
        entry = catalogue()[method.name]
        settings_of(method, entry.settings)
        if entry.given == "needed" and method.prompts is None:
            raise ConfigError(
                f"methods.{method.name}: it answers prompts of your own, and none are given; set "
                "`prompts: {name: own, path: questions.jsonl}`"
            )
        other_kinds = set(MODELS) - {*entry.teachers}
        others = [one.name for one in recipe.writers if one.kind in other_kinds]
        if others:
            raise ConfigError(
                f"methods.{method.name}: it needs teachers of kind {', '.join(entry.teachers)}, "
                f"and {', '.join(others)} is of another; give it a recipe of its own"
            )
        wants = sorted(styles_of(method).keys() & entry.scored)
        if wants and method.scoring is None:
            raise ConfigError(
                f"methods.{method.name}.scoring: the style {wants[0]!r} compares answers, and "
                "nobody scores them; set `scoring: {teacher: NAME}`, one of another model family"
            )
        if method.prompts is not None and entry.given == "none":
            raise ConfigError(
                f"methods.{method.name}.prompts: this method takes none; leave it out"
            )


def settings_of(method: Method, model: type[_Settings]) -> _Settings:
    """The method's own settings as its model reads them.

    Raises:
        ConfigError: they do not fit it, with the fields that are wrong.
    """
    try:
        return model.model_validate(method.settings)
    except ValidationError as error:
        where = f"methods.{method.name}.settings"
        told = [(".".join(map(str, (where, *e["loc"]))), e["msg"]) for e in error.errors()]
        there = ", ".join(model.model_fields) or "none"
        said = "\n".join(f"{field}: {what}" for field, what in told)
        raise ConfigError(f"{said}\nits settings are: {there}") from None


def styles_of(method: Method) -> dict[str, float]:
    """The styles of a method with their shares, those of the recipe or else its own.

    Raises:
        ConfigError: the recipe names a style that the method does not have.
    """
    own = catalogue()[method.name].styles
    unknown = sorted(method.styles.keys() - own.keys())
    if unknown:
        raise ConfigError(
            f"methods.{method.name}.styles: there is no style {', '.join(map(repr, unknown))}; "
            f"there are: {', '.join(own)}"
        )
    return {name: share for name, share in (method.styles or own).items() if share}
