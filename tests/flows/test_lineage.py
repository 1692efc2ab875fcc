"""`stillhouse lineage`: where a record comes from, and what rests on a document."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
from conftest import RecipeFile, RunCommand
from store_samples import claim, record, records, rejected
from versions_on_disk import on_disk

from configs.teachers import Budget
from flows.lineage.forward import by_document, by_passage, by_prompt, by_request
from flows.lineage.records import Cited, Lineage, trace
from flows.views.lineage import lineage_branch
from flows.workspace import workspace_at
from store.journal import Attempt, Ended, Reply
from store.ledger import Spent
from store.records import CITED, EVIDENCE, RECORDS, VERDICTS, frame
from store.versions import Version

BARE: dict[str, Any] = {
    "probes": {"collapse": None, "verifier": None, "canaries": None, "tail": None},
    "filters": {"semantic": None, "near": None, "leakage": None},
}
"""A build of which only the records are wanted."""


def answered(root: Path, key: str) -> None:
    """A reply in the journal of a folder."""
    journal, used = workspace_at(root).journal, Spent(1, 15, 0.25)
    attempt = Attempt("a", "run", key, "strong", "http://x/v1", "m", "p@1", 1, Spent(1, 99, 1.0))
    reply = Reply("said", "stop", "m-1", 10, 5, 0.25, attempts=2, latency_s=1.5, teacher="strong")

    async def call() -> None:
        await journal.begin((key,), attempt, Budget())
        await journal.end(attempt, Ended("ok", used, 1.5, reply, 200), b"{}")

    asyncio.run(call())


def family(root: Path) -> Version:
    """A version with a repaired record, what it was repaired from, claims, and what was shown."""
    made = {"generation_mode": "distillation", "teacher": "strong", "origin": "teacher"}
    asked = {"request_keys": ("k" * 64, "l" * 64), "prompt_id": "grounded_qa/question@1.0.0"}
    shown = json.dumps({"shown": ["d1#4", 'd"x#0'], "conditions": {"tone": "dry"}})
    row = record(3, repaired_from="r0100", metadata=shown, **made, **asked).row()
    said = {"document_id": "d1", "passage_id": "d1#2", "start": 4, "end": 9, "quote": "river"}
    fall = {"stage": "near", "stage_version": "1", "decision": "drop", "reason": "near"}
    passage = {"id": "d1#2", "document_id": "d1", "title": "One", "text": "the river", "start": 0,
               "end": 9, "licence": "MIT"}  # fmt: skip
    tables = {
        "data/train-0": pl.concat([frame([row], RECORDS), records([4, 5])]),
        "rejected/train-0": rejected([100, 101]),
        "evidence/train-0": frame([{**claim(3), **said}, {**claim(101), **said}], EVIDENCE),
        "passages/train-0": frame([passage], CITED),
        "verdicts/train-0": frame(
            [{**fall, "record_id": "r0101", "witness": "r0003", "detail": "", "score": 0.9}],
            VERDICTS,
        ),
    }
    on_disk(root, 1, {"data/test-0": records([3], "older answer")})
    return on_disk(root, 2, tables)


def test_a_record_leads_back_to_all_it_was_made_of(tmp_path: Path) -> None:
    version = family(tmp_path)
    answered(tmp_path, "k" * 64)
    found: Lineage = trace(tmp_path, "r0003", None)
    assert found.version.path == version.path and found.fate == "kept, in split train"
    (row,) = found.requests.rows
    assert (row["teacher"], row["usd"], row["attempts"]) == ("strong", 0.25, 2)
    assert found.requests.missing == ("l" * 64,) and not found.requests.why
    assert found.prompt == "its text is another one today"
    assert [(each.role, each.passage_id, each.checked) for each in found.cited] == [
        ("source", "d0#0", None),
        ("evidence", "d1#2", None),
        ("shown", "d1#4", None),
        ("shown", 'd"x#0', None),
    ]
    assert found.documents["d1"]["licence"] == "MIT"
    assert [(each.id, each.how) for each in found.relatives] == [
        ("r0100", "repaired from"),
        ("r0101", "dropped for it"),
    ]
    assert found.holders == [
        ("small-v1", "kept, in split test; it says something else there"),
        ("small-v2", "kept, in split train"),
    ]
    before = trace(tmp_path, "r0100", "small@2")
    assert before.fate == "dropped by heuristics: too_short"
    assert [(each.id, each.how) for each in before.relatives] == [("r0003", "repaired into")]


def test_without_a_journal_that_is_said(tmp_path: Path) -> None:
    family(tmp_path)
    found = trace(tmp_path, "r0003", "small")
    assert found.requests.missing == ("k" * 64, "l" * 64)
    assert "there is no journal in" in found.requests.why
    assert not (tmp_path / ".stillhouse").exists(), "looking leaves nothing behind"


def resting(found: pl.DataFrame) -> list[tuple[str, str, str]]:
    return list(found.select("record_id", "rests", "fate").iter_rows())


def test_a_document_leads_to_the_records_that_rest_on_it(tmp_path: Path) -> None:
    version = family(tmp_path)
    assert resting(by_document(version, "d1").rows) == [
        ("r0003", "evidence", "kept"),
        ("r0003", "shown", "kept"),
        ("r0004", "source", "kept"),
        ("r0100", "source", "dropped"),
        ("r0101", "evidence", "dropped"),
    ]
    assert resting(by_passage(version, "d1#4").rows) == [("r0003", "shown", "kept")]
    assert resting(by_document(version, 'd"x').rows) == [("r0003", "shown", "kept")]
    assert resting(by_document(version, "d").rows) == [], "no beginning of an id"
    assert resting(by_request(version, "kkkk").rows) == [("r0003", "request", "kept")]
    for name in ("grounded_qa/question", "grounded_qa/question@1.0.0"):
        assert resting(by_prompt(version, name).rows) == [("r0003", "prompt", "kept")]
    assert by_document(version, "nowhere").records == 0


def test_the_command_lists_and_writes(stillhouse: RunCommand, tmp_path: Path) -> None:
    family(tmp_path)
    csv, out = tmp_path / "x" / "all.csv", tmp_path / "all.json"
    said = stillhouse("lineage", "--document", "d0", "--all", "--csv", csv, "--json", out,
                      "--output", tmp_path)  # fmt: skip
    assert said.code == 0, said.err
    assert "small-v1: 1 kept and 0 dropped records." in said.out
    assert len(json.loads(out.read_text())) == len(pl.read_csv(csv)) == 2
    said = stillhouse("lineage", "--document", "d0", "small@1", "--output", tmp_path)
    assert said.code == 0 and "small-v2" not in said.out
    said = stillhouse("lineage", "--passage", "none", "--output", tmp_path)
    assert said.code == 0 and "No record of small-v2 rests on passage none." in said.out
    for wrong in (
        [],
        ["r0003", "--csv", csv],
        ["--document", "d", "--prompt", "p"],
        ["--document", "d", "--html", out],
        ["r9", "small"],
    ):
        assert stillhouse("lineage", *wrong, "--output", tmp_path).code == 2, wrong


def test_a_build_is_traced_to_its_corpus_and_its_documents_are_checked(
    stillhouse: RunCommand, recipe_file: RecipeFile, documents: Path, tmp_path: Path
) -> None:
    recipe, output = recipe_file(target=4, **BARE), tmp_path / "out"
    (documents / "empty.md").write_text("")
    assert stillhouse("build", recipe, "--output", output).code == 0
    rows = Version(output / "rivers" / "rivers-v1").table("data", ["id"])
    found = trace(output, rows["id"][0], "rivers@1")
    assert found.kept, "the shard of the corpus is found, also where files were left out"
    assert {each.checked for each in found.cited if each.role != "shown"} == {True}
    (document,) = found.documents.values()
    assert document["licence"] == "CC0-1.0" and str(document["valid_from"]) == "2024-05-01"
    page = tmp_path / "page.html"
    said = stillhouse("lineage", found.record["id"], "--html", page, "--output", output)
    assert said.code == 0, said.err
    for part in ("none, it was made by a rule", "the snapshot says this there", "CC0-1.0",
                 "rivers-v1: kept, in split train"):  # fmt: skip
        assert part in said.out, part
    assert "CC0-1.0" in page.read_text() and "http" not in page.read_text()

    # Another state of the corpus: the diff knows which documents differ.
    (documents / "birch.md").write_text("# Birch River\n\nThe Birch River is 460 km long.\n")
    (documents / "elm.md").unlink()
    assert stillhouse("build", recipe, "--output", output).code == 0
    said = stillhouse("diff", "rivers@1", "rivers@2", "--output", output)
    assert "Documents of the corpus: 0 new, 1 changed (birch.md), 1 gone (elm.md)." in said.out


def test_what_is_wrong_is_marked_in_the_tree(tmp_path: Path) -> None:
    family(tmp_path)
    tree = lineage_branch(trace(tmp_path, "r0003", "small@2"))
    below = {branch.name: branch for branch in tree.below}
    assert below["prompt"].bad and "another one today" in below["prompt"].text
    assert [each.name for each in below["seed"].below] == ["conditions"]
    assert [each.name for each in below["documents"].below] == ["d0", "d1", 'd"x']
    found = replace(trace(tmp_path, "r0003", "small@2"), cited=[
        Cited("source", "d1", "d1#0", 0, 3, "the", False)
    ])  # fmt: skip
    (document,) = next(b for b in lineage_branch(found).below if b.name == "documents").below
    assert document.below[0].below[-1].bad
