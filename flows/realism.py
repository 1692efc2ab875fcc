"""How real users write, how far the prompts of a version are from it, and what they leave out.

What users wrote is scrubbed of personal data before anything looks at it. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from configs.errors import ConfigError
from configs.recipe import Recipe
from filters.scrubbing import scrubbed
from flows import steps
from flows.progress import report
from flows.realism_topics import Topic, placed
from flows.recorded import recorded_recipe
from flows.workspace import workspace
from store.corpus import Corpus
from store.embedding import embedder
from store.records import HUMAN
from store.stages import Vectors
from store.twins import MESSY
from store.user_inputs import InputProfile
from store.user_messages import read_messages
from store.versions import Version, find_version
from verifiers.realism import compared, profiles_of, tell_apart
from verifiers.realism.blind_spots import blind_spots
from verifiers.realism.discriminator import FAIL, Told
from verifiers.realism.distances import Distance

FEW = 50
"""Messages below which shares are hardly more than chance."""


@dataclass(frozen=True)
class Sample:
    """A sample of real messages without personal data, and where it was read; ``masked`` counts
    those that had some.
    """

    messages: tuple[str, ...]
    masked: int
    path: Path
    column: str | None = None


@dataclass(frozen=True)
class Realism:
    """A version's prompts beside a sample: their profiles, the distance in each feature, how well a
    classifier tells them apart, and the topics that only real users ask about. ``table`` is what
    they were read of, ``note`` says what could not be looked at.
    """

    version: Version
    recipe: Recipe
    table: str
    real: InputProfile
    synthetic: InputProfile
    distances: Sequence[Distance]
    told: Told
    topics: Sequence[Topic]
    limit: float
    note: str = ""

    @property
    def over(self) -> list[Distance]:
        """Features that are farther from the sample than the limit."""
        return [one for one in self.distances if one.is_over(self.limit)]

    @property
    def fails(self) -> bool:
        """Whether the prompts are unlike those of real users."""
        return bool(self.over) or (self.told.form or 0.0) > FAIL or (self.told.text or 0.0) > FAIL


def read_sample(path: str, column: str | None) -> Sample:
    """The messages of a file, scrubbed.

    Raises:
        ConfigError: it cannot be read or holds no messages; says where.
    """
    found = read_messages(path, column)
    if not found:
        raise ConfigError(f"{path} holds no messages; give a file with at least {FEW}")
    clean = tuple(map(scrubbed, found))
    return Sample(
        clean, sum(one != two for one, two in zip(found, clean, strict=True)), Path(path), column
    )


def profile_alone(sample: Sample) -> InputProfile:
    """How the messages of a sample are written."""
    report("reading messages", 0, 1)
    return profiles_of([sample.messages])[0]


def measure(sample: Sample, spec: str, output: Path, limit: float, table: str | None) -> Realism:
    """Hold the prompts of a version against a sample: those of ``table``, by default of its messy
    twins where it has them.

    Raises:
        ConfigError: there is no such version or table, or it holds no synthetic prompts.
    """
    version = find_version(output, spec)
    recipe = recorded_recipe(version)
    name, prompts = _prompts(version, table)
    corpus, note = _corpus(recipe)
    known = [one.text for one in workspace(recipe).corpus(corpus).documents] if corpus else []
    report("reading messages", 0, 1)
    real, synthetic = profiles_of([sample.messages, prompts["question"].to_list()], known)
    pair = (real, synthetic)
    report("telling real from synthetic", 0, 1)
    told = tell_apart(sample.messages, prompts["question"].to_list(), pair, recipe.seed)
    far = compared(*pair, recipe.seed)
    topics = _topics(sample, prompts, recipe, corpus)
    return Realism(version, recipe, name, real, synthetic, far, told, topics, limit, note)


def _prompts(version: Version, table: str | None) -> tuple[str, pl.DataFrame]:
    """The synthetic rows of a table that has prompts, and its name."""
    name = table or (MESSY if MESSY in version.folders else "data")
    if name not in version.folders:
        raise ConfigError(
            f"{version.name} has no table {name!r}; there are {', '.join(sorted(version.folders))}"
        )
    rows = version.table(name)
    if "question" not in rows.columns:
        raise ConfigError(f"the rows of {name!r} have no prompts; give data or {MESSY}")
    rows = rows.filter(pl.col("origin") != HUMAN)
    if not len(rows):
        raise ConfigError(f"{version.name} has no synthetic rows in {name!r} to compare")
    return name, rows


def _corpus(recipe: Recipe) -> tuple[str, str]:
    """The shard of the corpus as it is now; none, and why, where it cannot be read any more."""
    try:
        return steps.read_corpus(recipe), ""
    except ConfigError as error:
        said = str(error).partition("\n")[0]
        return (
            "",
            f"the corpus of {recipe.name} cannot be read, so topics have no documents: {said}",
        )


def _topics(sample: Sample, prompts: pl.DataFrame, recipe: Recipe, corpus: str) -> Sequence[Topic]:
    """Blind spots with the documents that are about them."""
    space = workspace(recipe)
    # What real users wrote leaves nothing behind, not even vectors.
    own = embedder(recipe.embedding, report, "embedding messages")(sample.messages)
    embed = embedder(recipe.embedding, report, "embedding prompts", space.kept_vectors)
    asked = embed(prompts["question"].to_list())
    spots = blind_spots(sample.messages, own, asked, recipe.seed)
    if not corpus:
        return [Topic(spot, (), False) for spot in spots]
    held: Corpus = space.corpus(corpus)
    passages: Vectors = space.vectors(steps.embed_passages(recipe, corpus))
    return placed(spots, own, prompts, asked, held, passages)
