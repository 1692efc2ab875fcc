"""Reference sets of a recipe as shards: read once, embedded once, pinned by what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import polars as pl
import pyarrow as pa

from configs.recipe import Recipe
from configs.references import ReferenceSet
from filters.scrubbing import scrubbed
from flows.progress import report
from flows.workspace import Workspace, workspace
from store.embedding import embedder
from store.records import REFERENCES, to_arrow
from store.references import pinned, read_reference, state_of, with_vectors
from store.shards import Shards, shard_key
from store.stages import no_references
from store.text import digest

Role = Literal["references", "held-out", "control", "prompts"]
ROLES: tuple[Role, ...] = ("references", "held-out", "control", "prompts")
_VERSION, _SCRUBBED = "1", "2"
_WRITTEN = ("question", "answer")
_OLD = "references-"


def sets_of(recipe: Recipe, role: Role) -> tuple[ReferenceSet, ...]:
    """The sets a recipe names for a role: what records may not copy (the anchor, and those of
    ``filters.against``), evaluation sets, the clean rows that show false alarms, or prompts.
    """
    if role == "prompts":
        return tuple(method.prompts for method in recipe.methods if method.prompts)
    clean = recipe.filters.decontamination
    if role == "references":
        return (*((recipe.anchor,) if recipe.anchor else ()), *recipe.filters.against)
    if clean is None or not clean.sets:
        return ()
    return clean.sets if role == "held-out" else (clean.control,) if clean.control else ()


def read_references(recipe: Recipe, role: Role) -> str:
    """Read and embed the sets of a role and store them as one shard.

    Versions and files that have not changed are not read again; ``qa`` without a number means the
    version that is the latest now.

    Raises:
        ConfigError: a set is not there, is empty, or has a row without a question.
    """
    space = workspace(recipe)
    sets = [pinned(reference, recipe.output) for reference in sets_of(recipe, role)]
    read: dict[str, pl.DataFrame] = {}
    about: list[dict[str, Any]] = []
    for i, reference in enumerate(sets):
        report(f"reading {role}", i, len(sets))
        state = state_of(reference, recipe.output)
        if state is None:
            read[reference.name] = read_reference(reference, recipe.output)
            state = [f"{reference.hub} sha256 {digest(read[reference.name].rows())}"]
        licence = reference.licence or ""
        about.append({"set": reference.name, "role": role, "state": state, "licence": licence})
    report(f"reading {role}", len(sets), len(sets))

    def make() -> dict[str, pa.Table]:
        rows = pl.concat(
            read[each.name] if each.name in read else read_reference(each, recipe.output)
            for each in sets
        )
        if role == "prompts":
            rows = _scrubbed(rows)
        embed = embedder(recipe.embedding, report, f"embedding {role}", space.kept_vectors)
        whole = with_vectors(rows, embed, answers=role == "references")
        return {
            "records": to_arrow(rows, REFERENCES),
            "vectors": whole.select("embedding").to_arrow(),
            "sets": pa.Table.from_pylist(about),
        }

    # A licence or a path does not change what a row says; a field does.
    fields = [reference.model_dump(mode="json", exclude={"licence", "path"}) for reference in sets]
    model = recipe.embedding.model_dump(mode="json", exclude={"batch_tokens"})
    version = _SCRUBBED if role == "prompts" else _VERSION
    key = shard_key(role, version, [fields, model, about], [])
    return space.shards.once(key, make)


def with_standing(recipe: Recipe, references: Sequence[str], name: str, standing: str) -> list[str]:
    """The shards of the sets, with the records of a shard ``standing`` that no verdict drops among
    those that may not be repeated, as the set ``name``.
    """
    space = workspace(recipe)
    before = [key for key in references if key.startswith(_OLD)]

    def make() -> dict[str, pa.Table]:
        dropped = space.shards.frame([standing], "verdicts").filter(pl.col("decision") == "drop")
        kept = space.shards.frame([standing], "records").with_columns(set=pl.lit(name))
        kept = kept.filter(~pl.col("id").is_in(dropped["record_id"].implode()))
        embed = embedder(recipe.embedding, report, "embedding standing records", space.kept_vectors)
        whole = with_vectors(kept.select(REFERENCES.names), embed, answers=True)
        old = [_rows(space.shards, key) for key in before]
        rows = pl.concat([*old, whole])
        about = {
            "set": name,
            "role": "references",
            "state": [f"{name}, as it stands"],
            "licence": "",
        }
        sets = [row for key in before for row in space.shards.table(key, "sets").to_pylist()]
        return {
            "records": to_arrow(rows, REFERENCES),
            "vectors": rows.select("embedding").to_arrow(),
            "sets": pa.Table.from_pylist([*sets, about]),
        }

    model = recipe.embedding.model_dump(mode="json", exclude={"batch_tokens"})
    key = shard_key("references", _VERSION, [name, model], [*before, standing])
    return [*(one for one in references if one not in before), space.shards.once(key, make)]


def _scrubbed(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows without the personal data of those who wrote them: teachers are shown their questions,
    and records hold them.
    """
    texts = (pl.Series(name, [*map(scrubbed, rows[name])], pl.String) for name in _WRITTEN)
    return rows.with_columns(*texts)


def rows_of(space: Workspace, references: Sequence[str], role: Role) -> pl.DataFrame:
    """The rows of a role with ``embedding``, an empty frame where there are none."""
    found = next((key for key in references if key.startswith(f"{role}-")), None)
    return _rows(space.shards, found) if found else no_references()


def anchor_of(space: Workspace, recipe: Recipe, references: Sequence[str]) -> pl.DataFrame | None:
    """The rows of the recipe's anchor with ``embedding``, None where it has none."""
    if recipe.anchor is None:
        return None
    return rows_of(space, references, "references").filter(pl.col("set") == recipe.anchor.name)


@lru_cache(maxsize=4)
def _rows(shards: Shards, key: str) -> pl.DataFrame:
    return shards.frame([key], "records").hstack(shards.frame([key], "vectors"))


def described(space: Workspace, references: Sequence[str]) -> list[dict[str, Any]]:
    """What was held against the records: each set with its role, rows, licence and state."""
    found = []
    for key in references:
        counts = dict(_rows(space.shards, key).group_by("set").len().iter_rows())
        rows = space.shards.table(key, "sets").to_pylist()
        found += [{**row, "rows": counts.get(row["set"], 0)} for row in rows]
    return found
