"""The dataset card: a README.md that tells people what they have and `datasets` what to load.

The card lists exact file names, hashes included, and the number of rows of each split. Without
that, `datasets` 5.2 keys its cache on the folder's name and the card's text, and hands out rows of
another version; with a wrong row count it raises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pyarrow as pa
from ruamel.yaml import YAML

from store.report import canaries_text, inputs_text, verifier_text


@dataclass(frozen=True, slots=True)
class Part:
    """One split of one configuration: its files, rows, bytes and schema."""

    config: str
    split: str
    files: tuple[str, ...]
    rows: int
    size: int
    schema: pa.Schema


def render_card(parts: Sequence[Part], manifest: Mapping[str, Any], rows: Sequence[Any]) -> str:
    """The card's text: YAML for the hub and `datasets`, then prose for people.

    ``rows`` are a few published records to show. A table without rows is no configuration, since
    `datasets` refuses to load a split without rows.
    """
    head = {
        "pretty_name": f"{manifest['dataset']} v{manifest['version']}",
        "language": [manifest["recipe"]["language"]],
        "tags": ["synthetic", "stillhouse", *manifest["origins"]],
        **loading([part for part in parts if part.rows]),
    }
    text = StringIO()
    YAML(typ="safe").dump(head, text)
    return f"---\n{text.getvalue()}---\n\n{_body(parts, manifest, rows)}"


def loading(parts: Sequence[Part]) -> dict[str, Any]:
    """What `datasets` reads in a card's YAML: exact files, columns and counts by configuration."""
    return {"configs": _configs(parts), "dataset_info": _infos(parts)}


def _configs(parts: Sequence[Part]) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        found.setdefault(part.config, []).append({"split": part.split, "path": list(part.files)})
    return [
        {"config_name": name, "data_files": files, **({"default": True} if i == 0 else {})}
        for i, (name, files) in enumerate(found.items())
    ]


def _infos(parts: Sequence[Part]) -> list[dict[str, Any]]:
    from datasets import DatasetInfo, Features, SplitDict, SplitInfo

    infos = []
    for name in dict.fromkeys(part.config for part in parts):
        own = [part for part in parts if part.config == name]
        splits = {
            part.split: SplitInfo(part.split, num_bytes=part.size, num_examples=part.rows)
            for part in own
        }
        info = DatasetInfo(
            features=Features.from_arrow_schema(own[0].schema),
            splits=SplitDict(splits),
            download_size=sum(part.size for part in own),
            dataset_size=sum(part.size for part in own),
        )
        infos.append({"config_name": name, **info._to_yaml_dict()})
    return infos


def _body(parts: Sequence[Part], manifest: Mapping[str, Any], rows: Sequence[Any]) -> str:
    name = f"{manifest['dataset']}-v{manifest['version']}"
    counts = ", ".join(f"{p.rows:,} {p.split}" for p in parts if p.config == parts[0].config)
    verifier, canaries = manifest.get("verifier"), manifest.get("canaries")
    inputs = manifest.get("user_inputs")
    lines = [
        f"# {name}",
        "",
        manifest["recipe"]["description"] or "A synthetic fine-tuning dataset.",
        "",
        f"**Rows:** {counts}. **Status:** {manifest['status']}.{_held(manifest)}",
        "",
        f"**Synthetic content:** {_share(manifest)}. " + _made_by(manifest),
        *_generations(manifest.get("generations")),
        "",
        *_load(name, parts),
        "## Rows to look at",
        "",
        "| question | answer | source |",
        "|---|---|---|",
        *(
            f"| {_cell(row['question'])} | {_cell(row['answer'])} "
            f"| {_cell(row['sources'][0]['document_id'])} |"
            for row in rows
        ),
        "",
        "## How it was made",
        "",
        "| stage | kept | dropped | most frequent reasons |",
        "|---|---:|---:|---|",
        *(
            f"| {step['stage']} | {step['kept']:,} | {step['dropped']:,} | {_reasons(step)} |"
            for step in manifest["funnel"]
        ),
        *_repaired(manifest.get("repair")),
        "",
        "## Sources and limits",
        "",
        f"{manifest['corpus']['documents']:,} documents, snapshot "
        f"`{manifest['corpus']['snapshot'][:16]}`; licences: "
        f"{', '.join(manifest['corpus']['licences']) or 'not stated'}.",
        "",
        "Answers were checked against these documents only. A claim they do not hold counts as not "
        "found, which is not the same as false; what the documents get wrong, the rows get wrong.",
        *([f"The verifier itself: {verifier_text(verifier)}."] if verifier else []),
        *([f"Planted canaries: {canaries_text(canaries)}."] if canaries else []),
        *([f"Users' inputs: {inputs_text(inputs)}."] if inputs else []),
        "",
    ]
    return "\n".join(lines)


def _load(name: str, parts: Sequence[Part]) -> list[str]:
    """How the version is loaded."""
    return [
        "## Load",
        "",
        "```python",
        "from datasets import load_dataset",
        f'data = load_dataset("path/to/{name}")            # messages, and all provenance',
        *(
            f'why = load_dataset("path/to/{name}", "rejected")  # dropped rows, each with a reason'
            for part in parts
            if part.config == "rejected" and part.rows
        ),
        *_of_pairs(name, parts),
        *_of_twins(name, parts),
        "```",
        "",
        "The configurations `evidence`, `passages` and `verdicts` hold every claim with what it "
        "was checked against, those passages, and every stage's verdict on every candidate.",
        "",
    ]


def _of_pairs(name: str, parts: Sequence[Part]) -> list[str]:
    """How preference pairs are loaded, where there are some."""
    if not any(part.config == "preference" and part.rows for part in parts):
        return []
    return [f'pairs = load_dataset("path/to/{name}", "preference")  # prompt, chosen, rejected']


def _of_twins(name: str, parts: Sequence[Part]) -> list[str]:
    """How messy twins are loaded, where there are some."""
    if not any(part.config == "messy" and part.rows for part in parts):
        return []
    return [f'users = load_dataset("path/to/{name}", "messy")  # the same, asked as users ask']


def _held(manifest: Mapping[str, Any]) -> str:
    """What keeps a version from being used, if anything does."""
    return f" {manifest['note']}" if manifest["status"] == "quarantined" else ""


def _share(manifest: Mapping[str, Any]) -> str:
    """How many rows were made by machines, and where the others come from."""
    real = manifest.get("lineage", {}).get("real_rows", 0)
    if not real:
        return "every row was made by a machine"
    made = manifest["lineage"]["synthetic_rows"]
    return (
        f"{made:,} of {made + real:,} rows were made by a machine; the others (`origin` human) are "
        "real rows of the recipe's anchor"
    )


def _made_by(manifest: Mapping[str, Any]) -> str:
    """Who wrote the rows, with rules called rules."""
    said = [
        f"{count:,} rows by {who}"
        + (" (rule-based templates, no language model)" if mode == "rule-based" else "")
        for who, mode, count in manifest["teachers"]
    ]
    return "; ".join(said) + "."


def _generations(found: Mapping[str, Any] | None) -> list[str]:
    """How far the rows are from what people wrote, and what was allowed for a reason."""
    if found is None:
        return []
    mix = ", ".join(f"{count:,} {mode} at depth {depth}" for mode, depth, count in found["mix"])
    allowed = (f"Allowed by {name}: {why}." for name, why in found["allowed"].items())
    said = " ".join([f"**Generations:** {mix}.", *allowed])
    explained = (
        "Depth 0 is by rule or by a teacher that was never trained on this pipeline's data; each "
        "training on its rows adds 1."
    )
    return ["", f"{said} {explained}"]


def _repaired(repair: Mapping[str, Any] | None) -> list[str]:
    """What came of records that went back to their teacher, where some did."""
    if not repair or not repair["records"]:
        return []
    told = (
        f"{repair['records']:,} records that failed verification went back to their teacher with "
        f"the evidence, and {repair['mended']:,} were mended. Their `repaired_from` names the "
        "version that failed, which is in `rejected`."
    )
    return ["", told]


def _reasons(step: Mapping[str, Any]) -> str:
    return ", ".join(f"{reason} {count:,}" for reason, count in step["reasons"]) or "–"


def _cell(text: str) -> str:
    flat = " ".join(text.split()).replace("|", "\\|")
    return flat if len(flat) <= 160 else f"{flat[:157]}..."
