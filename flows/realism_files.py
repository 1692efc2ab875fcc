"""What a comparison with real users leaves: the recipe patch and the figures."""

from __future__ import annotations

from pathlib import Path

import orjson

from flows.realism import Realism, Sample
from flows.realism_topics import PATCH, patch_of
from flows.views.realism import figures
from flows.workspace import working_folder
from store.publish import patch_text

_FIGURES = "realism.json"


def save(sample: Sample, found: Realism, to: Path | None) -> list[str]:
    """Write both into a folder, over older ones, and say where they are. Without anything that a
    recipe can change there is no patch.
    """
    root = working_folder(found.version.root) / "realism"
    folder = to or root / found.version.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _FIGURES).write_bytes(
        orjson.dumps(figures(sample, found), option=orjson.OPT_INDENT_2)
    )
    said = [f"Figures: {folder / _FIGURES}"]
    patch, path = patch_of(found, sample), folder / PATCH
    if not patch:
        path.unlink(missing_ok=True)
        return said
    path.write_text(patch_text(patch, PATCH), encoding="utf-8")
    return [*said, f"Patch: stillhouse build RECIPE --patch {path}"]
