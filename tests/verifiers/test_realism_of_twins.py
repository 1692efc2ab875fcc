"""Messy twins by the eyes that looked at the real messages: as messy as those, and hard to tell
from them.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from messy_messages import (
    chatty,
    cut_to_keywords,
    louder,
    lowered,
    sample,
    spoilt,
    with_typo,
    without_end,
)

from generators.messy.twins import twin_rows
from verifiers.realism import profile_of, profiles_of, real_or_not, trait_reader

N = 500


def row(number: int, question: str) -> dict[str, Any]:
    answer = f"Answer {number}."
    texts = {"user": question, "assistant": answer}
    blank: dict[str, Any] = {"quotes": [], "request_keys": [], "losers": [], "reasoning": ""}
    return blank | {
        "id": f"r{number}",
        "question": question,
        "answer": answer,
        "messages": [{"role": role, "content": text} for role, text in texts.items()],
        "sources": [{"title": "Space", "document_id": f"d{number % 50}"}],
        "origin": "teacher",
        "teacher": "big",
        "style": "question_answer",
        "tools": "[]",
        "language": "en",
        "generation_depth": 0,
        "valid_as_of": None,
        "metadata": "{}",
    }


def lazily(text: str, rng: random.Random) -> str:
    """Without capitals, and so without a full stop, as those do who type on the way."""
    return without_end(lowered(text, rng), rng)


def real_messages(typos: float, lazy: float, short: float) -> list[str]:
    """Prompts made messy by the tests' own means, at these rates."""
    made = spoilt(sample(N, 11), short, 1, cut_to_keywords)
    made = spoilt(made, 0.15, 2, chatty)
    made = spoilt(made, 0.1, 3, louder)
    made = spoilt(made, lazy, 4, lazily)
    return spoilt(made, typos, 5, _with_typo)


def _with_typo(text: str, rng: random.Random) -> str:
    try:
        return with_typo(text, rng)
    except IndexError:  # no plain word
        return text


def twins_of(prompts: list[str], real: list[str], seed: int = 7) -> list[dict[str, Any]]:
    rows = [row(number, prompt) for number, prompt in enumerate(prompts)]
    return twin_rows(rows, profile_of(real).traits, trait_reader(prompts), seed)


@pytest.mark.parametrize("rates", [(0.3, 0.4, 0.1), (0.1, 0.15, 0.05), (0.5, 0.7, 0.2)])
def test_rates_of_the_sample_are_those_of_the_twins(rates: tuple[float, float, float]) -> None:
    real, prompts = real_messages(*rates), sample(N, 12)
    twins = [twin["question"] for twin in twins_of(prompts, real)]
    of_real, of_clean, of_twins = profiles_of([real, prompts, twins])
    for feature, category in (
        ("typos", "none"),
        ("casing", "lower"),
        ("fragment", "fragment"),
        ("register", "casual"),
        ("ending", "open"),
        ("ending", "repeated"),
    ):
        theirs, ours = (each.shares[feature].get(category, 0.0) for each in (of_real, of_twins))
        if category == "none":
            theirs, ours = 1 - theirs, 1 - ours
        assert ours == pytest.approx(theirs, rel=0.1), f"{feature}: {category}"
    before, after = real_or_not(of_real, of_clean, 1), real_or_not(of_real, of_twins, 1)
    assert of_twins.typos_per_word == pytest.approx(of_real.typos_per_word, rel=0.1)
    assert before is not None and after is not None and after < 0.65 < before
