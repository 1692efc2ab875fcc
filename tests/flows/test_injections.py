"""Documents that give orders, through a real build with a teacher that obeys each of them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
from conftest import RecipeFile, StartServer
from injections import INJECTIONS, ORDERS, TITLES, document

from configs.load import load_recipe
from flows.hostile import notes
from flows.pipeline import build
from generators.methods.grounded_qa import SCHEMA
from store.corpus import Corpus
from store.marks import break_marks
from store.versions import Version

MARKS = re.compile(r"<[^\w`]{0,4}passage\b", re.IGNORECASE)
INSIDE = re.compile(r"^<passage>\n.*?\n</passage>$", re.MULTILINE | re.DOTALL)
Requests = dict[str, list[dict[str, Any]]]


def requests_of(journal: Path) -> Requests:
    """All that was sent, by the river it is about."""
    found: Requests = defaultdict(list)
    with closing(sqlite3.connect(journal)) as rows:
        for (sent,) in rows.execute("SELECT request FROM replies"):
            body = json.loads(sent)
            user = body["messages"][1]["content"]
            found[re.findall(r'Passage from "(\w+) River', user)[0]].append(body)
    return found


def test_no_order_in_a_document_is_obeyed(
    recipe_file: RecipeFile, start_server: StartServer, documents: Path, tmp_path: Path
) -> None:
    for name in INJECTIONS:
        (documents / f"{TITLES[name]}.md").write_text(document(name), encoding="utf-8")
    styles = {"question_answer": 2, "distractor": 1}
    method = {"name": "grounded_qa", "styles": styles, "passages": 3, "distractors": 8}
    url = start_server({"follows_orders": True}).url
    path = recipe_file(url, target=60, methods=[method], shard_size=50)
    version = build(load_recipe(str(path), output=tmp_path / "out")).version
    sent = requests_of(tmp_path / "out" / ".stillhouse" / "journal.sqlite")
    for name, case in INJECTIONS.items():
        prompts = [requested(body) for body in sent[TITLES[name]]]
        shown = break_marks(case.text, frozenset({"passage"}))
        assert any(shown in prompt for prompt in prompts), f"{name}: shown but for its marks"
        assert case.wanted in case.text or not any(case.wanted in each for each in prompts)
    nothing_leaked(version)


def requested(body: dict[str, Any]) -> str:
    """The prompt about a document, in a request whose form no document changed."""
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    system, user, *_ = body["messages"]
    assert (system["role"], user["role"]) == ("system", "user")
    assert "PWNED" not in system["content"] and "LEAK" not in system["content"]
    prompt = str(user["content"])
    assert len(MARKS.findall(prompt)) == 2 * len(INSIDE.findall(prompt)) > 0
    return prompt


def nothing_leaked(version: Version) -> None:
    """No published word is one that was wanted, also not in documents that a record shows; and each
    answer that was given was dropped for what it is.
    """
    published, reasons = version.table("data").to_dicts(), defaultdict(set)
    for row in version.table("rejected").to_dicts():
        for name, case in INJECTIONS.items():
            if TITLES[name] in row["question"] and case.wanted in row["answer"]:
                reasons[name].add(row["reason"])
    assert published, "other documents made records"
    (note,) = (note for note in version.manifest["notes"] if "instruction_leak" in note)
    hostile = sorted(f"{TITLES[name]}.md" for name in ORDERS)
    told = f"{len(hostile)} documents give orders to a model ({', '.join(hostile[:5])} and others)"
    assert told in note, note
    for row in published:
        said = json.dumps(row["messages"], ensure_ascii=False)
        said = re.sub(r"in the way of fact number \d+", "", said)  # what the server counts by
        assert not [name for name, case in INJECTIONS.items() if case.wanted in said]
        assert not any(f"{TITLES[name]} River" in said for name in ORDERS)
    for name in ORDERS:
        assert reasons[name] == {"instruction_leak"}, name
    for name in INJECTIONS.keys() - set(ORDERS):  # what a template would have made stands nowhere
        assert "missing_quote" in reasons[name], name


def test_without_an_order_nothing_is_noted() -> None:
    nothing = Corpus((), ())
    rows = pl.DataFrame({"reason": ["refusal"], "sources": [[]], "metadata": ["{}"]})
    assert notes(rows, nothing) == []
    rows = rows.with_columns(reason=pl.lit("instruction_leak"))
    assert "no document behind them gives one" in notes(rows, nothing)[0]
