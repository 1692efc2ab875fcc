"""How soon a version is read: the first of a million rows, streamed by `datasets`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from store.publish import publish
from store.records import CITED, EVIDENCE, RECORDS, REJECTED, VERDICTS, Record, Source, frame
from store.version_tables import Content
from store.versions import Version

_FIRST_ROW = """
import json, os, sys, time
began = time.perf_counter()
import datasets
imported = time.perf_counter()
rows = datasets.load_dataset(sys.argv[1], split="train", streaming=True)
row = next(iter(rows))
got = time.perf_counter()
said = {"import_s": imported - began, "row_s": got - imported, "both_s": got - began}
print(json.dumps(said), flush=True)
# A stream that was not read to its end can abort the interpreter when it shuts down.
os._exit(0)
"""


def first_row_1m(rows: int = 1_000_000) -> dict[str, Any]:
    """Seconds until `load_dataset(streaming=True)` has given the first row of a version: to import
    `datasets`, from there on, and both; each in a process of its own, with an empty cache. It
    imports PyTorch where that is installed, hence twice: as it is, and without (`USE_TORCH=0`).
    """
    with tempfile.TemporaryDirectory() as temporary:
        version = made_version(Path(temporary), rows)
        found = {
            name: first_row(version, Path(temporary) / name, torch)
            for name, torch in (("as_it_is", "AUTO"), ("without_torch", "0"))
        }
    return {"rows": rows, **found}


def first_row(version: Version, cache: Path, torch: str = "AUTO") -> dict[str, float]:
    """The same of a version that there is."""
    own = {"HF_DATASETS_CACHE": str(cache), "HF_HUB_OFFLINE": "1", "USE_TORCH": torch}
    asked = [sys.executable, "-c", _FIRST_ROW, str(version.path)]
    said = subprocess.run(asked, env={**os.environ, **own}, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(said.stdout)
    return found


def made_version(root: Path, rows: int) -> Version:
    """A version with so many training rows, each with an id and a question of its own."""
    block = pl.concat([frame([_record().row()], RECORDS)] * 1_000)
    train = pl.concat([block] * (rows // 1_000 + 1)).head(rows).rechunk()
    number = pl.int_range(pl.len()).cast(pl.String).str.zfill(8)
    train = train.with_columns(id=number, question=pl.concat_str(pl.lit("What is "), number))
    content = Content(
        splits={"train": train},
        rejected=frame([], REJECTED),
        evidence=frame([], EVIDENCE),
        passages=frame([], CITED),
        verdicts=frame([], VERDICTS),
        probes=pl.DataFrame(schema={"metric": pl.String, "reference": pl.String}),
    )
    return publish(root, "made", content, _MANIFEST)


def _record() -> Record:
    source = Source(
        document_id="d", passage_id="d#0", title="Made", start=0, end=9, sha256="0" * 64
    )
    return Record(
        id="0",
        question="What?",
        answer="It is a number among others, and nothing more is known of it here.",
        sources=(source,),
        method="grounded_qa",
        style="question_answer",
        generation_mode="rule-based",
        generation_depth=0,
        origin="rule",
        teacher="rules",
        model="",
        prompt_id="",
        prompt_sha256="",
        request_keys=(),
        seed_id="s",
        language="en",
        valid_as_of=None,
    )


_MANIFEST: dict[str, Any] = {
    "status": "completed",
    "note": "",
    "recipe": {"language": "en", "description": "Made rows.", "name": "made"},
    "recipe_hash": "0" * 64,
    "corpus": {"snapshot": "0" * 64, "documents": 1, "passages": 1, "licences": [], "covered": 1},
    "funnel": [{"stage": "published", "kept": 1, "dropped": 0, "reasons": []}],
    "teachers": [],
    "origins": ["rule"],
    "cost": {"calls": 0, "tokens": 0, "usd": 0},
    "run": {"finished_at": "2024-06-30T00:00:00+00:00", "wall_s": 0},
}


if __name__ == "__main__":
    Console().print_json(data=first_row_1m())
