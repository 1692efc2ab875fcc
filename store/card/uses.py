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
    told,
)
from store.card.licences import NOT_STATED, licences_of
from store.card.made import cell, plain


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
        f"{corpus['documents']:,} documents, snapshot `{corpus['snapshot'][:16]}`. "
        f"{_published_under(manifest)}",
        "",
        "| licence as stated | of | look at |",
        "|---|---|---|",
        *table,
        "",
        *warned,
    ]


def _published_under(manifest: Mapping[str, Any]) -> str:
    """The licence of the dataset itself, where its publisher states one."""
    given = told(manifest, "licence")
    if not given:
        return "The publisher states no licence of the dataset itself."
    where = f" ({told(manifest, 'licence_url')})" if told(manifest, "licence_url") else ""
    return (
        f"The publisher states {given}{where} as the licence of the dataset itself; whether the "
        "sources allow it was not checked."
    )


def limits_text(manifest: Mapping[str, Any]) -> list[str]:
    """What it cannot do, and how wrong what checked it was."""
    own = told(manifest, "limits")
    said = (limit if limit == own else plain(limit) for limit in limits(manifest))
    return ["## Limits", "", *(f"- {limit}" for limit in said), ""]


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
