"""The cache of `datasets` never gives rows of another version, whoever filled it.

It keys what it keeps on the last folder's name and the card's text, so each trap here gives it two
versions of one folder name, in processes of their own that share a cache.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from store_samples import content, manifest

from store.publish import publish

_LOAD = """
import json, sys, datasets
datasets.disable_progress_bars()
for folder, config in json.loads(sys.argv[1]):
    rows = datasets.load_dataset(folder, config)["train"]
    print(json.dumps(sorted({answer.split()[1] for answer in rows["answer"][:]})))
"""
Asked = Sequence[tuple[Path, str]]
"""Folders of versions, each with the configuration to load."""


def start(cache: Path, asked: Asked) -> subprocess.Popen[str]:
    """A process that loads versions through a cache."""
    own = {"HF_DATASETS_CACHE": str(cache), "HF_HUB_OFFLINE": "1", "USE_TORCH": "0"}
    said = json.dumps([(str(folder), config) for folder, config in asked])
    command = [sys.executable, "-c", _LOAD, said]
    return subprocess.Popen(command, env={**os.environ, **own}, stdout=subprocess.PIPE, text=True)


def words_of(process: subprocess.Popen[str]) -> list[str]:
    """The word that all answers of each version say; one that mixes two is none."""
    out, _ = process.communicate(timeout=100)
    assert process.returncode == 0
    found = [json.loads(line) for line in out.splitlines()]
    assert all(len(words) == 1 for words in found)
    return [words[0] for words in found]


def put(root: Path, say: str) -> Path:
    """The folder of the next version of the dataset qa, whose answers say that word."""
    return publish(root, "qa", content(say), manifest()).path


def test_no_process_gets_rows_of_another_version(tmp_path: Path) -> None:
    """Two datasets of one name, two versions of each; then rewritten, swapped, moved, copied."""
    alpha, beta = ([put(tmp_path / name, f"{name}{turn}") for turn in (1, 2)] for name in "ab")
    every = [(folder, "default") for folder in (*alpha, *beta)] + [(alpha[0], "rejected")]
    both = [start(tmp_path / "cache", every), start(tmp_path / "cache", every[::-1])]
    wanted = ["a1", "a2", "b1", "b2", "dropped"]
    assert words_of(both[0]) == wanted and words_of(both[1]) == wanted[::-1]

    copied, moved, aside = (tmp_path / name / "qa-v1" for name in ("copied", "moved", "aside"))
    shutil.copytree(alpha[0], copied)
    moved.parent.mkdir()
    alpha[0].rename(moved)
    shutil.rmtree(alpha[1].parent)
    assert [put(tmp_path / "a", say) for say in ("new1", "new2")] == alpha, "the same numbers"
    shutil.rmtree(alpha[1])
    shutil.copytree(beta[1], alpha[1])
    aside.parent.mkdir()
    beta[0].rename(aside)
    beta[1].rename(beta[0])
    aside.rename(beta[1])
    now = {
        alpha[0]: "new1",
        alpha[1]: "b2",
        beta[0]: "b2",
        beta[1]: "b1",
        copied: "a1",
        moved: "a1",
    }
    found = words_of(start(tmp_path / "cache", [(folder, "default") for folder in now]))
    assert found == [*now.values()]
