"""Exports of a published version: files, atomic folders, chat templates, token counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import orjson
import polars as pl
import pytest
from conftest import RunCommand
from store_samples import content, manifest, records, released
from tiny_tokenizer import write_tokenizer

from configs.errors import StoreCorrupt
from store.formats import export as exporting
from store.formats.back import record_columns
from store.formats.export import export_version
from store.formats.names import FileFormat
from store.formats.wanted import Wanted
from store.pairs import pairs_of
from store.publish import publish
from store.records import RECORDS
from store.tool_calls import Call, calls_text
from store.versions import Version

LOSERS = [{"answer": "No.", "why": "vague", "margin": 0.5}]
CALL = (
    {"role": "user", "content": "How long?"},
    {"role": "assistant", "content": "<tool_call>\n{}\n</tool_call>"},
    {"role": "tool", "content": "310"},
    {"role": "assistant", "content": "310 km."},
)
TOOLS = '[{"type": "function", "function": {"name": "length"}}]'
Load = Callable[[Path], Any]


def mixed(root: Path, call: str = CALL[1]["content"]) -> Version:
    """A version with preference pairs in two splits, a reasoning trace and a function call."""
    called = (CALL[0], {"role": "assistant", "content": call}, *CALL[2:])
    made = content()
    train = pl.concat(
        [
            records([0, 1], losers=LOSERS),
            records([2], answer="Step one.\n\nSo 310 km.", reasoning="Step one."),
            records([3], conversation=called, tools=TOOLS, answer="310 km."),
        ]
    )
    held = records([4], losers=LOSERS)
    splits = {**made.splits, "train": train, "validation": held}
    pairs = {name: pairs_of(rows, made.rejected, made.evidence) for name, rows in splits.items()}
    return publish(root, "small", replace(made, splits=splits, pairs=pairs), manifest())


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()
    return lambda path: datasets.load_dataset(str(path), cache_dir=str(tmp_path / "cache"))


@pytest.mark.parametrize("file_format", ["parquet", "jsonl"])
def test_an_export_loads_with_its_splits_and_gives_the_records_back(
    tmp_path: Path, load: Load, file_format: FileFormat
) -> None:
    version = mixed(tmp_path)
    rows = version.table("data").to_dicts()
    folder = tmp_path / "out" / "exported"
    wanted = Wanted("messages", file_format, "think")
    export_version(version, wanted, folder)
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        [
            "README.md",
            "croissant.json",
            "export.json",
            *(f"{s}.{file_format}" for s in ("train", "validation", "test")),
        ]
    )
    data = load(folder)
    assert {split: len(found) for split, found in data.items()} == {
        "train": 4,
        "validation": 1,
        "test": 1,
    }
    assert data["train"][2]["messages"][-1]["content"].startswith("<think>\nStep one.\n</think>")
    for split, found in data.items():
        for row in found:
            (own,) = [one for one in rows if one["id"] == row["id"]]
            back = record_columns(row, "messages")
            assert own["split"] == split and back == {name: own[name] for name in back}


def test_the_same_version_gives_the_same_bytes_and_the_cache_knows_another_export(
    tmp_path: Path, load: Load
) -> None:
    version, folder = mixed(tmp_path), tmp_path / "exported"
    before: list[dict[str, bytes]] = []
    for _ in range(2):
        export_version(version, Wanted("dpo"), folder, replace=True)
        before.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert before[0] == before[1] and set(before[0]) == {
        "README.md",
        "croissant.json",
        "export.json",
        "train.parquet",
        "validation.parquet",
    }
    assert load(folder)["train"]["rejected"][0] == [{"role": "assistant", "content": "No."}]
    for place, end in (("drop", "So 310 km."), ("inline", "Step one.\n\nSo 310 km.")):
        wanted = Wanted("messages", "jsonl", place)
        export_version(version, wanted, folder, replace=True)
        assert load(folder)["train"][2]["messages"][-1]["content"] == end
    assert [p.name for p in tmp_path.glob(".*")] == []


def test_nothing_is_left_where_writing_fails_and_the_earlier_export_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, folder = mixed(tmp_path), tmp_path / "exports" / "one"
    export_version(version, Wanted("text"), folder)
    before = (folder / "export.json").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "export_card", full)
    with pytest.raises(StoreCorrupt, match="No space left"):
        export_version(version, Wanted("messages"), folder, replace=True)
    assert (folder / "export.json").read_bytes() == before
    assert [p.name for p in folder.parent.iterdir()] == ["one"]


def test_many_rows_stream_through_files_of_several_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.formats.files._ROWS", 7)
    monkeypatch.setattr("store.formats.reading._ROWS", 5)
    monkeypatch.setattr("store.version_tables._ROWS_PER_FILE", 8)
    losers = {"losers": LOSERS}
    made = content()
    train = records(range(30), **losers)
    pairs = {"train": pairs_of(train, made.rejected, made.evidence)}
    splits = {**made.splits, "train": train}
    version = publish(tmp_path, "small", replace(made, splits=splits, pairs=pairs), manifest())
    found = export_version(version, Wanted("dpo"), tmp_path / "e")
    rows = pl.read_parquet(tmp_path / "e" / "train.parquet")
    assert (
        rows["record_id"].to_list() == train["id"].to_list() and found.tallies["train"].rows == 30
    )
    export_version(version, Wanted("kto", "jsonl"), tmp_path / "k")
    lines = (tmp_path / "k" / "train.jsonl").read_text().splitlines()
    assert [json.loads(line)["label"] for line in lines] == [True, False] * 30


def test_a_chat_template_that_leaves_a_role_out_fails_those_records(
    tmp_path: Path, stillhouse: RunCommand
) -> None:
    mixed(tmp_path)
    chosen = ["export", "small", "--to", "messages", "-o", tmp_path, "--into", tmp_path / "e"]
    full, bare = write_tokenizer(tmp_path / "full"), write_tokenizer(tmp_path / "bare", tools=False)
    said = stillhouse(*chosen, "--tokenizer", bare)
    assert said.code == 1 and not (tmp_path / "e").exists()
    assert "r0003: the chat template leaves out message 3 (role 'tool')" in said.out
    assert "1 records do not fit, so nothing was written" in said.out
    said = stillhouse(*chosen, "--tokenizer", bare, "--skip-unfit")
    assert said.code == 0, said.err
    facts = orjson.loads((tmp_path / "e" / "export.json").read_bytes())
    assert facts["files"]["train.parquet"]["rows"] == 3 and list(facts["left_out"]) == ["r0003"]
    strict = write_tokenizer(
        tmp_path / "strict", refuse="system, user and assistant must take turns"
    )
    said = stillhouse(*chosen, "--tokenizer", strict, "--force")
    assert said.code == 1 and "refuses it: system, user and assistant must take turns" in said.out
    silent = write_tokenizer(tmp_path / "silent", thinks=False)
    thinking = [*chosen, "--tokenizer", silent, "--force", "--reasoning"]
    said = stillhouse(*thinking, "think")
    assert said.code == 1 and "r0002: the chat template leaves out the reasoning" in said.out
    assert stillhouse(*thinking, "inline").code == 0
    said = stillhouse(*chosen, "--tokenizer", full, "--force", "--max-tokens", 90)
    assert said.code == 0, said.out
    facts = orjson.loads((tmp_path / "e" / "export.json").read_bytes())
    tokens = facts["files"]["train.parquet"]["tokens"]
    rows = pl.read_parquet(tmp_path / "e" / "train.parquet").to_dicts()
    # A token for every byte, and two marks around each message; see the template.
    lengths = sorted(
        sum(len(f"{m['role']}\n{m['content']}\n".encode()) + 2 for m in row["messages"])
        + (len(f"tools{json.dumps(json.loads(row['tools']))}\n") if row["tools"] != "[]" else 0)
        for row in rows
    )
    assert (tokens["total"], tokens["max"]) == (sum(lengths), lengths[-1])
    assert tokens["p50"] == lengths[1] and tokens["over"] == sum(n > 90 for n in lengths) > 0


def test_calls_in_a_field_go_through_the_template_and_come_back(
    tmp_path: Path, load: Load, stillhouse: RunCommand
) -> None:
    version = mixed(tmp_path, calls_text([Call("length", {"river": "Elm"})]))
    chosen = ["export", "small", "--to", "messages", "--calls", "apart", "--tokenizer"]
    where = ["-o", tmp_path, "--into", tmp_path / "e"]
    blind = write_tokenizer(tmp_path / "blind")
    said = stillhouse(*chosen, blind, *where)
    assert "r0003: the chat template leaves out message 2 (role 'assistant')" in said.out
    sees = write_tokenizer(tmp_path / "sees", calls=True)
    said = stillhouse(*chosen, sees, *where)
    assert said.code == 0, said.out
    (row,) = [row for row in load(tmp_path / "e")["train"] if row["id"] == "r0003"]
    assert row["messages"][1]["tool_calls"][0]["function"]["arguments"] == '{"river": "Elm"}'
    (own,) = [one for one in version.table("data").to_dicts() if one["id"] == "r0003"]
    back = record_columns(row, "messages")
    assert back == {name: own[name] for name in back}
    said = stillhouse("export", "small", "--to", "alpaca", "--calls", "apart", "-o", tmp_path)
    assert said.code == 2 and "--calls apart is for messages and sharegpt only" in said.err


def test_texts_go_through_the_template_of_the_tokenizer(tmp_path: Path) -> None:
    from store.formats.chat import load_chat

    version, chat = mixed(tmp_path), load_chat(write_tokenizer(tmp_path / "full"))
    export_version(version, Wanted("text"), tmp_path / "t", chat)
    text = pl.read_parquet(tmp_path / "t" / "test.parquet")["text"][0]
    assert text.startswith(
        "<|start|>user\nWhat is number 5?<|end|>\n<|start|>assistant\nThe answer"
    )
    export_version(version, Wanted("prompt-completion", plain=True), tmp_path / "p", chat)
    (row,) = pl.read_parquet(tmp_path / "p" / "test.parquet").to_dicts()
    assert row["prompt"].endswith("<|start|>assistant\n")
    assert row["prompt"] + row["completion"] == text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--to", "dpo"], "has no worse answers"),
        (["--to", "kto", "--reasoning", "think"], "kto takes --reasoning inline only"),
        (["--to", "text", "--plain"], "--plain is for prompt-completion only"),
        (["--to", "text", "--max-tokens", "5"], "--max-tokens needs --tokenizer"),
        (["--to", "text", "--tokenizer", "nowhere"], "no tokenizer folder at nowhere"),
        (["--to", "text", "--into", "{here}"], "holds something else"),
        (["--to", "text", "--into", "{here}/small/small-v1/e"], "inside a published version"),
    ],
)
def test_wishes_that_cannot_be_are_refused_before_anything_is_written(
    tmp_path: Path, stillhouse: RunCommand, more: list[str], said: str
) -> None:
    released(tmp_path)
    found = stillhouse(
        "export", "small", "-o", tmp_path, *(word.replace("{here}", str(tmp_path)) for word in more)
    )
    assert found.code == 2 and said in found.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["small"]


def test_the_command_says_what_it_wrote_and_replaces_only_by_force(
    tmp_path: Path, stillhouse: RunCommand
) -> None:
    mixed(tmp_path)
    chosen = ["export", "small@1", "--to", "kto", "--format", "jsonl", "-o", tmp_path]
    said = stillhouse(*chosen)
    folder = tmp_path / "small" / "exports" / "small-v1-kto-jsonl"
    assert said.code == 0 and f"Export: {folder}" in said.out
    assert len((folder / "train.jsonl").read_text().splitlines()) == 6
    said = stillhouse(*chosen)
    assert said.code == 2 and "replace it with --force" in said.err
    assert stillhouse(*chosen, "--force").code == 0
    assert stillhouse("verify", "small", "-o", tmp_path).code == 0
    said = stillhouse("export", "small", "--to", "alpaca", "-o", tmp_path)
    assert said.code == 1 and "r0003: alpaca holds only questions and answers" in said.out
    assert pl.Schema(
        pl.read_parquet(tmp_path / "small/small-v1/data/*.parquet").schema
    ).names() == (RECORDS.names)
