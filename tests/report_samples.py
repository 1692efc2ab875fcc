"""The page of a rich version for the tests of the report: held back by the gate, with vanished
topics and generations before it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from store_samples import content, manifest

from configs.stages import CollapseProbe
from store.explained import Decision, Explained, Piece, Said
from store.report import render_report
from verifiers.collapse import Side, measure
from verifiers.collapse.atlas import draw_map
from verifiers.collapse.facts import Sources
from verifiers.collapse.ranks import tail_curves
from verifiers.collapse.tails import vanished

WIDTH, TOPICS = 16, 40
SETTINGS = CollapseProbe(sample=600, permutations=99, min_rows=100)
LONG = "https-less-but-very-long-identifier_" * 6


def side(rows: int, seed: int, topics: int) -> Side:
    """Rows around as many topics of a world, the later ones rarer, from 30 documents."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(TOPICS, WIDTH))
    share = 1 / np.arange(1, topics + 1)
    topic = rng.choice(topics, rows, p=share / share.sum())
    vectors = centres[topic] + 0.35 * rng.normal(size=(rows, WIDTH))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Side(
        [f"What is asked of topic {t} in row {n}?" for n, t in enumerate(topic.tolist())],
        [f"It says {word}." for word in rng.integers(0, 9000, rows).tolist()],
        vectors.astype(np.float32),
        np.stack([rng.binomial(3, 0.93, rows), np.full(rows, 3)], axis=1),
        [[f"document {t}"] for t in topic.tolist()],
        Sources([f"document {t}" for t in range(TOPICS)], passages=90, supporting=41),
    )


def drawn() -> tuple[pl.DataFrame, list[dict[str, Any]], dict[str, Any]]:
    """The panel, the vanished clusters and the figures of a version that lost most topics."""
    version = side(1200, 1, 12)
    beside = {"parent": side(1200, 2, TOPICS), "anchor": side(700, 3, TOPICS)}
    panel = measure(version, beside, SETTINGS, 7)
    gone = [
        (name, each)
        for name, other in beside.items()
        for each in vanished(version.vectors, other.vectors, other.questions, 5.0, 3, 7)
    ]
    listed = [
        {"reference": n, "share": g.share, "expected": g.expected, "examples": list(g.examples)}
        for n, g in gone
    ]
    generations = [
        {
            "version": number,
            "figures": {
                "claim_accuracy": {"value": high, "low": high - 0.02, "high": high + 0.01},
                "document_recall": {"value": high - 0.2, "low": high - 0.3, "high": high - 0.1},
            },
        }
        for number, high in ((1, 0.985), (2, 0.97), (4, 0.95))
    ]
    figures = {
        "map": draw_map(version, beside, gone, 7),
        "tails": tail_curves(version, beside, SETTINGS.sample, 7),
        "ancestors": generations,
    }
    return panel, listed, figures


def rich_page() -> str:
    """The page of such a version."""
    panel, gone, figures = drawn()
    made = content()
    about = {"dataset": "small", **manifest(**rich_manifest(gone))}
    rows = made.splits["train"].to_dicts()
    return render_report(about, rows, made.rejected, panel, explained(), figures)


def explained() -> list[Explained]:
    """A kept record with a claim of each verdict."""
    verdicts = ("supported", "contradicted", "stale", "not_found")
    pieces = tuple(
        Piece(f"Sentence {n} of the answer. ", verdict, (n,))
        for n, verdict in enumerate(verdicts, start=1)
    )
    claims = tuple(
        Decision(
            n,
            f"Sentence {n} of the answer.",
            verdict,
            "numbers",
            0.5,
            "4 beside 5",
            "a/b.md [3:9], valid from 2020-01-01",
            "The passage says ",
            "what decided",
            f" and {LONG}",
        )
        for n, verdict in enumerate(verdicts, start=1)
    )
    said = (Said("user", (Piece("What is it?", "", ()),)), Said("assistant", pieces))
    return [Explained("r0001", "kept", said, claims)]


def rich_manifest(gone: list[dict[str, Any]]) -> dict[str, Any]:
    """What ``manifest`` of the store's samples lacks."""
    kinds = [
        {"kind": k, "claims": 40, "rejected": 39, "share": 0.975, "low": 0.87, "high": 0.996}
        for k in ("number", "negation", "entity_swap")
    ]
    share = {"claims": 120, "rejected": 117, "share": 0.975, "low": 0.93, "high": 0.99}
    recall = {"corrupted": False, "ranking": "bm25", "probes": 99, "at_1": 0.8, "at_5": 0.9}
    levels = [
        {
            "threshold": t,
            "kept": 1100,
            "keep_rate": 0.9,
            "dropped": 100,
            "groups": 60,
            "largest": 7,
            "current": t == 0.6,
        }
        for t in (0.5, 0.6, 0.8)
    ]
    stages = ("generate", "grounding", "near", "diversity")
    covered = [
        {
            "stage": stage,
            "lost_share": 0.1,
            "rare_lost_share": 0.5,
            "documents": 0.9,
            "corpus_tail": 0.8,
            "anchor_tail": 0.7,
            "styles": 4,
            "clusters": 80,
            "vanished": 3,
            "examples": ["Who was the last keeper of the lighthouse?"],
        }
        for stage in stages
    ]
    teacher = {
        "teacher": "a-teacher-with-a-rather-long-name",
        "tier": 1,
        "candidates": 2400,
        "escalated": 0,
        "accepted": 1800,
        "accept_rate": 0.75,
        "usd": 12.5,
        "usd_per_accepted": 0.0069,
    }
    return {
        "version": 5,
        "parent": "small-v4",
        "status": "quarantined",
        "gate": {
            "passed": False,
            "failures": [
                {
                    "metric": "hill_1",
                    "gauge": "tails",
                    "value": 21.4,
                    "was": 39.8,
                    "effect": -14.2,
                    "text": "the effective number of clusters has fallen by almost half",
                },
                {
                    "metric": "vanished",
                    "gauge": "tails",
                    "value": len(gone),
                    "was": None,
                    "effect": None,
                    "text": f"{len(gone)} clusters of the parent or anchor have no row",
                },
            ],
            "remedies": [
                "Raise the weight of the anchor to a half of each round.",
                "Plan seeds for the vanished clusters first, with a floor for each.",
            ],
            "patch": {"selection": {"floor": 2}},
        },
        "lineage": {
            "real_rows": 300,
            "synthetic_rows": 900,
            "synthetic_share": 0.75,
            "depths": {"0": 300, "1": 600, "2": 300},
            "reason": "Real rows are kept beside synthetic ones, never replaced by them",
        },
        "notes": ["hill_1 is 21.4, 39.8 beside the parent version", f"a long word: {LONG}"],
        "alarms": ["answers have become 40 % shorter than in small-v4"],
        "vanished": gone,
        "funnel": [
            {"stage": "planned", "kept": 2400, "dropped": 0, "reasons": []},
            *(
                {"stage": s, "kept": 2200 - 300 * n, "dropped": 300, "reasons": [["dropped", 300]]}
                for n, s in enumerate(stages)
            ),
            {"stage": "published", "kept": 1300, "dropped": 0, "reasons": []},
        ],
        "coverage": covered,
        "cost": {"calls": 2600, "tokens": 1_234_567, "usd": 12.5},
        "verifier": {
            "calibrated": True,
            "calibration_error": 0.03,
            "labelled": 400,
            "caught": share,
            "false_alarms": {**share, "rejected": 3, "share": 0.025},
            "kinds": kinds,
            "recall": [{**recall, "at_10": 0.95}],
            "conflicts": 2,
            "model": "",
            "verdicts": {"supported": 3100, "not_found": 140, "contradicted": 60, "stale": 9},
        },
        "tiers": [teacher],
        "replies": {
            "rungs": [{"teacher": teacher["teacher"], "rung": "strict", "replies": 2300}],
            "fields": [{"field": "answer", "empty": 0.0, "entropy": 2.1, "entropy_of_seeds": None}],
        },
        "sweep": {
            "skipped": "",
            "stages": [{"stage": "near", "measure": "Jaccard similarity", "levels": levels}],
        },
        "run": {
            "finished_at": "2026-05-04T03:02:01+00:00",
            "wall_s": 4321.0,
            "stillhouse": "0.1.0",
            "python": "3.11.7",
            "libraries": {"polars": "2.1.0", "faiss-cpu": "1.15.1"},
        },
    }
