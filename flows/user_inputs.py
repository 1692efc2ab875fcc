"""Real users' inputs in a build: their traits, and the messy twins that are asked like them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl
import pyarrow as pa

from configs.errors import ConfigError
from configs.recipe import Recipe
from configs.user_inputs import UserInputs
from filters.scrubbing import scrubbed
from flows.workspace import Workspace, workspace
from generators.messy.twins import said_in, twin_rows
from store.corpus import Corpus
from store.records import HUMAN, frame
from store.shards import shard_key
from store.twins import TWINS
from store.user_inputs import InputProfile, Traits
from store.user_messages import read_messages, state_of_messages
from verifiers.realism import compared, distances, profile_of, real_or_not, trait_reader

_STAGE, _VERSION = "user-inputs", "1"


@dataclass(frozen=True)
class Matched:
    """Messy twins by split, and what the manifest says of them; nothing where none are wanted."""

    splits: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    account: Mapping[str, Any] | None = None


def check_user_inputs(recipe: Recipe) -> None:
    """Look whether the sample of real messages can be read and is large enough.

    Raises:
        ConfigError: it is not; says what to do.
    """
    if recipe.user_inputs is not None:
        trait_reader([], [], recipe.language)("Can typos be counted here?")
        _messages(recipe.user_inputs)


def read_user_inputs(recipe: Recipe, corpus: str) -> str:
    """Store the traits of the real messages as a shard, whose words the corpus explains. No text of
    theirs is kept.

    Raises:
        ConfigError: the sample cannot be read or is too small.
    """
    assert recipe.user_inputs is not None
    space, settings = workspace(recipe), recipe.user_inputs
    state = state_of_messages(settings.path)

    def make() -> dict[str, pa.Table]:
        found = profile_of(_messages(settings), _texts(space.corpus(corpus)))
        sample = {"state": state, "found": [found.found] * len(state)}
        return {
            "traits": pa.Table.from_pylist([asdict(one) for one in found.traits]),
            "sample": pa.table(sample),
        }

    asked = [settings.column, recipe.language, state]
    return space.shards.once(shard_key(_STAGE, _VERSION, asked, [corpus]), make)


def match(
    recipe: Recipe, space: Workspace, key: str, splits: Mapping[str, pl.DataFrame], corpus: Corpus
) -> Matched:
    """Messy twins of all records, split by split; ``key`` is the shard of the real traits."""
    if recipe.user_inputs is None or not key:
        return Matched()
    real, sample = _real(space, key)
    rows = {split: table.to_dicts() for split, table in splits.items()}
    clean = [text for split in rows.values() for text in _said(split)]
    measure = trait_reader(clean, _texts(corpus), recipe.language)
    # All splits draw together, so that small ones do not draw the same few messages.
    every = [row for split in rows.values() for row in split]
    twins = iter(twin_rows(every, real.traits, measure, recipe.seed))
    messy = {split: [next(twins) for _ in own] for split, own in rows.items()}
    said = [text for split in messy.values() for text in _said(split)]
    # Of all three the same share of the typos is found, so that they can be compared.
    profiles = {
        name: InputProfile(tuple(map(measure, texts)), real.found)
        for name, texts in (("clean", clean), ("messy", said))
    }
    noise = Counter(name for split in messy.values() for row in split for name in {*row["noise"]})
    account = {
        "messages": len(real.traits),
        "sample": sample,
        "prompts": len(clean),
        "noise": dict(sorted(noise.items())),
        **_compared(real, profiles, recipe.seed),
    }
    return Matched({split: frame(own, TWINS) for split, own in messy.items()}, account)


def _real(space: Workspace, key: str) -> tuple[InputProfile, list[str]]:
    """The profile of the real messages, and the files they came from."""
    traits = tuple(Traits(**row) for row in space.shards.table(key, "traits").to_pylist())
    sample = space.shards.table(key, "sample").to_pylist()
    return InputProfile(traits, sample[0]["found"]), [row["state"] for row in sample]


def notes(recipe: Recipe, account: Mapping[str, Any] | None) -> list[str]:
    """What people should know of how far the twins are from the sample."""
    if recipe.user_inputs is None or account is None:
        return []
    limit, warn = recipe.user_inputs.max_distance, recipe.user_inputs.auc_warn
    far = [
        f"{feature} {found['messy']:.2f}"
        for feature, found in account["distances"].items()
        if found["messy"] > max(limit, found["chance"])
    ]
    said = []
    if far:
        said.append(
            f"messy prompts are far from the users' sample in {', '.join(far)} (Jensen-Shannon "
            f"distance; limit {limit:g}); see docs/messy-inputs.md on what rules cannot give"
        )
    auc = account["auc"]
    if auc["messy"] is not None and auc["messy"] >= warn:
        said.append(
            f"a classifier tells messy prompts from the users' with AUC {auc['messy']:.2f} "
            f"(clean ones {auc['clean']:.2f}); limit {warn:g}"
        )
    return said


def held_back_by(recipe: Recipe, account: Mapping[str, Any] | None) -> str:
    """Why the version is not to be used as it is; empty where nothing speaks against it."""
    fail = recipe.user_inputs.auc_fail if recipe.user_inputs else None
    auc = account["auc"]["messy"] if account else None
    if fail is None or auc is None or auc < fail:
        return ""
    return (
        f"a classifier tells messy prompts from the users' with AUC {auc:.2f}, and user_inputs."
        f"auc_fail is {fail:g}"
    )


def _messages(settings: UserInputs) -> list[str]:
    """The real messages without personal data."""
    found = [scrubbed(text) for text in read_messages(settings.path, settings.column)]
    if len(found) < settings.least:
        raise ConfigError(
            f"user_inputs: {settings.path} holds {len(found):,} messages, and at least "
            f"{settings.least:,} are needed to know how users write; collect more, or set "
            "user_inputs.least"
        )
    return found


def _said(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """What machines had users say."""
    return [text for row in rows if row["origin"] != HUMAN for text in said_in(row)]


def _texts(corpus: Corpus) -> list[str]:
    return [document.text for document in corpus.documents]


def _compared(
    real: InputProfile, profiles: Mapping[str, InputProfile], seed: int
) -> dict[str, Any]:
    """Shares and distances by feature, with what chance gives for messy prompts, and how well a
    classifier tells each profile from the real one.
    """
    clean, messy = distances(real, profiles["clean"]), compared(real, profiles["messy"], seed)
    return {
        "shares": {
            name: {feature: dict(shares) for feature, shares in profile.shares.items()}
            for name, profile in {"real": real, **profiles}.items()
        },
        "distances": {
            one.feature: {"clean": clean[one.feature], "messy": one.value, "chance": one.chance}
            for one in messy
        },
        "auc": {name: real_or_not(real, profile, seed) for name, profile in profiles.items()},
    }
