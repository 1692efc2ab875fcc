"""The verifier, measured: ``python -m benchmarks.verify [FILE...] [--data DIR]``.

FILE holds lines of JSON with ``claim``, ``evidence`` and ``label`` (1 supported, 0 not); any such
set will do. Without FILE, the sets in ``verify/`` and ``corpus/planted.jsonl`` of the folder DIR
are read. Then falsehoods are planted in whole corpora and judged with retrieval, outdated facts are
judged (those of ``corpus/temporal.jsonl``, else made-up ones), and speed is measured. Ends with one
line of JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import dated
from benchmarks.temporal import temporal_figures
from benchmarks.verify_planted import (
    Told,
    documentation,
    factual,
    ground,
    pairs_of,
    planted_tables,
    tell,
)
from benchmarks.verify_sets import Figures, Pair, figures, judge, percent, read_pairs, sets_table
from benchmarks.verify_speed import deterministic_per_s, retrieval_per_s
from configs.errors import StillhouseError
from configs.stages import Embedding
from store.corpus import Corpus
from store.embedding import embedder
from store.stages import Progress

_COUNT = 2_400
"""Falsehoods that are planted, over both corpora together."""
_SEED = 11
_PLACES = 50
"""Made-up places whose facts changed, where no set of such facts is given."""
_QUIET_S = 10.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables and the line of JSON."""
    given = _arguments(arguments)
    console = Console(width=160)
    files = given.files or _files(given.data)
    try:
        stems = [path.stem for path in files]
        # Two files of one name, in two folders, are two sets.
        names = [p.stem if stems.count(p.stem) == 1 else str(p) for p in files]
        sets = {name: read_pairs(path) for name, path in zip(names, files, strict=True)}
    except StillhouseError as error:
        raise SystemExit(str(error)) from error
    found = _sets(sets, console)
    with tempfile.TemporaryDirectory() as temporary:
        corpus, told = _planted(given, given.cache or Path(temporary), console)
    caught, alarms = planted_tables(told, console)
    stale, stale_alarms = _temporal(given.data, console)
    pairs = [pair for each in sets.values() for pair in each]
    speed = deterministic_per_s(pairs or pairs_of(corpus, told))
    queries = [item.claim.text for item in told]
    retrieved = None if given.skip_speed else retrieval_per_s(corpus, queries)
    console.print(f"claims a second, one process: {_rate(speed)} with evidence that is read, "
                  f"{_rate(retrieved)} retrieved among 100,000 passages")  # fmt: skip
    print(
        json.dumps(
            {
                "planted_caught": round(caught, 4),
                "planted_false_alarm": round(alarms, 4),
                "stale_caught": stale,
                "stale_false_alarm": stale_alarms,
                "deterministic_claims_per_s": _rounded(speed, 1),
                "retrieval_claims_per_s": _rounded(retrieved, 1),
                "sets": {name: _shown(f) for name, f in found.items()},
            }
        )
    )


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The verifier, measured.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="labelled pairs")
    parser.add_argument("--data", type=Path, help="folder with corpus/ and verify/")
    parser.add_argument("--count", type=int, default=_COUNT, help="falsehoods to plant")
    parser.add_argument("--cache", type=Path, help="folder that keeps the vectors of texts")
    parser.add_argument("--misses", type=Path, help="file for what was judged wrongly")
    parser.add_argument("--skip-speed", action="store_true", help="no retrieval among 100,000")
    return parser.parse_args(arguments)


def _files(data: Path | None) -> list[Path]:
    """The sets of a folder."""
    if data is None:
        return []
    return [*sorted((data / "verify").glob("*.jsonl")), data / "corpus" / "planted.jsonl"]


def _sets(sets: dict[str, list[Pair]], console: Console) -> dict[str, Figures]:
    found = {}
    for name, pairs in sets.items():
        started = time.perf_counter()
        found[name] = figures(judge(pairs))
        console.print(f"{name}: {len(pairs):,} pairs in {time.perf_counter() - started:.1f} s")
    if found:
        sets_table(found, console)
    return found


def _planted(given: argparse.Namespace, cache: Path, console: Console) -> tuple[Corpus, list[Told]]:
    """Both corpora judged; the corpus of prose, and all verdicts."""
    report = reporter(console)
    embed = embedder(Embedding(), report, "embedding", kept=cache)
    told: list[Told] = []
    prose = factual(given.data)
    for corpus in (prose, documentation()):
        claims = ground(corpus, given.count // 2, _SEED, embed)
        told += tell(claims, embed, report)
    if given.misses is not None:
        _write_misses(told, given.misses)
    return prose, told


def _write_misses(told: Sequence[Told], path: Path) -> None:
    wrong = [item for item in told if item.planted == item.supported]
    rows = [
        {
            "kind": item.claim.form,
            "false": item.planted,
            "claim": item.claim.text,
            "of": item.claim.of,
            "document": item.claim.document_id,
            "decided": item.detail,
        }
        for item in wrong
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def _temporal(data: Path | None, console: Console) -> tuple[float, float]:
    """Shares of outdated claims called stale, and of those that hold."""
    file = None if data is None else data / "corpus" / "temporal.jsonl"
    if file is not None and file.exists():
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    else:
        rows = dated.rows(_PLACES, _SEED)
    found = temporal_figures(rows)
    caught, alarms = float(found["stale_caught"]), float(found["stale_false_alarm"])
    console.print(
        f"stale claims: {percent(caught)} % of {len(rows):,} called stale, "
        f"and {percent(alarms)} % of {found['rows_that_hold']:,} that hold"
    )
    return round(caught, 4), round(alarms, 4)


def reporter(console: Console) -> Progress:
    """Progress as a line every few seconds."""
    last = [time.monotonic()]

    def report(what: str, done: int, total: int) -> None:
        if time.monotonic() - last[0] >= _QUIET_S:
            last[0] = time.monotonic()
            console.print(f"{what}: {done:,} of {total:,}")

    return report


def _shown(f: Figures) -> dict[str, Any]:
    names = ("ba", "auc", "ece", "false_alarm")
    return {name: _rounded(getattr(f, name), 4) for name in names}


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)


def _rate(value: float | None) -> str:
    return "not measured" if value is None else f"{value:,.0f}"


if __name__ == "__main__":
    main()
