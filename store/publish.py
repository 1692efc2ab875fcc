"""Publishing a version: written aside, verified, renamed into place, then the pointer moves.

Nobody sees a half-written version, two publishers cannot take the same number, and an existing
version is never touched.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from filelock import FileLock
from ruamel.yaml import YAML

from configs.errors import ConfigError, StoreCorrupt
from store.card import Part, render_card
from store.card.origins import origins_in
from store.croissant import CROISSANT, listing_of, render_croissant
from store.explained import examples
from store.planted import refuse_planted
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
    verify,
)

QUARANTINED = "quarantined"
"""Status of a version that its gate held back."""
REMEDY = "remedy.yaml"
_CONTENT = (
    *("data/", "preference/", "variants/", f"{MESSY}/"),
    *("rejected/", "evidence/", "passages/", "verdicts/"),
)


def publish(
    root: Path,
    name: str,
    content: Content,
    manifest: Mapping[str, Any],
    real_only: Sequence[str] = (),
) -> Version:
    """Publish a version and return it; where nothing differs from the last or latest one, return
    that. One whose status is quarantined does not become the latest.

    ``manifest`` says how it was made; files, version and parent are added here.

    Raises:
        ConfigError: synthetic rows in a split declared real-only, or none anywhere.
        StoreCorrupt: a row was planted, or the disk refused. Nothing of the version is left then.
    """
    held = frozenset(real_only) | real_only_in(manifest) | content.real_only
    content = replace(content, real_only=held)
    twins = ((f"{MESSY} {split}", rows) for split, rows in content.messy.items())
    for where, rows in (*content.splits.items(), *content.variants.items(), *twins):
        refuse_planted(rows, where)
    refuse_planted(content.rejected, "rejected")
    _refuse_synthetic(content.splits, sorted(held))
    _refuse_strangers(content)
    folder = dataset_folder(root, name)
    aside = folder / f".tmp-{uuid.uuid4().hex}"
    try:
        aside.mkdir(parents=True)
        parts = write_tables(aside, content)
        with FileLock(folder / ".publish.lock"):
            there, parent = list_versions(root, name), latest(root, name)
            for version in (*there[-1:], *([parent] if parent else [])):
                if _same(version, parts, manifest):
                    # A publisher that died between its two renames left the pointer behind.
                    with _pointing_at(version):
                        return version
            number = there[-1].number + 1 if there else 1
            return _commit(aside, name, number, parts, content, manifest, parent)
    except OSError as error:
        raise StoreCorrupt(
            f"could not publish {name} in {folder}: {error.strerror or error}; make room or choose "
            "another output folder and run again: what was generated is kept"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _commit(
    aside: Path,
    name: str,
    number: int,
    parts: Sequence[Part],
    content: Content,
    manifest: Mapping[str, Any],
    parent: Version | None,
) -> Version:
    """Finish the folder, check it, and move it and the pointer into place."""
    folder = aside.parent
    full = {
        "schema": 1,
        "dataset": name,
        "version": number,
        "parent": parent.name if parent else None,
        "synthetic_content": origins_in(content.splits),
        **manifest,
    }
    shown = _samples(content.splits)
    _write(aside / "README.md", render_card(parts, full, shown).encode())
    claims = examples(
        pl.concat([*content.splits.values()]),
        content.rejected,
        content.evidence,
        content.passages,
    )
    if content.figures:
        _write(aside / FIGURES, orjson.dumps(content.figures, option=orjson.OPT_SORT_KEYS))
    report = render_report(full, shown, content.rejected, content.probes, claims, content.figures)
    _write(aside / "report.html", report.encode())
    patch = full.get("gate", {}).get("patch")
    if patch:
        _write(aside / REMEDY, patch_text(patch).encode())
    full["files"] = {path: facts for path, facts in listed(aside, parts)}
    croissant = render_croissant(parts, full)
    _write(aside / CROISSANT, croissant)
    full["files"][CROISSANT] = listing_of(croissant)
    full["sha256"] = manifest_sha256(full)
    text = orjson.dumps(full, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    _write(aside / "manifest.json", text)
    problems = verify(Version(aside))
    if problems:
        raise StoreCorrupt(f"the version was not written whole: {'; '.join(problems)}; run again")
    final = folder / f"{name}-v{number}"
    if full["status"] == QUARANTINED:
        aside.rename(final)
        _sync_folder(folder)
        return Version(final)
    with _pointing_at(Version(final)):
        aside.rename(final)
    return Version(final)


def held_back(version: Version) -> bool:
    """Whether a version's gate keeps it from being the latest one, and nobody has released it."""
    if version.manifest["status"] != QUARANTINED:
        return False
    first = latest(version.root, version.dataset)
    return first is None or first.path != version.path


def release(version: Version, reason: str) -> None:
    """Make a version the latest one by hand, whatever its gate said; the pointer keeps why."""
    with FileLock(version.path.parent / ".publish.lock"), _pointing_at(version, reason):
        pass


@contextmanager
def _pointing_at(version: Version, reason: str = "") -> Iterator[None]:
    """Move ``latest.json`` to a version after the block; what needs room is written before it. One
    in quarantine is only pointed to for a reason.
    """
    folder = version.path.parent
    pointer = folder / f".latest-{uuid.uuid4().hex}"
    said = {"version": version.name, **({"released": reason} if reason else {})}
    try:
        _write(pointer, orjson.dumps(said))
        yield
        if reason or version.manifest["status"] != QUARANTINED:
            pointer.replace(folder / "latest.json")
    finally:
        pointer.unlink(missing_ok=True)
    _sync_folder(folder)


def patch_text(patch: Mapping[str, Any], name: str = REMEDY) -> str:
    """A recipe patch as YAML, with a line on how to use it."""
    text = StringIO()
    YAML(typ="safe").dump(dict(patch), text)
    return f"# stillhouse build RECIPE --patch {name}\n{text.getvalue()}"


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


def _same(version: Version, parts: Sequence[Part], manifest: Mapping[str, Any]) -> bool:
    """Whether a version holds exactly these tables and its gate said the same, or people released
    it whatever the gate says; names hold hashes, so names decide. What was partial and is whole
    now is another version, for example where a probe could be asked at last.
    """
    ours = {name for part in parts for name in part.files if name.startswith(_CONTENT)}
    theirs = {name for name in version.manifest["files"] if name.startswith(_CONTENT)}
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


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
