"""Facts, the plan over them, and what the templates say about them."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import re
from collections import Counter
from typing import Any

import pytest

from configs.corpus import CorpusSource
from configs.documents import Chunking, Splits
from configs.errors import ConfigError
from configs.recipe import Method, Recipe
from configs.teachers import Teacher
from generators.facts import facts_of
from generators.library import Library
from generators.methods.grounded_qa import render
from generators.plan import plan_seeds
from generators.seeds import Seed
from generators.teacher import Task, task_of
from generators.templates import GroundedTemplates
from store.chunks import cut
from store.corpus import Corpus, Document
from store.python_api import read_modules
from store.quotes import find_quote
from store.splits import split_of

STYLES = ("question_answer", "cloze", "true_false", "signature", "comparison", "not_answerable")
RULES = Teacher(name="rules", kind="grounded-templates")
MODEL = Teacher(name="model", base_url="http://127.0.0.1:9/v1", model="m")


def library_of(documents: list[Document]) -> Library:
    passages = [piece for document in documents for piece in cut(document, Chunking())]
    return Library(Corpus(tuple(documents), tuple(passages)))


def recipe_of(**fields: Any) -> Recipe:
    data: dict[str, Any] = {
        "name": "test",
        "corpus": (CorpusSource(path="x"),),
        "teachers": (RULES,),
        "methods": (Method(styles=dict.fromkeys(STYLES, 1.0)),),
        **fields,
    }
    return Recipe(**data)


@pytest.fixture(scope="module")
def api() -> Library:
    return library_of(read_modules(("json", "statistics", "textwrap")))


def test_defaults_are_the_real_ones(api: Library) -> None:
    found = [
        (document.title, fact)
        for document in api.corpus.documents
        for fact in api.facts[document.id]
        if fact.kind == "default"
    ]
    assert len(found) > 30
    for title, fact in found:
        module, _, path = title.partition(".")
        obj: Any = importlib.import_module(module)
        for part in path.split("."):
            obj = getattr(obj, part)
        assert fact.value == repr(inspect.signature(obj).parameters[fact.attribute].default)


def test_facts_stand_where_they_say(api: Library) -> None:
    for document in api.corpus.documents:
        for fact in api.facts[document.id]:
            text = " ".join(document.text[fact.start : fact.end].split())
            if fact.kind == "parameters":
                names = re.findall(r"\w+", fact.value)
                assert all(re.search(rf"\b{name}\b", text) for name in names)
            else:
                assert fact.value in text


def test_prose_facts() -> None:
    text = (
        "# Moon\n\n- **Radius:** 1,737 km\n- **Age:** old\n- **Age:** very old\n\n"
        "| Mission | Year |\n|---|---|\n| A | 1969 |\n| B | 1971 |\n\n"
        "| Mission | Crew |\n|---|---|\n| A | 3 |\n| A | 4 |\n\n"
        "The Moon was reached by 12 people between 1969 and 1972. It is grey all over, they said.\n"
    )
    facts = facts_of(Document("moon.md", "Moon", text))
    stated = {(fact.subject, fact.attribute, fact.value) for fact in facts if fact.kind == "field"}
    assert stated == {("Moon", "Radius", "1,737 km"), ("A", "Year", "1969"), ("B", "Year", "1971")}
    sentences = [fact.value for fact in facts if fact.kind == "sentence"]
    assert sentences == ["The Moon was reached by 12 people between 1969 and 1972."]


def test_plan_is_deterministic_and_capped(api: Library) -> None:
    one, two = (plan_seeds(api, recipe_of(target=40)) for _ in range(2))
    assert one == two and len(one) <= 200
    assert len({seed.id for seed in one}) == len(one)
    assert one != plan_seeds(api, recipe_of(target=40, seed=8))


def test_a_shorter_plan_is_a_prefix(api: Library) -> None:
    long = plan_seeds(api, recipe_of(target=40))
    assert plan_seeds(api, recipe_of(target=7)) == long[:35]


def test_every_source_comes_before_any_comes_twice(api: Library) -> None:
    seeds = plan_seeds(api, recipe_of(target=1000))
    asked = {seed.document_id for seed in seeds}
    assert {seed.document_id for seed in seeds[: len(asked)]} == asked
    second = Counter(seed.document_id for seed in seeds[: 2 * len(asked)])
    assert max(second.values()) <= 3


def test_rare_facts_come_first(api: Library) -> None:
    recipe = recipe_of(methods=(Method(styles={"question_answer": 1.0}),), target=1000)
    first: dict[str, Seed] = {}
    for seed in plan_seeds(api, recipe):
        first.setdefault(seed.document_id, seed)
    for document_id, seed in first.items():
        facts = api.facts[document_id]
        rarity = api.rarity[facts[seed.fact].bucket]
        able = [f for f in facts if f.kind in ("default", "parameters", "summary", "statement")]
        assert rarity == min(api.rarity[fact.bucket] for fact in able)


def test_styles_follow_their_weights(api: Library) -> None:
    styles = {"question_answer": 70.0, "signature": 30.0}
    seeds = plan_seeds(api, recipe_of(methods=(Method(styles=styles),), target=10))
    share = Counter(seed.style for seed in seeds)["signature"] / len(seeds)
    assert 0.2 <= share <= 0.4


def test_no_seed_spans_two_splits(api: Library) -> None:
    splits = Splits(train=0.4, validation=0.3, test=0.3)
    recipe = recipe_of(splits=splits, target=500)
    seeds = [seed for seed in plan_seeds(api, recipe) if seed.other_id]
    assert seeds
    for seed in seeds:
        own, other = (split_of(i, splits, 7) for i in (seed.document_id, seed.other_id))
        assert own == other


def test_nothing_to_ask() -> None:
    library = library_of([Document("a.txt", "a", "nothing that could be asked by rule")])
    with pytest.raises(ConfigError, match="nothing to ask"):
        plan_seeds(library, recipe_of())


def test_models_are_asked_about_any_passage_again_and_again() -> None:
    library = library_of([Document("a.txt", "a", "nothing that could be asked by rule")])
    seeds = plan_seeds(library, recipe_of(teachers=(MODEL,), target=10))
    assert len(seeds) == 50 and max(seed.sample for seed in seeds) > 5


def test_rules_and_models_share_the_plan(api: Library) -> None:
    seeds = plan_seeds(api, recipe_of(teachers=(RULES, MODEL), target=100))
    assert set(Counter(seed.teacher for seed in seeds).values()) == {250}
    assert all(seed.fact >= 0 for seed in seeds if seed.teacher == "rules")


def written(task: Task) -> dict[str, Any]:
    answered = asyncio.run(GroundedTemplates("rules").ask(render(task)))
    assert answered.reply.content is not None
    record: dict[str, Any] = json.loads(answered.reply.content)
    return record


def test_templates_quote_verbatim(api: Library) -> None:
    recipe = recipe_of(target=200)
    seeds = plan_seeds(api, recipe)
    assert {seed.style for seed in seeds} == set(STYLES)
    for seed in seeds:
        task = task_of(seed, api, recipe)
        record = written(task)
        texts = [d.text for d in (task.document, task.other) if d is not None]
        assert record["quotes"] and record["answer"][-1] in '.!?"'
        for quote in record["quotes"]:
            assert any(find_quote(quote, text) for text in texts), quote


def test_true_false_is_right(api: Library) -> None:
    recipe = recipe_of(methods=(Method(styles={"true_false": 1.0}),), target=200)
    answers: Counter[bool] = Counter()
    for seed in plan_seeds(api, recipe):
        task = task_of(seed, api, recipe)
        record = written(task)
        assert task.fact is not None
        stated = re.findall(r"defaults to `(.*)`\.$|takes (\d+) named", record["question"])[0]
        count = str(task.fact.value.count("`") // 2)
        truth = stated[0] == task.fact.value if stated[0] else stated[1] == count
        assert record["answer"].startswith("True." if truth else "False."), record
        answers[truth] += 1
    assert min(answers.values()) > 0.3 * sum(answers.values())
