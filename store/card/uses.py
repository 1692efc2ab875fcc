"""What a card says of use, licences, limits, personal data, citation and maintenance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store.card.facts import (
    citation,
    intended_use,
    limits,
    made_on,
    maintenance,
    out_of_scope,
    personal_data,
)
from store.card.licences import NOT_STATED, licences_of
from store.card.made import cell


def uses_text(manifest: Mapping[str, Any]) -> list[str]:
    """What it is for, and what not."""
    return [
        "## Use",
        "",
        f"**Intended:** {intended_use(manifest)}",
        "",
        f"**Out of scope:** {out_of_scope(manifest)}",
        "",
    ]


def licences_text(manifest: Mapping[str, Any]) -> list[str]:
    """The sources with their licences, and what to look at before the rows are passed on."""
    corpus, found = manifest["corpus"], licences_of(manifest)
    table = [
        f"| {cell(one.stated) or NOT_STATED} | {one.of} | {one.warning or '–'} |" for one in found
    ]
    advice = "What is to be looked at is read off a licence's name and is no legal advice."
    warned = [advice, ""] if any(one.warning for one in found) else []
    return [
        "## Sources and licences",
        "",
        f"{corpus['documents']:,} documents, snapshot `{corpus['snapshot'][:16]}`; licences: "
        f"{', '.join(corpus['licences']) or NOT_STATED}.",
        "",
        "| licence as stated | of | look at |",
        "|---|---|---|",
        *table,
        "",
        *warned,
    ]


def limits_text(manifest: Mapping[str, Any]) -> list[str]:
    """What it cannot do, and how wrong what checked it was."""
    return ["## Limits", "", *(f"- {limit}" for limit in limits(manifest)), ""]


def personal_text(manifest: Mapping[str, Any]) -> list[str]:
    """What was done about personal data."""
    return ["## Personal data", "", personal_data(manifest), ""]


def citation_text(manifest: Mapping[str, Any]) -> list[str]:
    """How this very version is named."""
    day = made_on(manifest)
    return [
        "## Cite",
        "",
        f"Version {manifest['version']} of {manifest['dataset']}"
        f"{f', made on {day}' if day else ''}. Recipe `{manifest['recipe_hash']}`, corpus "
        f"`{manifest['corpus']['snapshot']}`; `manifest.json` has the hash of every file.",
        "",
        "```bibtex",
        citation(manifest),
        "```",
        "",
    ]


def maintenance_text(manifest: Mapping[str, Any]) -> list[str]:
    """How it goes on, and whom to tell."""
    return ["## Maintenance", "", maintenance(manifest), ""]
