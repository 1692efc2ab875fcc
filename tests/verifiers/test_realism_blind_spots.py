from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from configs.stages import Embedding
from store.embedding import embedder
from store.stages import Vectors
from verifiers.realism.blind_spots import blind_spots

BAKING = [
    "why does my sourdough starter not rise",
    "how long should sourdough bread bake at 220 degrees",
    "my sourdough bread is too dense, what did I do wrong",
    "can I bake sourdough bread with rye flour only",
    "best flour for a sourdough starter",
    "sourdough crust too hard after baking",
]
MOONS = [
    "which moons of Saturn have an atmosphere",
    "how many moons does Saturn have",
    "is Titan the largest moon of Saturn",
    "what is the atmosphere of Titan made of",
    "who discovered the moon Enceladus",
    "how far is Titan from Saturn",
    "does Enceladus have water under its ice",
    "when was the moon Titan discovered",
]
ASKED = [
    "What gas is most abundant in the atmosphere of Titan?",
    "Who discovered Titan, the moon of Saturn?",
    "How many known moons orbit Saturn?",
    "What lies under the ice of Enceladus?",
    "At what distance does Titan orbit Saturn?",
    "Which moon of Saturn is the largest?",
]


@cache
def vectors(*texts: str) -> Vectors:
    return embedder(Embedding())(texts)


def test_a_topic_without_synthetic_prompts_is_found_and_one_with_them_is_not() -> None:
    real = [*MOONS, *BAKING, BAKING[0].upper()]
    (spot,) = blind_spots(real, vectors(*real), vectors(*ASKED))
    assert [real[row] for row in spot.rows] == [*BAKING, BAKING[0].upper()]
    assert spot.share == pytest.approx(7 / 15) and spot.synthetic == 0
    assert "sourdough" in spot.words[:2] and len(spot.examples) == 2
    assert set(spot.examples) <= set(BAKING)
    more = vectors(*ASKED, "How is a sourdough bread baked?", "Why is a sourdough starter flat?")
    assert blind_spots(real, vectors(*real), more) == []


def test_a_topic_with_too_few_for_its_share_is_found() -> None:
    real = [*MOONS, *BAKING]
    one_of_many = [*ASKED * 10, "How is a sourdough bread baked at home?"]
    (spot,) = blind_spots(real, vectors(*real), vectors(*one_of_many))
    assert spot.synthetic == 1 and len(spot.rows) >= 3


def test_small_samples_and_no_synthetic_prompts() -> None:
    few = [*MOONS[:5]]
    assert blind_spots(few, vectors(*few), vectors(*ASKED)) == []
    real = [*MOONS, *BAKING]
    nothing = np.zeros((0, vectors(*real).shape[1]), np.float32)
    found = blind_spots(real, vectors(*real), nothing)
    assert sum(len(spot.rows) for spot in found) >= 12


def test_a_foreign_subject_is_a_topic_though_its_prompts_share_little() -> None:
    own = np.eye(60, dtype=np.float32)
    asked = 0.8 * own[:20] + 0.6 * own[58]
    foreign = 0.87 * own[20:32] + 0.5 * own[59]
    texts = [f"known {i}" for i in range(20)] + [f"foreign {i}" for i in range(12)]
    (spot,) = blind_spots(texts, np.vstack([asked, foreign]), asked)
    assert spot.rows == tuple(range(20, 32)) and spot.synthetic == 0
    assert "foreign" in spot.words
