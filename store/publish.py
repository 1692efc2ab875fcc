"""Publishing a version: written aside, verified, put into place whole, then the pointer moves.

Nobody sees a half-written version, two publishers cannot take the same number, and an existing
version is never touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from ruamel.yaml import YAML

from configs.errors import ConfigError, StoreCorrupt
from configs.locations import Location
from store.admission import check_admitted
from store.approval import awaits_approval, was_rejected
from store.card import Part, render_card
from store.card.origins import origins_in
from store.checks import verify
from store.croissant import CROISSANT, listing_of, render_croissant
from store.explained import examples
from store.files import write_durably
from store.placing import aside, one_at_a_time, put
from store.pointers import gone, point, pointed
from store.real import real_only_in
from store.records import HUMAN
from store.report import render_report
from store.twins import MESSY
from store.version_tables import Content, listed, write_tables
from store.versions import (
    FIGURES,
    Version,
    dataset_folder,
    latest,
    list_versions,
    manifest_sha256,
    taken,
)

QUARANTINED = "quarantined"
"""Status of a version that its gate held back."""
REMEDY = "remedy.yaml"
_CONTENT = (
    *("data/", "preference/", "variants/", f"{MESSY}/"),
    *("rejected/", "evidence/", "passages/", "verdicts/", "corpus/"),
)


def publish(
    root: Location,
    name: str,
    content: Content,
    manifest: Mapping[str, Any],
    real_only: Sequence[str] = (),
) -> Version:
    """Publish a version and return it; where nothing differs from the last or latest one, return
    that. One whose status is quarantined, or that needs ``approval``, does not become the latest.

    ``manifest`` says how it was made; files, version and parent are added here.

    Raises:
        ConfigError: synthetic rows in a split declared real-only, or none anywhere.
        StoreCorrupt: a row was planted, or the disk refused. What was the latest version still is.
    """
    held = frozenset(real_only) | real_only_in(manifest) | content.real_only
    content = replace(content, real_only=held)
    check_admitted(content)
    folder = dataset_folder(root, name)
    try:
        with aside(folder) as made:
            parts = write_tables(made, content)
            with one_at_a_time(folder):
                version = _standing(root, name, parts, manifest)
                if version is None:
                    version = _commit(made, root, name, parts, content, manifest)
                # What waits is not released by a run that does not ask.
                undecided = awaits_approval(version) or was_rejected(version)
                waits = manifest.get("approval") or undecided
                if version.manifest["status"] != QUARANTINED and not waits:
                    point(folder, version.name)
                return version
    except OSError as error:
        raise StoreCorrupt(
            f"could not publish {name} in {folder}: {error.strerror or error}; make room or choose "
            "another output folder and run again: what was generated is kept"
        ) from error


def _standing(
    root: Location, name: str, parts: Sequence[Part], manifest: Mapping[str, Any]
) -> Version | None:
    """The last or the latest version, where it holds exactly this. A publisher that died before the
    pointer moved left such a one behind.
    """
    there, first = list_versions(root, name), latest(root, name)
    candidates = (*there[-1:], *([first] if first else []))
    return next((each for each in candidates if _same(each, parts, manifest)), None)


def _commit(
    made: Path,
    root: Location,
    name: str,
    parts: Sequence[Part],
    content: Content,
    manifest: Mapping[str, Any],
) -> Version:
    """Finish the folder and put it in place, under the next number that nobody else takes."""
    folder = dataset_folder(root, name)
    while True:
        parent = latest(root, name)
        number = taken(folder, name) + 1
        about = {
            **{"schema": 1, "dataset": name, "version": number},
            "parent": parent.name if parent else None,
            "synthetic_content": origins_in(content.splits),
        }
        _finish(made, {**about, **manifest}, parts, content)
        final = folder / f"{name}-v{number}"
        if put(made, final):
            return Version(final)


def _finish(made: Path, full: dict[str, Any], parts: Sequence[Part], content: Content) -> None:
    """Write card, report and manifest beside the tables, and check the whole.

    Raises:
        StoreCorrupt: the disk did not keep what was written.
    """
    shown = _samples(content.splits)
    write_durably(made / "README.md", render_card(parts, full, shown).encode())
    claims = examples(
        pl.concat([*content.splits.values()]),
        content.rejected,
        content.evidence,
        content.passages,
    )
    if content.figures:
        figures = orjson.dumps(content.figures, option=orjson.OPT_SORT_KEYS)
        write_durably(made / FIGURES, figures)
    report = render_report(full, shown, content.rejected, content.probes, claims, content.figures)
    write_durably(made / "report.html", report.encode())
    patch = full.get("gate", {}).get("patch")
    if patch:
        write_durably(made / REMEDY, patch_text(patch).encode())
    for written_last in ("manifest.json", CROISSANT):  # of a number that another has taken
        (made / written_last).unlink(missing_ok=True)
    full["files"] = {path: facts for path, facts in listed(made, parts)}
    croissant = render_croissant(parts, full)
    write_durably(made / CROISSANT, croissant)
    full["files"][CROISSANT] = listing_of(croissant)
    full["sha256"] = manifest_sha256(full)
    text = orjson.dumps(full, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    write_durably(made / "manifest.json", text)
    problems = verify(Version(made))
    if problems:
        raise StoreCorrupt(f"the version was not written whole: {'; '.join(problems)}; run again")


def held_back(version: Version) -> bool:
    """Whether a version's gate keeps it from being the latest one, and nobody has released it."""
    if version.manifest["status"] != QUARANTINED:
        return False
    first = latest(version.root, version.dataset)
    return first is None or first.path != version.path


def release(version: Version, reason: str) -> None:
    """Make a version the latest one by hand, whatever its gate said; the pointer keeps why.

    Raises:
        ConfigError: it was deleted meanwhile.
    """
    folder = version.path.parent
    before = pointed(folder)
    if version.name not in gone(folder):
        point(folder, version.name, reason)
    if version.name in gone(folder):  # whoever deletes notes it first, then looks at the pointer
        if before:
            point(folder, before, f"{version.name} was deleted meanwhile", version.name)
        raise ConfigError(f"{version.name} was deleted meanwhile; choose another")


def patch_text(patch: Mapping[str, Any], name: str = REMEDY) -> str:
    """A recipe patch as YAML, with a line on how to use it."""
    text = StringIO()
    YAML(typ="safe").dump(dict(patch), text)
    return f"# stillhouse build RECIPE --patch {name}\n{text.getvalue()}"


def _same(version: Version, parts: Sequence[Part], manifest: Mapping[str, Any]) -> bool:
    """Whether a version holds exactly these tables and its gate said the same, or people released
    it whatever the gate says; names hold hashes, so names decide. What was partial and is whole
    now is another version, for example where a probe could be asked at last.
    """
    ours = {name for part in parts for name in part.files if name.startswith(_CONTENT)}
    theirs = {name for name in version.files if name.startswith(_CONTENT)}
    held, holds = (each.get("status") == QUARANTINED for each in (version.manifest, manifest))
    released = held and not held_back(version)
    now_whole = (
        version.manifest.get("status") == "partial" and manifest.get("status") == "completed"
    )
    return ours == theirs and not now_whole and (released or held == holds)


def _samples(splits: Mapping[str, pl.DataFrame]) -> list[dict[str, Any]]:
    """Five records, of as many styles as there are."""
    every = pl.concat(list(splits.values())).sort("id")
    rows = every.filter(pl.col("origin") != HUMAN)
    first = rows.unique("style", keep="first", maintain_order=True).sort("style")
    more = rows.filter(~pl.col("id").is_in(first["id"].to_list()))
    return pl.concat([first, more]).head(5).to_dicts()
