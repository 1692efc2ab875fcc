"""Exports: a published version in a form that training programs read, in a folder of its own.

Written aside and renamed into place, so that a folder is there whole or not at all. The same
version and wishes give the same bytes.
"""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from configs.errors import ConfigError, StoreCorrupt
from store.card import Part
from store.croissant import CROISSANT, render_croissant
from store.formats.chat import Chat
from store.formats.counts import Tally, as_facts
from store.formats.export_card import export_card
from store.formats.files import Put, real_only, rows_into
from store.formats.folder import FACTS, check_free, put_in_place
from store.formats.reading import rows_in, splits_in
from store.formats.rows import Rows, rows_of
from store.formats.unfit import Unfit
from store.formats.wanted import Wanted, check_wanted, export_schema
from store.real import real_only_in
from store.text import sha256
from store.versions import Version, file_sha256


@dataclass(frozen=True)
class Exported:
    """What became of it: where it is, None where records did not fit; counts by split; and why
    records did not fit, by id.
    """

    folder: Path | None
    tallies: dict[str, Tally]
    unfit: dict[str, str]


def export_version(
    version: Version, wanted: Wanted, folder: Path, chat: Chat | None = None, replace: bool = False
) -> Exported:
    """Write an export. Where records do not fit and are not to be left out, nothing is written.

    Raises:
        ConfigError: the wishes do not go together, the version has nothing of the kind, or
            something else is in the folder.
        StoreCorrupt: the version cannot be read, or the disk refused.
    """
    check_wanted(version, wanted, chat)
    check_free(folder, replace)
    aside = folder.with_name(f".tmp-{uuid.uuid4().hex}")
    tallies: dict[str, Tally] = {}
    unfit: dict[str, str] = {}
    try:
        aside.mkdir(parents=True)
        for split in splits_in(version, wanted.config):
            tally, lost = _write_split(version, split, wanted, aside, chat)
            unfit |= lost
            if tally.rows:
                tallies[split] = tally
            else:
                _file(aside, split, wanted).unlink()
        if unfit and not wanted.skip:
            return Exported(None, tallies, unfit)
        _check_filled(version, wanted, tallies)
        _describe(version, wanted, aside, chat, tallies, unfit)
        put_in_place(aside, folder)
    except OSError as error:
        raise StoreCorrupt(
            f"could not write the export {folder}: {error.strerror or error}; make room or choose "
            "another folder with --into"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Exported(folder, tallies, unfit)


def _write_split(
    version: Version, split: str, wanted: Wanted, aside: Path, chat: Chat | None
) -> tuple[Tally, dict[str, str]]:
    tally = Tally()
    unfit: dict[str, str] = {}
    with rows_into(_file(aside, split, wanted), export_schema(wanted), wanted.file_format) as into:
        held = split in real_only_in(version.manifest)
        put = real_only(into, split, version.name) if held else into
        for record, pairs in rows_in(version, wanted.config, split):
            try:
                rows = rows_of(record, pairs, wanted, chat)
            except Unfit as error:
                unfit[record["id"]] = str(error)
                continue
            _put_rows(rows, put, tally, chat is not None)
    return tally, unfit


def _put_rows(rows: Rows, put: Put, tally: Tally, counted: bool) -> None:
    for row, length in rows:
        put(row)
        tally.rows += 1
        tally.good += row.get("label") is True
        if counted:
            tally.lengths.append(length)


def _file(folder: Path, split: str, wanted: Wanted) -> Path:
    return folder / f"{split}.{wanted.file_format}"


def _check_filled(version: Version, wanted: Wanted, tallies: dict[str, Tally]) -> None:
    if not tallies:
        raise ConfigError(f"no record of {version.name} fits {wanted.to}; choose another format")


def _describe(
    version: Version,
    wanted: Wanted,
    aside: Path,
    chat: Chat | None,
    tallies: dict[str, Tally],
    unfit: dict[str, str],
) -> None:
    """The card and the facts of an export whose files are written."""
    files = {split: _file(aside, split, wanted) for split in tallies}
    schema = export_schema(wanted)
    parts = [
        Part("default", split, (path.name,), tallies[split].rows, path.stat().st_size, schema)
        for split, path in files.items()
    ]
    facts: dict[str, Any] = {
        "version": version.name,
        "version_sha256": version.manifest["sha256"],
        "config": wanted.config,
        "to": wanted.to,
        "reasoning": wanted.reasoning,
        "plain": wanted.plain,
        "calls": wanted.calls,
        "template_sha256": sha256(str(chat.tokenizer.chat_template)) if chat else None,
        "files": {
            path.name: {**as_facts(tallies[split], wanted.most), "sha256": file_sha256(path)}
            for split, path in files.items()
        },
        "left_out": unfit,
    }
    (aside / FACTS).write_bytes(
        orjson.dumps(facts, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    )
    (aside / "README.md").write_text(export_card(version, parts, facts), encoding="utf-8")
    sizes = {
        path.name: {**facts["files"][path.name], "bytes": path.stat().st_size}
        for path in files.values()
    }
    described = render_croissant(parts, {**version.manifest, "files": sizes})
    (aside / CROISSANT).write_bytes(described)
