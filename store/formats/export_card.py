"""The card of an export, from which `datasets` knows its files, splits and types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from store.card import Part, loading
from store.versions import Version


def export_card(version: Version, parts: Sequence[Part], facts: Mapping[str, Any]) -> str:
    """YAML for the hub and `datasets`, then what it is, for people. It holds the hashes of the
    files: `datasets` keys its cache on the card.
    """
    head = {
        "pretty_name": f"{version.name} as {facts['to']}",
        "language": [version.manifest["recipe"]["language"]],
        "tags": ["synthetic", "stillhouse", *version.manifest["origins"]],
        **loading(parts),
    }
    text = StringIO()
    YAML(typ="safe").dump(head, text)
    files = [
        f"| `{name}` | {found['rows']:,} | `{found['sha256']}` |"
        for name, found in facts["files"].items()
    ]
    left_out = len(facts["left_out"])
    lines = [
        f"# {version.name} as {facts['to']}",
        "",
        f"Made from the configuration `{facts['config']}` of the version {version.name}, whose "
        f"manifest has the SHA-256 "
        f"`{facts['version_sha256']}`; status: {version.manifest['status']}. The column `id` leads "
        "to the record there, with its verdicts and evidence.",
        *(["", f"Left out, since the format cannot hold them: {left_out:,}."] if left_out else []),
        "",
        "| file | rows | SHA-256 |",
        "|---|---:|---|",
        *files,
        "",
    ]
    return f"---\n{text.getvalue()}---\n\n" + "\n".join(lines)
