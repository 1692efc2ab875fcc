"""It trains: TRL takes two steps on a published version, and on what is exported of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from cached import cached
from store_samples import content, manifest, records
from tiny_tokenizer import write_tokenizer

from store.formats.export import export_version
from store.formats.names import FileFormat, Place, To
from store.formats.wanted import Wanted
from store.pairs import pairs_of
from store.publish import publish
from store.versions import Version

PACKAGES = cached("trl")
# Not in the extra `dev`: TRL brings accelerate, which transformers loads wherever it finds it.
pytestmark = [
    pytest.mark.skipif(not PACKAGES.is_dir(), reason="TRL is not there: make trl"),
    pytest.mark.timeout(240),
]
TURNS = ("user", "How long?"), ("assistant", "<tool_call>\n{}\n</tool_call>"), ("tool", "310")
EXPORTS: tuple[tuple[To, FileFormat, Place, bool, str], ...] = (
    ("messages", "parquet", "inline", False, "sft"),
    ("messages", "jsonl", "think", False, "sft"),
    ("prompt-completion", "jsonl", "think", False, "sft"),
    ("prompt-completion", "jsonl", "drop", True, "sft"),
    ("text", "jsonl", "inline", False, "sft"),
    ("dpo", "jsonl", "inline", False, "dpo"),
    ("kto", "jsonl", "inline", False, "kto"),
)


@pytest.fixture
def version(tmp_path: Path) -> Version:
    """Preference pairs, a reasoning trace and a function call."""
    losers = [{"answer": "No.", "why": "vague", "margin": 0.5}]
    turns = tuple({"role": role, "content": text} for role, text in TURNS)
    ends = (*turns, {"role": "assistant", "content": "310 km."})
    tools = '[{"type": "function", "function": {"name": "length", "parameters": {}}}]'
    train = pl.concat(
        [
            records([0, 1], losers=losers),
            records([2], answer="Step one.\n\nSo 310 km.", reasoning="Step one."),
            records([3], conversation=ends, tools=tools, answer="310 km."),
        ]
    )
    made = content()
    splits = {**made.splits, "train": train}
    pairs = {"train": pairs_of(train, made.rejected, made.evidence)}
    return publish(tmp_path, "small", replace(made, splits=splits, pairs=pairs), manifest())


def test_versions_and_exports_train_as_they_are(version: Version, tmp_path: Path) -> None:
    own = {"path": str(version.path)}
    jobs: list[dict[str, Any]] = [
        {"trainer": "sft", "load": own},
        {"trainer": "dpo", "load": {**own, "name": "preference"}},
    ]
    for number, (to, file_format, place, plain, trainer) in enumerate(EXPORTS):
        folder = tmp_path / f"export-{number}"
        export_version(version, Wanted(to, file_format, place, plain), folder)
        lines = {"path": "json", "data_files": {"train": str(folder / "train.jsonl")}}
        load = lines if file_format == "jsonl" else {"path": str(folder)}
        jobs.append({"trainer": trainer, "load": load})
    done = train(jobs, write_tokenizer(tmp_path / "tokenizer"))
    assert [found["rows"] for found in done] == [4, 2, 4, 4, 4, 4, 4, 2, 6]
    for job, found in zip(jobs, done, strict=True):
        assert found["steps"] == 2 and len(found["losses"]) == 2, job
        assert found["moved"] > 0, job
    preferred = [found["losses"][0] for found in done if 0.69 < found["losses"][0] < 0.7]
    assert len(preferred) == 2, "a model that knows nothing prefers neither: log 2"


def train(jobs: list[dict[str, Any]], tokenizer: Path) -> list[dict[str, Any]]:
    """What came of the jobs, in a process that alone sees TRL and accelerate."""
    script = Path(__file__).with_name("two_steps.py")
    done = subprocess.run(
        [sys.executable, script, tokenizer],
        input=json.dumps(jobs),
        env={**os.environ, "PYTHONPATH": str(PACKAGES)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"rows"')]
