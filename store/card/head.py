"""A card's YAML: what the hub shows and searches by, and what `datasets` loads.

It lists exact file names, hashes included, and the number of rows of each split. Without that,
`datasets` 5.2 keys its cache on the folder's name and the card's text, and hands out rows of
another version; with a wrong row count it raises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from store.card.licences import licence_head
from store.card.origins import label_head
from store.card.parts import Part

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))
_LARGER = ((1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"))
_ASKED = frozenset({"grounded_qa", "multihop", "reasoning", "rewrite", "backtranslate"})


def head_of(parts: Sequence[Part], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """All fields of the YAML. A table without rows is no configuration, since `datasets` refuses to
    load a split without rows.
    """
    real = manifest["synthetic_content"]["synthetic"] < manifest["synthetic_content"]["rows"]
    return {
        "pretty_name": f"{manifest['dataset']} v{manifest['version']}",
        **licence_head(manifest),
        "language": languages(manifest["recipe"]),
        "size_categories": [_size(manifest["synthetic_content"]["rows"])],
        "task_categories": _tasks(manifest["recipe"]),
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated", *(["found"] if real else [])],
        "source_datasets": _sources(manifest["recipe"]),
        "tags": ["synthetic", "stillhouse", *manifest["origins"]],
        "synthetic_content": label_head(manifest["synthetic_content"]),
        **loading([part for part in parts if part.rows]),
    }


def loading(parts: Sequence[Part]) -> dict[str, Any]:
    """What `datasets` reads in a card's YAML: exact files, columns and counts by configuration."""
    return {"configs": _configs(parts), "dataset_info": _infos(parts)}


def languages(recipe: Mapping[str, Any]) -> list[str]:
    """Codes of the languages that the rows are in, the recipe's own first."""
    drawn = recipe.get("conditions", {}).get("language", {})
    return [*dict.fromkeys([recipe["language"], *sorted(drawn)])]


def _size(rows: int) -> str:
    return next((name for most, name in (*_SIZES, *_LARGER) if rows < most), "n>100M")


def _tasks(recipe: Mapping[str, Any]) -> list[str]:
    """Tasks of the hub that the recipe's methods make rows for; all are chats."""
    used = {method["name"] for method in recipe.get("methods", ())}
    return ["text-generation", *(["question-answering"] if used & _ASKED else [])]


def _sources(recipe: Mapping[str, Any]) -> list[str]:
    """Datasets of the hub that documents came from; ``original`` for all that lay elsewhere."""
    sources = recipe.get("corpus", ())
    hub = [one["dataset"] for one in sources if one.get("reader") == "hub" and one["dataset"]]
    named = [name for name in hub if not name.startswith((".", "/"))]
    own = ["original"] if len(named) < len(sources) or not sources else []
    return [*own, *dict.fromkeys(named)]


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
