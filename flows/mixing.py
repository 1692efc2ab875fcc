"""Real rows in a version: kept by every later one, held out for real-only splits, and mixed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from configs.errors import ConfigError
from configs.recipe import Recipe
from filters.privacy import find_personal
from flows.real_rows import held_splits, owed_rows, refuse_made
from store.records import HUMAN, RECORDS, frame
from store.text import digest, sha256
from store.versions import Version


def real_splits(recipe: Recipe, anchor: pl.DataFrame | None) -> dict[str, pl.DataFrame]:
    """The anchor's rows as records, by split; those with personal data are left out.

    A row's split depends on its question alone: ids may be numbers that move when rows are added,
    and one question in two rows must not be both trained on and tested.
    """
    if recipe.mixing is None or anchor is None:
        return {}
    rows = frame([_record(row, recipe) for row in _clean(anchor, recipe)], RECORDS)
    rows = rows.unique("id", keep="first").sort("id")
    held = recipe.splits.real_only
    names = [_split(asked, held, recipe.mixing.held_out) for asked in rows["question"].to_list()]
    split = pl.Series(names, dtype=pl.String)
    return {name: rows.filter(split == name) for name in ("train", *held)}


def together(
    splits: Mapping[str, pl.DataFrame], real: Mapping[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """Synthetic and real rows by split, in the order of their ids."""
    return {
        name: pl.concat([rows, real[name]]).sort("id") if name in real else rows
        for name, rows in splits.items()
    }


def variants(
    recipe: Recipe, splits: Mapping[str, pl.DataFrame], real: Mapping[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """Training sets of equal size with other shares of real rows, by configuration.

    The rows of a smaller share are among those of a larger one, so that students differ by the
    mix and not by which rows were drawn.
    """
    if recipe.mixing is None or not real:
        return {}
    people, machines = _shuffled(real["train"]), _shuffled(splits["train"])
    size = min(len(people), len(machines))
    found = {}
    for share in recipe.mixing.real_shares if size else ():
        count = round(share * size)
        rows = pl.concat([people.head(count), machines.head(size - count)])
        found[f"real_{100 * share:g}".replace(".", "_")] = rows.sort("id")
    return found


def lineage(
    splits: Mapping[str, pl.DataFrame], parent: Version | None, reason: str
) -> dict[str, Any]:
    """How much of a version was made by machines, at which depth, and the real rows before."""
    rows = pl.concat(list(splits.values()))
    made = rows.filter(pl.col("origin") != HUMAN)
    depths = made["generation_depth"].value_counts().sort("generation_depth")
    return {
        "real_rows": len(rows) - len(made),
        "synthetic_rows": len(made),
        "synthetic_share": len(made) / max(1, len(rows)),
        "depths": {str(depth): int(count) for depth, count in depths.iter_rows()},
        "parent_real_rows": _real_rows(parent),
        "reason": reason,
    }


def check_accumulates(recipe: Recipe, anchor: pl.DataFrame | None, reason: str) -> None:
    """Refuse a version that gives up real rows of earlier ones, before anything is paid.

    Replacing real rows is what makes errors grow with each generation; adding to them keeps them
    bounded (Gerstgrasser et al. 2024, arXiv 2404.01413).

    Raises:
        ConfigError: real rows are gone, would be trained on after being held out, or would lose a
            split of their own, and no reason is given; or the anchor has rows that machines wrote.
    """
    splits = real_splits(recipe, anchor)
    owed = owed_rows(recipe.output, recipe.name)
    rows = pl.concat([frame([], RECORDS), *splits.values()])
    new = rows.filter(~pl.col("id").is_in(owed["id"].implode()))
    if len(new):
        refuse_made(recipe, new)
    if not reason:
        _refuse_loss(recipe, owed, rows)
        _refuse_training(recipe, owed, splits)


def _refuse_loss(recipe: Recipe, owed: pl.DataFrame, rows: pl.DataFrame) -> None:
    gone = owed.filter(~pl.col("id").is_in(rows["id"].implode()))
    if len(gone):
        holders = sorted(gone["version"].unique(), key=lambda name: int(name.rpartition("-v")[2]))
        raise ConfigError(
            f"{recipe.name} would have {len(rows):,} real rows, and its versions have "
            f"{len(owed):,}, of which {len(gone):,} are gone (last in {', '.join(holders[-3:])}): "
            "real rows are added to, never replaced. Put them back into the anchor (and `mixing` "
            'into the recipe), or say why with --reason "..."; the manifest keeps it'
        )


def _refuse_training(
    recipe: Recipe, owed: pl.DataFrame, splits: Mapping[str, pl.DataFrame]
) -> None:
    held = owed.filter(pl.col("split") != "train")
    trained = set(held["id"]) & set(splits["train"]["id"]) if splits else set()
    opened = held_splits(recipe.output, recipe.name) - set(recipe.splits.real_only)
    if trained:
        raise ConfigError(
            f"{recipe.name} would train on {len(trained):,} real rows that an earlier version held "
            "out: set `mixing.held_out` and `splits.real_only` back, or say why with "
            '--reason "..."; the manifest keeps it'
        )
    if len(held.filter(pl.col("split").is_in(sorted(opened)))):
        raise ConfigError(
            f"{recipe.name} would let synthetic rows into {', '.join(sorted(opened))}, which its "
            "latest version keeps for real rows: set `splits.real_only` back, or say why with "
            '--reason "..."; the manifest keeps it'
        )


def notes(recipe: Recipe, found: Mapping[str, Any]) -> list[str]:
    """What people should know of the mix."""
    if recipe.mixing is None or found["synthetic_share"] <= recipe.mixing.max_synthetic:
        return []
    most = recipe.mixing.max_synthetic
    return [f"{found['synthetic_share']:.1%} of the rows are synthetic, more than {most:.0%}"]


def _real_rows(version: Version | None) -> int:
    return int(version.manifest.get("lineage", {}).get("real_rows", 0)) if version else 0


def _clean(anchor: pl.DataFrame, recipe: Recipe) -> list[dict[str, Any]]:
    """Rows with an answer, and none of the personal data that records are dropped for."""
    privacy = recipe.filters.privacy
    rows = anchor.filter(pl.col("answer").fill_null("") != "").to_dicts()
    if privacy is None:
        return rows
    texts = (f"{row['question']}\n{row['answer']}" for row in rows)
    return [
        row
        for row, text in zip(rows, texts, strict=True)
        if next(find_personal(text, privacy), None) is None
    ]


def _record(row: Mapping[str, Any], recipe: Recipe) -> dict[str, Any]:
    """A row of the anchor as a record: a person wrote it, and nothing else is known of it."""
    said = {"user": row["question"], "assistant": row["answer"]}
    blank: dict[str, Any] = {
        field.name: [] if "list" in str(field.type) else "" for field in RECORDS
    }
    return blank | {
        "id": _id(row["question"], row["answer"]),
        "messages": [{"role": role, "content": text} for role, text in said.items()],
        "question": row["question"],
        "answer": row["answer"],
        "method": "anchor",
        "style": HUMAN,
        "generation_mode": HUMAN,
        "generation_depth": 0,
        "origin": HUMAN,
        "tier": 0,
        "seed_id": f"{row['set']}:{row['id']}",
        "language": recipe.language,
        "valid_as_of": None,
        "metadata": "{}",
        "tools": "[]",
    }


def _id(question: str, answer: str) -> str:
    """A real row's id: what it says, wherever it lies and whatever it is called there."""
    return f"real-{digest([question, answer])[:16]}"


def _split(question: str, held: tuple[str, ...], share: float) -> str:
    asked = " ".join(question.casefold().split())
    draw = int(sha256(f"held-out:{asked}")[:12], 16) / 16**12
    if not held or draw >= share:
        return "train"
    return held[int(draw / share * len(held))]


def _shuffled(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in an order that has nothing to do with what they say."""
    order = pl.Series([sha256(id_) for id_ in rows["id"].to_list()], dtype=pl.String)
    return rows.select(RECORDS.names).with_columns(order=order).sort("order").drop("order")
