"""Licences of a dataset's sources: how many documents state which, and what a hub calls them.

What is told of a licence is read off its name, so that people know where to look; it is no advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_HUB = frozenset(
    "afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bsd bsd-2-clause bsd-3-clause bsl-1.0 c-uda cc "
    "cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 "
    "cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 "
    "cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 cdla-permissive-1.0 cdla-permissive-2.0 cdla-sharing-1.0 "
    "ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2 gfdl gpl gpl-2.0 gpl-3.0 isc lgpl "
    "lgpl-2.1 lgpl-3.0 mit mpl-2.0 ms-pl ncsa odbl odc-by ofl-1.1 osl-3.0 pddl postgresql "
    "unlicense wtfpl zlib".split()
)
"""Identifiers that the Hugging Face hub knows, most of them SPDX's in lower case."""
_ALSO = {
    "cc0": "cc0-1.0",
    "apache": "apache-2.0",
    "apache-license-2.0": "apache-2.0",
    "odc-by-1.0": "odc-by",
    "odbl-1.0": "odbl",
}
_OTHERS = frozenset("psf-2.0 python-2.0 0bsd bsd-4-clause cc-by-1.0".split())
"""Further identifiers of SPDX, which the hub has no name for."""
_SUFFIX = re.compile(r"-(only|or-later)$")
_WARNINGS = (
    (r"\bnc\b|non-?commercial", "non-commercial use only"),
    (r"\bnd\b|no-?deriv", "no derivatives: rows made from these documents may be derivatives"),
    (r"\bsa\b|gpl|gfdl|odbl|share-?alike|sharing", "share-alike: may bind what is made from it"),
    (r"proprietary|all-rights-reserved|confidential", "rights reserved"),
)
NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence as sources state it, what it is the licence of, its name at the hub where it has
    one, and what its name warns of.
    """

    stated: str
    of: str
    hub_id: str | None
    warning: str


def hub_id(stated: str) -> str | None:
    """The hub's identifier of a licence by its usual spellings, None where it has none."""
    name = re.sub(r"[\s_]+", "-", stated.strip().casefold())
    name = re.sub(r"-licen[cs]e$|^the-", "", name)
    name = _ALSO.get(name, name)
    return next((one for one in (name, _SUFFIX.sub("", name)) if one in _HUB), None)


def licences_of(manifest: Mapping[str, Any]) -> list[Licence]:
    """Licences of the corpus and of the real rows, those of most documents first."""
    corpus = manifest["corpus"]
    counts: Mapping[str, int] = corpus.get("licence_counts") or {}
    if counts:
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        found = [(stated, _documents(count)) for stated, count in ordered]
    else:
        found = [(stated, "documents") for stated in corpus["licences"] or [""]]
    return [_licence(*one) for one in (*found, *_of_anchor(manifest))]


def licence_head(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The card's fields on its licence: the one that the recipe gives, else that of the sources
    where all of them state the same.
    """
    given = manifest["recipe"].get("card", {})
    if given.get("licence"):
        return _named(given["licence"], given.get("licence_url", ""))
    found = licences_of(manifest)
    stated = sorted({one.stated for one in found})
    if stated == [""]:
        return {"license": "unknown"}
    if len(stated) == 1:
        return _named(stated[0], "")
    ids = [one.hub_id or one.stated or NOT_STATED for one in found]
    return {"license": "other", "license_name": "several", "source_licenses": [*dict.fromkeys(ids)]}


def _named(licence: str, url: str) -> dict[str, Any]:
    known = hub_id(licence)
    link = {"license_link": url} if url else {}
    if known:
        return {"license": known, **link}
    slug = re.sub(r"[^a-z0-9.]+", "-", licence.casefold()).strip("-")
    return {"license": "other", "license_name": slug or "other", **link}


def _of_anchor(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The licence of the real rows in the version, where it has any."""
    real = manifest.get("lineage", {}).get("real_rows", 0)
    anchor = (manifest["recipe"].get("anchor") or {}).get("name")
    for one in manifest.get("references", ()) if real else ():
        if one["role"] == "references" and one["set"] == anchor:
            yield one["licence"], f"{real:,} real rows"


def _licence(stated: str, of: str) -> Licence:
    if not stated:
        return Licence(stated, of, None, "nothing is known of what is allowed")
    name = re.sub(r"[\s_]+", "-", stated.casefold())
    told = [warning for pattern, warning in _WARNINGS if re.search(pattern, name)]
    known = hub_id(stated)
    if not told and known is None and name not in _OTHERS:
        told = ["not a licence that is known here by its name"]
    return Licence(stated, of, known, "; ".join(told))


def _documents(count: int) -> str:
    return f"{count:,} document{'s' if count != 1 else ''}"
