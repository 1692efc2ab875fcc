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
from generators.plan import plan_seeds
from generators.replies import Draft
from generators.teacher import Task, task_of
from store.chunks import cut
from store.corpus import Corpus
from store.reading.source import read_source

STYLES = {"question_answer": 1, "distractor": 1, "unanswerable": 1}


def a_task(recipe_file: RecipeFile, style: str, count: int = 2) -> Task:
    methods = [{"styles": {style: 1}, "distractors": count}]
    recipe = load_recipe(str(recipe_file("http://127.0.0.1:9/v1", methods=methods)))
    documents = read_source(recipe.corpus[0]).documents
    passages = [piece for document in documents for piece in cut(document, recipe.chunking)]
    library = Library(Corpus(tuple(documents), tuple(passages)))
    seeds = plan_seeds(library, recipe)
    assert seeds == plan_seeds(library, recipe), "equal for a seed"
    task = task_of(next(s for s in seeds if s.passage_id == passages[0].id), library, recipe)
    assert len(task.others) == count
    assert all(other.document_id != task.document.id for _, other in task.others)
    return task


def test_the_right_document_stands_among_others(recipe_file: RecipeFile) -> None:
    task = a_task(recipe_file, "distractor")
    draft = among_others(Draft("How long?", "310 km.", ("310 km long",)), task)
    shown = [passage.text for passage in (*(other for _, other in task.others), task.passage)]
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
