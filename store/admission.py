"""What may be published: nothing planted, no synthetic row among real ones, no stray twin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from configs.errors import ConfigError, StoreCorrupt
from store.planted import refuse_planted
from store.records import HUMAN
from store.twins import MESSY
from store.version_tables import Content


def check_admitted(content: Content) -> None:
    """Refuse what must never be published.

    Raises:
        ConfigError: synthetic rows in a split declared real-only, or none anywhere.
        StoreCorrupt: a row was planted, or a twin is not of its record.
    """
    twins = ((f"{MESSY} {split}", rows) for split, rows in content.messy.items())
    for where, rows in (*content.splits.items(), *content.variants.items(), *twins):
        refuse_planted(rows, where)
    refuse_planted(content.rejected, "rejected")
    _refuse_synthetic(content.splits, sorted(content.real_only))
    _refuse_strangers(content)


def _refuse_synthetic(splits: Mapping[str, pl.DataFrame], real_only: Sequence[str]) -> None:
    if all(rows["origin"].eq_missing(HUMAN).all() for rows in splits.values()):
        raise ConfigError(
            "no record was kept, so there is nothing to publish; look at the reasons in the "
            "funnel, then loosen a filter or widen the corpus"
        )
    for split in real_only:
        if split in splits and splits[split]["origin"].ne_missing(HUMAN).any():
            raise ConfigError(
                f"split {split!r} is declared real-only, and synthetic rows were about to enter it"
            )


def _refuse_strangers(content: Content) -> None:
    """Each messy twin must stand in the split of its record: no test question is trained on."""
    for split, rows in content.messy.items():
        if rows["semantic_id"].to_list() != content.splits[split]["id"].to_list():
            raise StoreCorrupt(
                f"the messy twins of {split} are not those of its records; run again, and report "
                "it if that does not help"
            )
