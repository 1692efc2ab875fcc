"""Croissant metadata of a version: its files and columns for tools that know nothing of Stillhouse.

Croissant 1.1 of MLCommons (Akhtar et al. 2024, arXiv 2403.19546) with the properties of its
vocabulary for responsible AI, as JSON-LD. Equal versions give equal bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from store.card import Part
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
from store.card.head import languages
from store.card.licences import NOT_STATED, licences_of
from store.card.origins import digital_source_type, label_text, origins_of
from store.croissant_records import file_sets, format_of, record_sets

CROISSANT = "croissant.json"
"""Its file, beside the card."""
_TERMS = (
    *("citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject"),
    *("fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5"),
    *("arrayShape", "containedIn", "parentField", "path", "recordSet", "references", "regex"),
    *("repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
)
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _TERMS},
}


def render_croissant(parts: Sequence[Part], manifest: Mapping[str, Any]) -> bytes:
    """The metadata as JSON. ``manifest`` lists the files with their hashes, but for this one."""
    found = _about(manifest) | {
        "distribution": [*_files(parts, manifest), *file_sets(parts)],
        "recordSet": record_sets(parts),
    }
    return orjson.dumps(found, option=orjson.OPT_INDENT_2)


def listing_of(data: bytes) -> dict[str, Any]:
    """What a manifest says of a file with these bytes."""
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def _about(manifest: Mapping[str, Any]) -> dict[str, Any]:
    day = made_on(manifest)
    recipe = manifest["recipe"]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.1",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": manifest["dataset"],
        "description": recipe["description"] or "A synthetic fine-tuning dataset.",
        "version": f"{manifest['version']}.0.0",
        "license": _licences(manifest),
        # Without a page of its own it is where this file is.
        "url": told(manifest, "url") or "./",
        **({"datePublished": day} if day else {}),
        "inLanguage": languages(recipe),
        "keywords": ["synthetic", "stillhouse", *manifest["origins"]],
        "creator": {
            "@type": "sc:Organization",
            "name": told(manifest, "creator") or "Stillhouse (pipeline; no publisher stated)",
        },
        "citeAs": citation(manifest),
        "digitalSourceType": digital_source_type(origins_of(manifest)),
        **_responsible(manifest),
    }


def _responsible(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The properties on responsible use."""
    return {
        "rai:dataCollection": (
            "Records were planned from reference documents, written by teacher models or rules, "
            "filtered, and checked claim by claim against those documents. "
            f"Synthetic content: {label_text(origins_of(manifest))}"
        ),
        "rai:dataCollectionType": ["Synthetic data generation by models or rules"],
        "rai:dataUseCases": [
            f"Intended: {intended_use(manifest)}",
            f"Out of scope: {out_of_scope(manifest)}",
        ],
        "rai:dataLimitations": [*limits(manifest)],
        "rai:dataBiases": [
            "The choice of documents and the habits of the teachers; the version's table `probes` "
            "measures how its wording, meaning and facts differ from the documents' and its "
            "parent's."
        ],
        "rai:personalSensitiveInformation": [personal_data(manifest)],
        "rai:dataReleaseMaintenancePlan": maintenance(manifest),
    }


def _licences(manifest: Mapping[str, Any]) -> list[str]:
    """The licence that the recipe gives, else those of the sources, as they are stated."""
    given = told(manifest, "licence_url") or told(manifest, "licence")
    stated = [one.stated or NOT_STATED for one in licences_of(manifest)]
    return [given] if given else [*dict.fromkeys(stated)]


def _files(parts: Sequence[Part], manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each table's files with their hashes."""
    names = [name for part in parts for name in part.files]
    return [
        {
            "@type": "cr:FileObject",
            "@id": name,
            "name": name.rpartition("/")[2],
            "contentUrl": name,
            "contentSize": f"{manifest['files'][name]['bytes']} B",
            "encodingFormat": format_of(name),
            "sha256": manifest["files"][name]["sha256"],
        }
        for name in names
    ]
