"""Records that show documents before the question: with the one that answers, or without it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from conftest import RecipeFile, StartServer

from configs.errors import ParseError
from configs.load import load_recipe
from flows.pipeline import build
from generators.library import Library
from generators.methods.distractors import among_others
from generators.replies import Draft
from generators.seeds import Seed
from generators.teacher import Task
from store.chunks import cut
from store.corpus import Corpus
from store.readers import read_source

STYLES = {"question_answer": 1, "distractor": 1, "unanswerable": 1}


def a_task(recipe_file: RecipeFile, style: str, count: int = 2) -> Task:
    recipe = load_recipe(str(recipe_file()))
    documents = read_source(recipe.corpus[0])
    passages = [piece for document in documents for piece in cut(document, recipe.chunking)]
    library = Library(Corpus(tuple(documents), tuple(passages)))
    passage = passages[0]
    seed = Seed(
        "s1", "grounded_qa", style, "teacher", passage.document_id, passage.id, -1, "", -1, 0
    )
    others = library.distractors(seed, count, recipe)
    assert len(others) == count
    assert all(other.document_id != passage.document_id for other in others)
    assert others == library.distractors(seed, count, recipe), "equal for a seed"
    document = library.corpus.document[passage.document_id]
    return Task(seed, document, passage, None, None, None, None, distractors=others)


def test_the_right_document_stands_among_others(recipe_file: RecipeFile) -> None:
    task = a_task(recipe_file, "distractor")
    draft = among_others(Draft("How long?", "310 km.", ("310 km long",)), task)
    shown = [passage.text for passage in (*task.distractors, task.passage)]
    assert all(text in draft.context for text in shown)
    assert (draft.question, draft.answer) == ("How long?", "310 km.")


def test_without_it_the_answer_says_so(recipe_file: RecipeFile) -> None:
    task = a_task(recipe_file, "unanswerable")
    draft = among_others(Draft("How long?", "310 km.", (task.passage.text[:60],)), task)
    assert task.passage.text not in draft.context
    assert draft.answer == "That cannot be answered from these documents."
    with pytest.raises(ParseError, match="another document says so, too: Grey Lake"):
        among_others(Draft("Where?", "Grey Lake.", ("Grey Lake",)), task)


def test_a_build_publishes_them(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    methods = [{"styles": STYLES, "distractors": 2}]
    path = recipe_file(start_server().url, methods=methods, target=9)
    rows = build(load_recipe(str(path), output=tmp_path / "out")).version.table("data")
    assert set(rows["style"]) == set(STYLES)
    shown = rows.filter(pl.col("style") != "question_answer")
    for row in shown.iter_rows(named=True):
        user, assistant = row["messages"]
        assert user["content"].startswith("Answer from these documents only.")
        assert user["content"].endswith(row["question"])
        assert assistant["content"] == row["answer"]
        held_back = row["style"] == "unanswerable"
        assert any(quote in user["content"] for quote in row["quotes"]) != held_back
