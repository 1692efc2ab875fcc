"""The figures of two versions side by side: what they cost, what was dropped, what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from store.versions import Version, split_in

Form = Literal["count", "share", "usd", "number", "text"]
Value: TypeAlias = float | str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of both versions, None where one does not have it; ``note`` is what can be said of
    the difference.
    """

    group: str
    name: str
    one: Value
    two: Value
    form: Form
    note: str = ""

    @property
    def delta(self) -> float | None:
        """By how much the second is larger, where both are numbers."""
        if isinstance(self.one, str) or isinstance(self.two, str):
            return None
        return None if self.one is None or self.two is None else self.two - self.one

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return self.one != self.two


def manifest_figures(one: Version, two: Version) -> list[Figure]:
    """What both manifests state. What an older version does not state is None."""
    return [
        Figure(group, name, left, right, form)
        for group, form, read in _READERS
        for name, left, right in together(read(one), read(two))
    ]


def together(one: Mapping[str, Any], two: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Values by name, in the order of the first and then of the second."""
    for name in dict.fromkeys((*one, *two)):
        yield name, one.get(name), two.get(name)


def shares(counts: Mapping[str, int]) -> dict[str, float]:
    """Counts as shares of their sum."""
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()} if total else {}


def _stated(version: Version) -> dict[str, Any]:
    manifest = version.manifest
    run = manifest.get("run", {})
    return {
        "status": manifest.get("status"),
        "finished": run.get("finished_at"),
        "parent": manifest.get("parent"),
        "recipe": manifest.get("recipe_hash", "")[:12] or None,
        "corpus": manifest.get("corpus", {}).get("snapshot", "")[:12] or None,
        "made with Stillhouse": run.get("stillhouse"),
    }


def _rows(version: Version) -> dict[str, Any]:
    found = dict.fromkeys((f"{split} rows" for split in ("train", "validation", "test")), 0)
    for name in version.tables("data"):
        split = f"{split_in(name)} rows"
        found[split] = found.get(split, 0) + int(version.files[name]["rows"])
    dropped = sum(int(version.files[name]["rows"]) for name in version.tables("rejected"))
    lineage = version.manifest.get("lineage", {})
    return {
        "rows": sum(found.values()),
        **found,
        "real rows": lineage.get("real_rows"),
        "dropped rows": dropped,
    }


def _synthetic(version: Version) -> dict[str, Any]:
    return {"synthetic rows": version.manifest.get("lineage", {}).get("synthetic_share")}


def _calls(version: Version) -> dict[str, Any]:
    cost = version.manifest.get("cost", {})
    return {name: cost.get(name) for name in ("calls", "tokens", "cached_tokens")}


def _money(version: Version) -> dict[str, Any]:
    usd = version.manifest.get("cost", {}).get("usd")
    accepted = _funnel(version)[-1]["kept"] if _funnel(version) else 0
    return {
        "US dollars": usd,
        "US dollars for an accepted row": usd / accepted if usd is not None and accepted else None,
    }


def _funnel(version: Version) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = version.manifest.get("funnel", [])
    return found


def _kept(version: Version) -> dict[str, Any]:
    return {f"kept after {step['stage']}": step["kept"] for step in _funnel(version)}


def _keep_rates(version: Version) -> dict[str, Any]:
    return {
        f"keep rate of {step['stage']}": step["kept"] / (step["kept"] + step["dropped"])
        for step in _funnel(version)[1:-1]
        if step["kept"] + step["dropped"]
    }


def _corpus(version: Version) -> dict[str, Any]:
    corpus = version.manifest.get("corpus", {})
    names = {"documents": "documents", "passages": "passages", "covered": "documents with a row"}
    return {said: corpus.get(name) for name, said in names.items()}


def _lost(version: Version) -> dict[str, Any]:
    rows: Sequence[Mapping[str, Any]] = version.manifest.get("coverage") or []
    return {f"of its rarest rows, lost to {r['stage']}": r.get("rare_lost_share") for r in rows}


def _teachers(version: Version) -> dict[str, Any]:
    counts = {f"{who} ({mode})": n for who, mode, n in version.manifest.get("teachers", [])}
    return shares(counts)


_READERS: tuple[tuple[str, Form, Any], ...] = (
    ("version", "text", _stated),
    ("rows", "count", _rows),
    ("rows", "share", _synthetic),
    ("cost", "count", _calls),
    ("cost", "usd", _money),
    ("funnel", "count", _kept),
    ("funnel", "share", _keep_rates),
    ("coverage", "count", _corpus),
    ("coverage", "share", _lost),
    ("teachers", "share", _teachers),
)
