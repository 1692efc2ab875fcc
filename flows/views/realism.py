"""Real users' messages in the terminal and as figures, without personal data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from flows.realism import FEW, Realism, Sample
from flows.realism_topics import Topic
from store.user_inputs import InputProfile
from verifiers.realism.discriminator import FAIL, WARN, Told

_SMALLEST = 0.005
_LONGEST, _MOST = 160, 12


def sample_views(sample: Sample, profile: InputProfile) -> Iterator[RenderableType]:
    """How the messages are written, feature by feature."""
    table = _table("How real users write", "feature", "category", "real")
    for feature, shares in profile.shares.items():
        for number, (name, share) in enumerate(shares.items()):
            table.add_row("" if number else feature, name, f"{share:.1%}")
    yield table
    yield Text(_counted(sample, profile))


def realism_views(sample: Sample, found: Realism) -> Iterator[RenderableType]:
    """Shares side by side, the classifier, and the topics that are left out."""
    yield _shares_table(found)
    yield Text(_counted(sample, found.real))
    yield Text(
        "Distance: Jensen-Shannon, base 2, from 0 to 1. Chance: what 95 of 100 random splits of "
        f"all messages stay below. Over the limit of {found.limit:g}, and more than chance: "
        f"{', '.join(one.feature for one in found.over) or 'none'}"
    )
    yield Text(told_text(found.told))
    if found.topics:
        yield _topics_table(found.topics[:_MOST])
        more = len(found.topics) - _MOST
        if more > 0:
            yield Text(f"and {more} smaller ones, in the figures")
    else:
        yield Text("Blind spots: none; what real users ask about has synthetic prompts, too.")
    outside = [topic for topic in found.topics if not topic.in_corpus]
    if outside and not found.note:
        yield Text(
            f"{len(outside)} of these topics are not in the corpus, so that no recipe can ask "
            "about them: add documents on them."
        )
    if found.note:
        yield Text(f"Note: {found.note}.")


def told_text(told: Told) -> str:
    """What a classifier makes of real and synthetic messages."""
    if told.text is None or told.form is None:
        return f"Classifier: not asked, since one side has only {told.each} messages."
    verdict = {"well": "well", "warn": "warning", "fail": "FAILS"}[told.verdict]
    return (
        f"Classifier, real or synthetic (AUC; 0.5 is a guess): whole text {told.text:.2f}, form "
        f"alone {told.form:.2f}: {verdict} (warning over {WARN:g}, failure over {FAIL:g}; "
        f"{told.each:,} of either)"
    )


def figures(sample: Sample, found: Realism) -> dict[str, Any]:
    """All figures as JSON takes them."""
    return {
        "version": found.version.name,
        "table": found.table,
        "messages": len(sample.messages),
        "masked": sample.masked,
        "limit": found.limit,
        "typos_per_word": {
            "real": found.real.typos_per_word,
            "synthetic": found.synthetic.typos_per_word,
        },
        "features": [
            {
                "feature": one.feature,
                "real": dict(one.real),
                "synthetic": dict(one.other),
                "distance": one.value,
                "chance": one.chance,
                "over": one.is_over(found.limit),
            }
            for one in found.distances
        ],
        "auc": {"text": found.told.text, "form": found.told.form, "verdict": found.told.verdict},
        "blind_spots": [
            {
                "words": list(topic.spot.words),
                "messages": len(topic.spot.rows),
                "share": topic.spot.share,
                "synthetic": topic.spot.synthetic,
                "examples": list(topic.spot.examples),
                "documents": list(topic.documents),
                "in_corpus": topic.in_corpus,
            }
            for topic in found.topics
        ],
        "note": found.note,
        "fails": found.fails,
    }


def _counted(sample: Sample, profile: InputProfile) -> str:
    said = f"{len(sample.messages):,} real messages"
    if sample.masked:
        said += f", {sample.masked:,} of them with personal data, which was taken out"
    said += f"; {profile.typos_per_word:.1%} of their words are misspelt"
    if profile.found < 1:
        said += f" (estimated: {profile.found:.0%} of planted slips are found)"
    few = f" Fewer than {FEW} messages say little." if len(sample.messages) < FEW else ""
    return f"{said}.{few}"


def _shares_table(found: Realism) -> Table:
    title = f"Real users beside {found.version.name} ({found.table})"
    table = _table(title, "feature", "category", "real", "synthetic", "distance", "chance")
    for one in found.distances:
        names = [
            name
            for name in dict.fromkeys([*one.real, *one.other])
            if max(_share(one.real, name), _share(one.other, name)) >= _SMALLEST
        ]
        over = one.is_over(found.limit)
        for number, name in enumerate(names):
            first = (one.feature, f"{one.value:.2f}{' !' if over else ''}", f"{one.chance:.2f}")
            feature, far, chance = ("", "", "") if number else first
            pair = (f"{_share(one.real, name):.1%}", f"{_share(one.other, name):.1%}")
            table.add_row(feature, name, *pair, far, chance, style="bold" if over else "")
    return table


def _topics_table(topics: Sequence[Topic]) -> Table:
    title = "Blind spots: what real users ask about and synthetic prompts hardly do"
    table = _table(title, "messages", "share", "synthetic", "words", "examples", "documents")
    for topic in topics:
        spot = topic.spot
        shown = "\n".join(_short(example) for example in spot.examples)
        documents = ", ".join(topic.documents) or ("" if topic.in_corpus else "not in the corpus")
        counts = (f"{len(spot.rows):,}", f"{spot.share:.1%}", f"{spot.synthetic:,}")
        table.add_row(*counts, *map(Text, (", ".join(spot.words), shown, documents)))
    return table


def _short(text: str) -> str:
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _share(shares: Mapping[str, float], name: str) -> float:
    return shares.get(name, 0.0)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        words = column in ("feature", "category", "words", "examples", "documents")
        table.add_column(column, justify="left" if words else "right")
    return table
