"""What earlier generations of a dataset said of their facts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import polars as pl

from configs.errors import StoreCorrupt
from store.versions import Version, list_versions

FIGURES = ("claim_accuracy", "document_recall")
_MOST = 10


def ancestors(parent: Version | None) -> list[dict[str, Any]]:
    """The parent, its parent and so on, oldest first, ten at most: by figure the ``value`` with its
    interval. Versions that do not have them are left out: older ones, and damaged ones, which are
    no reason to lose a finished build.
    """
    found = [
        {"version": version.number, "figures": figures}
        for version in islice(_line(parent), _MOST)
        if (figures := _figures(version))
    ]
    return found[::-1]


def _line(version: Version | None) -> Iterator[Version]:
    while version is not None:
        yield version
        version = _parent_of(version)


def _parent_of(version: Version) -> Version | None:
    try:
        name = version.manifest.get("parent")
    except StoreCorrupt:
        return None
    there = list_versions(version.root, version.dataset)
    return next((one for one in there if one.name == name and one.number < version.number), None)


def _figures(version: Version) -> dict[str, Any]:
    try:
        rows = version.table("probes")
    except (StoreCorrupt, OSError, pl.exceptions.PolarsError, ValueError, KeyError):
        return {}
    if not {"metric", "reference", "value", "low", "high"} <= {*rows.columns}:
        return {}
    own = rows.filter((pl.col("reference") == "") & pl.col("metric").is_in(FIGURES))
    return {
        metric: {"value": value, "low": low, "high": high}
        for metric, value, low, high in own.select("metric", "value", "low", "high").iter_rows()
    }
