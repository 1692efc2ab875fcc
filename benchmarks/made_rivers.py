"""Rivers that do not exist: small documents with facts, whose truth is known, in any number."""

from __future__ import annotations

from pathlib import Path

import numpy as np

_TREES = (
    "Alder Birch Cedar Elm Hazel Juniper Larch Maple Oak Pine Rowan Spruce Willow Yew Aspen Beech"
).split()
_KINDS = (
    "North South Upper Lower Old New Great Little Black White Red Grey Cold Long Stony Quiet"
).split()
_PLACES = "Moor Dale Ford Bridge Mill Hollow Ridge Marsh Field Wood Cross Hill".split()
_TEXT = """---
title: {name} River
date: 2024-05-01
licence: CC0-1.0
---
# {name} River

## Overview

The {name} River is {length} km long and flows into the {lake} Lake. The {name} River was first \
surveyed in {year} by the {office} Survey Office. The {name} River freezes over for about {days} \
days in most winters.

## Figures

- **Length:** {length} km
- **First survey:** {year}
- **Mouth:** {lake} Lake
"""


def write_river(folder: Path, number: int, edition: int = 0) -> Path:
    """The document of a river, of 3,072 names; another edition has other facts."""
    rng = np.random.default_rng([number, edition])
    kind, tree = _KINDS[number % 16], _TREES[number // 16 % 16]
    path = folder / f"river-{number:05}.md"
    path.write_text(
        _TEXT.format(
            name=f"{kind} {tree} {_PLACES[number // 256 % 12]}",
            length=rng.integers(20, 900),
            year=rng.integers(1850, 2010),
            days=rng.integers(3, 90),
            lake=_TREES[rng.integers(16)],
            office=_KINDS[rng.integers(16)],
        ),
        encoding="utf-8",
    )
    return path


def write_rivers(folder: Path, count: int) -> Path:
    """So many rivers in a new folder."""
    folder.mkdir(parents=True)
    for number in range(count):
        write_river(folder, number)
    return folder
