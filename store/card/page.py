"""The card itself: YAML for the hub and `datasets`, then prose for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from store.card.facts import sentence
from store.card.head import head_of
from store.card.loads import load_text
from store.card.made import funnel_text, generations_text, rows_text, teachers_text
from store.card.origins import label_text
from store.card.parts import Part
from store.card.uses import (
    citation_text,
    licences_text,
    limits_text,
    maintenance_text,
    personal_text,
    uses_text,
)


def render_card(parts: Sequence[Part], manifest: Mapping[str, Any], rows: Sequence[Any]) -> str:
    """The card's text. ``rows`` are a few published records to show."""
    text = StringIO()
    YAML(typ="safe").dump(head_of(parts, manifest), text)
    return f"---\n{text.getvalue()}---\n\n{_body(parts, manifest, rows)}"


def _body(parts: Sequence[Part], manifest: Mapping[str, Any], rows: Sequence[Any]) -> str:
    name = f"{manifest['dataset']}-v{manifest['version']}"
    counts = ", ".join(f"{p.rows:,} {p.split}" for p in parts if p.config == parts[0].config)
    lines = [
        f"# {name}",
        "",
        manifest["recipe"]["description"] or "A synthetic fine-tuning dataset.",
        "",
        f"**Rows:** {counts}. **Status:** {manifest['status']}.{_held(manifest)}",
        "",
        *_label(manifest),
        *generations_text(manifest.get("generations")),
        "",
        *load_text(name, parts),
        *uses_text(manifest),
        *rows_text(rows),
        *teachers_text(manifest),
        *funnel_text(manifest),
        *licences_text(manifest),
        *limits_text(manifest),
        *personal_text(manifest),
        *citation_text(manifest),
        *maintenance_text(manifest),
    ]
    return "\n".join(lines)


def _label(manifest: Mapping[str, Any]) -> list[str]:
    """How much of it machines wrote, overall and by split."""
    found = manifest["synthetic_content"]
    table = [
        f"| {name} | {one['rows']:,} | {one['synthetic']:,} | {one['ai']:,} | {one['share']:.1%} |"
        for name, one in found["splits"].items()
    ]
    return [
        f"**Synthetic content:** {label_text(found)} {_made_by(manifest)}",
        "",
        "| split | rows | synthetic | of these by AI models | synthetic share |",
        "|---|---:|---:|---:|---:|",
        *table,
    ]


def _made_by(manifest: Mapping[str, Any]) -> str:
    """Who wrote the rows, with rules called rules."""
    said = [
        f"{count:,} rows by {who}"
        + (" (rule-based templates, no language model)" if mode == "rule-based" else "")
        for who, mode, count in manifest["teachers"]
    ]
    return "; ".join(said) + "."


def _held(manifest: Mapping[str, Any]) -> str:
    """What keeps a version from being used, if anything does."""
    note = manifest["note"]
    return f" {sentence(note)}" if note and manifest["status"] == "quarantined" else ""
