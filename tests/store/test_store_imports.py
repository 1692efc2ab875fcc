from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import configs
import store

HEAVY = ["torch", "transformers", "sentence_transformers", "faiss", "datasets", "prefect"]


def module_names() -> list[str]:
    """Every module of the two lowest rooms."""
    names = []
    for room in (configs, store):
        folder = Path(str(room.__file__)).parent
        names += [f"{room.__name__}.{path.stem}" for path in sorted(folder.glob("[a-z]*.py"))]
    return names


def test_configs_and_store_import_nothing_heavy() -> None:
    names = module_names()
    assert {"configs.load", "store.publish", "store.embedding", "store.kmeans"} <= set(names)
    script = (
        "import importlib, json, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout) == []
