"""The token budget of a request, and passages packed into it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import RecipeFile
from hypothesis import given
from hypothesis import strategies as st

from configs.corpus import CorpusSource
from configs.errors import ConfigError
from configs.load import load_recipe
from configs.recipe import Method, Recipe
from configs.teachers import Teacher
from generators.library import Library
from generators.methods.grounded_qa import render
from generators.plan import plan_seeds
from generators.teacher import task_of
from generators.window import Window, pack, tokens_of
from store.chunks import cut
from store.corpus import Corpus, Document

SECTION = "The mill by the river {n} was built of stone in the year {n}. It has {n} wheels. "


def library(recipe: Recipe) -> Library:
    text = "\n\n".join(f"## Mill {n}\n\n" + SECTION.format(n=n) * 6 for n in range(1700, 1708))
    document = Document("mills", "Mills", text)
    return Library(Corpus((document,), tuple(cut(document, recipe.chunking))))


def recipe(passages: int, **teacher: int) -> Recipe:
    at = {"name": "t", "base_url": "http://127.0.0.1:1/v1", "model": "m"}
    return Recipe(
        name="mills",
        target=4,
        corpus=(CorpusSource(path="x"),),
        chunking={"max_chars": 600, "overlap_chars": 0},
        methods=(Method(passages=passages),),
        teachers=(Teacher(**at, **teacher),),
    )


def test_evidence_gets_what_is_left_and_at_most_three_fifths() -> None:
    assert Window(1000, 100, 50, 200).evidence == 600
    assert Window(1000, 300, 100, 200).evidence == 400
    assert Window(1000, 300, 100, 700).evidence == 0
    assert Window(None, 300, 100, 700).evidence == float("inf")


def test_best_first_second_best_last() -> None:
    packed = pack([(0.1, "d"), (0.9, "a"), (0.5, "b"), (0.3, "c")], len, 10)
    assert packed.shown == ("a", "c", "d", "b") and packed.left_out == ()


@given(st.lists(st.tuples(st.floats(0, 1), st.text(max_size=30)), max_size=12), st.integers(0, 120))
def test_what_is_shown_fits_and_nothing_is_lost(
    scored: list[tuple[float, str]], limit: int
) -> None:
    packed = pack(scored, tokens_of, limit)
    assert sum(tokens_of(text) for text in packed.shown) <= limit
    assert sorted((*packed.shown, *packed.left_out)) == sorted(text for _, text in scored)
    if packed.shown and scored:
        best = max((score for score, text in scored if tokens_of(text) <= limit), default=0)
        assert any(score == best and text == packed.shown[0] for score, text in scored)


@given(st.text())
def test_a_token_is_at_most_three_bytes(text: str) -> None:
    assert 3 * tokens_of(text) >= len(text.encode())


def test_passages_beside_the_one_asked_about() -> None:
    made = recipe(3)
    seed = plan_seeds(library(made), made)[0]
    task = task_of(seed, library(made), made)
    text = render(task).messages[1]["content"]
    assert text.count("<passage>") == 3 and text.count("Another passage from") == 2
    assert text.index(task.passage.text) < text.index("Another passage")


def test_a_small_window_leaves_passages_out_and_says_which() -> None:
    made = recipe(8, context_window=2048, max_tokens=256)
    seed = plan_seeds(library(made), made)[0]
    request = render(task_of(seed, library(made), made))
    shown = request.messages[1]["content"].count("<passage>")
    assert 1 < shown < 8 and len(request.left_out) == 8 - shown
    used = sum(tokens_of(message["content"]) for message in request.messages)
    assert used + 256 <= 2048


def test_a_window_too_small_for_a_passage_is_refused_before_anything_is_sent(
    recipe_file: RecipeFile, tmp_path: Path
) -> None:
    path = recipe_file("http://127.0.0.1:1/v1", {"context_window": 2000, "max_tokens": 1024})
    with pytest.raises(
        ConfigError, match=r"276 tokens are left for evidence; set max_chars to 828"
    ):
        load_recipe(str(path))
