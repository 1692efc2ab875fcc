"""What a call costs: the recipe's own price, else a dated table, else a library of prices.

Tables are YAML files with the day and the source of their figures; a recipe may name its own in
``budget.prices``, which comes before the shipped ``configs/prices.yaml``. Models in neither are
looked up in the package genai-prices, which works offline. A model without a price has no price:
it is never taken as free.
"""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

import configs
from configs.errors import ConfigError
from configs.model import Model
from configs.teachers import Budget, Teacher
from store.journal import Reply

_SHIPPED = Path(str(configs.__file__)).parent / "prices.yaml"
_CACHE_WRITE = 1.25
"""Writing input to a cache costs a quarter more (Anthropic, five minutes)."""
_BATCH_FACTOR = 0.5
"""Both providers' batch APIs bill half of the usual price."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, with the source of the figures and their day."""

    input: float
    output: float
    cached: float
    source: str
    factor: float = 1.0

    def usd(self, reply: Reply) -> float:
        """What a reply cost; tokens read from a cache have their own price."""
        written = reply.cache_write_tokens
        fresh = max(0, reply.input_tokens - reply.cached_tokens - written)
        sum_ = (fresh + _CACHE_WRITE * written) * self.input + reply.cached_tokens * self.cached
        return self.factor * (sum_ + reply.output_tokens * self.output) / 1e6

    def worst_usd(self, tokens_in: int, tokens_out: int) -> float:
        """What a call can cost at most."""
        dearest = max(_CACHE_WRITE * self.input, self.cached)
        return self.factor * (tokens_in * dearest + tokens_out * self.output) / 1e6


class Entry(Model):
    """One model of a price table, in US dollars per million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached_input: float | None = Field(None, ge=0)


class Table(Model):
    """A price table: its day, its source, and models by the names that are sent to servers."""

    as_of: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    source: str = Field(min_length=1)
    models: dict[str, Entry]


def price_of(teacher: Teacher, budget: Budget) -> Price | None:
    """The price of a teacher's tokens, or None where nobody knows it.

    Raises:
        ConfigError: none is known, and the recipe has a budget in money.
    """
    found = _from_recipe(teacher) or _from_tables(teacher, budget) or _from_library(teacher)
    if found is None and budget.max_usd is not None:
        raise ConfigError(
            f"a budget in money needs the price of teacher {teacher.name!r}, and no table knows "
            f"model {teacher.model!r}: set usd_per_million_input and usd_per_million_output "
            "(0 for a free server), or name a table in budget.prices"
        )
    return found


def _factor(teacher: Teacher) -> float:
    return _BATCH_FACTOR if teacher.mode == "batch" else 1.0


def _from_recipe(teacher: Teacher) -> Price | None:
    given, made = teacher.usd_per_million_input, teacher.usd_per_million_output
    if given is None or made is None:
        return None
    return Price(given, made, given, "the recipe", _factor(teacher))


def _from_tables(teacher: Teacher, budget: Budget) -> Price | None:
    for path in (budget.prices, _SHIPPED):
        table = read_table(path) if path else None
        entry = table.models.get(str(teacher.model)) if table else None
        if table and entry:
            cached = entry.input if entry.cached_input is None else entry.cached_input
            source = f"{table.source} ({table.as_of})"
            return Price(entry.input, entry.output, cached, source, _factor(teacher))
    return None


def read_table(path: Path) -> Table:
    """A price table from a file.

    Raises:
        ConfigError: it is missing or not of the form of :class:`Table`.
    """
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        return Table.model_validate(data)
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ConfigError(f"{path}: cannot read the price table: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigError(f"{path}: price table, {where or 'the file'}: {first['msg']}") from None


def _from_library(teacher: Teacher) -> Price | None:
    from genai_prices import Usage, calc_price

    def million(**tokens: int) -> float:
        usage = Usage(**tokens)
        url = str(teacher.base_url)
        return float(
            calc_price(usage, model_ref=str(teacher.model), provider_api_url=url).total_price
        )

    try:
        given, made = million(input_tokens=10**6), million(output_tokens=10**6)
        cached = million(input_tokens=10**6, cache_read_tokens=10**6)
    except LookupError:
        return None
    source = f"genai-prices {importlib.metadata.version('genai-prices')}"
    return Price(given, made, cached, source, _factor(teacher))
