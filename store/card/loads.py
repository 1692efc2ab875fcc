"""How a version is loaded, configuration by configuration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from store.card.parts import Part

_LINES = (
    ("rejected", "why", "dropped rows, each with a reason"),
    ("preference", "pairs", "prompt, chosen, rejected"),
    ("messy", "users", "the same, asked as users ask"),
    ("real", "people", "the real rows alone"),
)


def load_text(name: str, parts: Sequence[Part]) -> list[str]:
    """How the version is loaded; a configuration without rows is none."""
    return [
        "## Load",
        "",
        "```python",
        "from datasets import load_dataset",
        f'data = load_dataset("path/to/{name}")            # messages, and all provenance',
        *_others(name, {part.config for part in parts if part.rows}),
        "```",
        "",
        "The configurations `evidence`, `passages` and `verdicts` hold every claim with what it "
        "was checked against, those passages, and every stage's verdict on every candidate; "
        "`corpus` names the documents behind the version by their hashes. "
        "`croissant.json` describes all files and columns for other tools.",
        "",
    ]


def _others(name: str, there: set[str]) -> Iterator[str]:
    for config, variable, what in _LINES:
        if config in there:
            yield f'{variable} = load_dataset("path/to/{name}", "{config}")  # {what}'
    mixes = sorted((one for one in there if one.startswith("real_")), key=_share, reverse=True)
    if mixes:
        said = f"training sets of equal size by % of real rows: {', '.join(mixes)}"
        yield f'mix = load_dataset("path/to/{name}", "{mixes[0]}")  # {said}'


def _share(config: str) -> float:
    """The share of real rows in the name of such a training set, in per cent."""
    return float(config.removeprefix("real_").replace("_", "."))
