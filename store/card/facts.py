"""Sentences on a version that its card and its Croissant metadata share, drawn from its manifest.

What the recipe's `card` says comes first; the facts of the run stand beside it in any case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from store.report import canaries_text, inputs_text, verifier_text

_USE = (
    "Supervised fine-tuning of language models, and experiments on it, in the field of the "
    "documents it was made from. Every row names its sources, so that it can be checked."
)
_NOT = (
    "Not a source of facts for people: rows repeat what the documents say, outdated or wrong "
    "statements included. Not a benchmark of what models know, unless its test split holds real "
    "rows only. Not for decisions about persons."
)


def told(manifest: Mapping[str, Any], field: str) -> str:
    """What the recipe's `card` says in a field, empty where it says nothing."""
    said: str = manifest["recipe"].get("card", {}).get(field, "")
    return said


def intended_use(manifest: Mapping[str, Any]) -> str:
    """What it is for."""
    return told(manifest, "intended_use") or _USE


def out_of_scope(manifest: Mapping[str, Any]) -> str:
    """What it is not for."""
    return told(manifest, "out_of_scope") or _NOT


def limits(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Limits, each in a sentence or two: those people state, then those that were measured."""
    if told(manifest, "limits"):
        yield told(manifest, "limits")
    if manifest["status"] == "partial" and manifest["note"]:
        yield sentence(manifest["note"])
    corpus = manifest["corpus"]
    if "covered" in corpus:
        yield f"{corpus['covered']:,} of {corpus['documents']:,} documents have a row of their own."
    yield (
        "Answers were checked against these documents only. A claim they do not hold counts as not "
        "found, which is not the same as false; what the documents get wrong, the rows get wrong."
    )
    yield from _measured(manifest)


def _measured(manifest: Mapping[str, Any]) -> Iterator[str]:
    verifier, canaries = manifest.get("verifier"), manifest.get("canaries")
    if verifier:
        yield f"The verifier itself: {verifier_text(verifier)}."
    if canaries:
        yield f"Planted canaries: {canaries_text(canaries)}."
    if manifest.get("user_inputs"):
        yield f"Users' inputs: {inputs_text(manifest['user_inputs'])}."
    gate = manifest.get("gate")
    if gate:
        said = "passed it" if gate["passed"] else f"was held back: {manifest['note']}"
        yield sentence(f"The gate against collapse: this version {said}")
    yield from map(sentence, manifest.get("notes", ()))


def sentence(note: str) -> str:
    """A note with a capital and one full stop."""
    return f"{note[:1].upper()}{note[1:].rstrip('.')}."


def personal_data(manifest: Mapping[str, Any]) -> str:
    """What was done about personal data."""
    privacy = manifest["recipe"].get("filters", {}).get("privacy")
    if not privacy:
        return "Nothing looked for personal data: the recipe switched the filter `privacy` off."
    dropped = sum(step["dropped"] for step in manifest["funnel"] if step["stage"] == "privacy")
    kinds = ", ".join(kind.replace("_", " ") for kind in privacy["kinds"])
    done = f"dropped ({dropped:,} of them)" if privacy["on_found"] == "drop" else "flagged"
    public = (
        " A value that stands verbatim in a row's own source is public already and only flagged."
        if privacy["allow_in_corpus"]
        else ""
    )
    return (
        f"Candidates in which such data were found were {done}, and real rows with any were left "
        f"out. Looked for: {kinds}.{public} Names of persons are not looked for: what the "
        "documents say of persons, rows may say."
    )


def citation(manifest: Mapping[str, Any]) -> str:
    """How to name this very version, as BibTeX."""
    name = f"{manifest['dataset']}-v{manifest['version']}"
    day, snapshot = made_on(manifest), manifest["corpus"]["snapshot"]
    fields = {
        "title": f"{manifest['dataset']}, version {manifest['version']}",
        **({"author": told(manifest, "creator")} if told(manifest, "creator") else {}),
        **({"year": day[:4]} if day else {}),
        **({"url": told(manifest, "url")} if told(manifest, "url") else {}),
        "note": f"recipe {manifest['recipe_hash'][:16]}, corpus {snapshot[:16]}",
    }
    lines = ",\n".join(f"  {key} = {{{value}}}" for key, value in fields.items())
    return f"@misc{{{name},\n{lines}\n}}"


def made_on(manifest: Mapping[str, Any]) -> str:
    """The day on which it was finished, empty where nothing says."""
    return str(manifest.get("run", {}).get("finished_at", ""))[:10]


def maintenance(manifest: Mapping[str, Any]) -> str:
    """Where it comes from, how it goes on, and whom to tell."""
    parent = manifest.get("parent")
    first = "It is the first version. " if manifest["version"] == 1 else ""
    before = f"It follows {parent}. " if parent else first
    contact = told(manifest, "contact")
    whom = f"Report faults to {contact}" if contact else "Report faults to whoever gave it to you"
    return (
        f"{before}A version never changes; corrections come as a later one. {whom}, with the "
        "version's name and the `id` of the row."
    )
