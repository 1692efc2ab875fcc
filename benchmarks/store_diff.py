"""Time and memory of a diff of two versions of a million rows, in a process of its own.

``python -m benchmarks.store_diff`` prints JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.made_versions import DATASET, make_versions
from benchmarks.peer_runs import ours
from benchmarks.peers import peak_bytes
from flows.diff.versions import compare
from flows.lineage.forward import by_document
from flows.views.version_diff_page import save_page
from store.versions import find_version


def diff_1m(rows: int = 1_000_000) -> dict[str, Any]:
    """Make two versions of so many rows, 10 files of 100,000 each, and compare them with a page of
    examples; then look for what rests on one document. ``seconds`` and ``peak_gb`` are those of the
    diff, ``document_seconds`` of the search in both versions.

    Raises:
        AssertionError: the diff did not find what was planted.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        # In a process of its own, too: making them takes more memory than comparing them.
        planted = ours("benchmarks.store_diff", "make", str(root), str(rows))
        found = ours("benchmarks.store_diff", "diff", str(root))
        forward = ours("benchmarks.store_diff", "document", str(root))
    assert found["counts"] == planted, (found, planted)
    return {**found, "rows": rows, "document_seconds": forward["seconds"]}


def main() -> None:
    """One step, or all of them."""
    match sys.argv[1:]:
        case ["make", root, rows]:
            _, _, planted = make_versions(Path(root), int(rows))
            print(json.dumps({"in": planted.entered, "out": planted.left,
                              "changed": planted.changed}))  # fmt: skip
        case ["diff", root]:
            print(json.dumps(_diff(Path(root))))
        case ["document", root]:
            print(json.dumps(_document(Path(root))))
        case _:
            print(json.dumps(diff_1m()))


def _diff(root: Path) -> dict[str, Any]:
    started = time.perf_counter()
    one, two = (find_version(root, f"{DATASET}@{number}") for number in (1, 2))
    found = compare(one, two, 3)
    save_page(found, root / "diff.html")
    counts = {kind: found.tables[0].count(kind) for kind in ("in", "out", "changed")}
    return {
        "seconds": round(time.perf_counter() - started, 1),
        "peak_gb": round(peak_bytes() / 1e9, 2),
        "counts": counts,
    }


def _document(root: Path) -> dict[str, Any]:
    started = time.perf_counter()
    for number in (1, 2):
        assert by_document(find_version(root, f"{DATASET}@{number}"), "d7").rows.height
    return {"seconds": round(time.perf_counter() - started, 1)}


if __name__ == "__main__":
    main()
