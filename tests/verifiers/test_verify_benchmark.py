"""The benchmark of the verifier: what it reads, what it counts, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from benchmarks import dated, verify, verify_planted
from benchmarks.temporal import temporal_figures
from benchmarks.verify_sets import Judged, Pair, figures, read_pairs, sets_table
from configs.errors import ParseError
from generators.statements import Statement
from store.corpus import Document

SAID = "The radius of Vega is 310 km."
PAIRS = [
    {"claim": SAID, "evidence": SAID, "label": 1},
    {"claim": "The radius of Vega is 320 km.", "evidence": SAID, "label": 0},
]


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_pairs_are_read_with_whatever_else_a_line_holds(tmp_path: Path) -> None:
    more = {**PAIRS[0], "id": 7, "question": "How wide?", "answer": "310 km", "label3": "supported"}
    file = write(tmp_path / "a.jsonl", json.dumps(PAIRS[1]), "", json.dumps(more))
    pairs = read_pairs(file)
    assert [pair.label for pair in pairs] == [0, 1]
    assert pairs[1].question == "How wide?" and pairs[0].answer == ""


@pytest.mark.parametrize(
    ("label", "expected"),
    [(True, 1), (False, 0), ("SUPPORTS", 1), ("not supported", 0), ("entailment", 1), ("1", 1)],
)
def test_labels_may_be_words(label: object, expected: int) -> None:
    pair = Pair.model_validate({**PAIRS[0], "label": label, "evidence": ["one", "two"]})
    assert pair.label == expected and pair.evidence == "one\n\ntwo"


def test_made_up_facts_change_and_their_claims_say_so() -> None:
    rows = dated.rows(5, 3)
    assert rows == dated.rows(5, 3) != dated.rows(5, 4)
    for row in rows:
        old, new = row["old"], row["new"]
        assert old["snapshot"] < new["snapshot"] and old["value"] != new["value"]
        assert old["value"] in row["stale_claim"] and new["value"] in row["claim_new"]
    found = temporal_figures(rows)
    assert found["stale_caught"] == 1.0 and found["stale_false_alarm"] == 0.0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: the line: Invalid JSON"),
        ('{"claim": "a", "label": 1}', "line 2: evidence: Field required"),
        ('{"claim": "a", "evidence": "b", "label": 2}', "line 2: label: "),
        ('{"claim": "", "evidence": "b", "label": 1}', "line 2: claim: "),
        ("[]", "line 2: the line: "),
    ],
)
def test_a_bad_line_is_named(line: str, said: str, tmp_path: Path) -> None:
    file = write(tmp_path / "bad.jsonl", json.dumps(PAIRS[0]), line)
    with pytest.raises(ParseError) as caught:
        read_pairs(file)
    assert f"bad.jsonl, {said}" in str(caught.value)
    with pytest.raises(SystemExit, match=r"bad\.jsonl, line 2"):
        verify.main([str(file)])


def test_a_missing_or_empty_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="cannot be read"):
        read_pairs(tmp_path / "none.jsonl")
    with pytest.raises(ParseError, match="holds no pair"):
        read_pairs(write(tmp_path / "empty.jsonl"))


def judged(labels: list[int], scores: list[float]) -> Judged:
    pairs = [Pair.model_validate({**PAIRS[0], "label": label}) for label in labels]
    return Judged(pairs, np.array(scores) >= 0.5, np.array(scores))


def test_figures_of_a_known_case() -> None:
    found = figures(judged([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1]))
    assert found.ba == pytest.approx(0.5)
    assert found.auc == pytest.approx(0.75)
    assert found.false_alarm == found.missed == 0.5
    assert found.ece == pytest.approx((0.1 + 0.6 + 0.6 + 0.1) / 4)
    one_sided = figures(judged([1, 1], [0.9, 0.4]))
    assert one_sided.ba is None and one_sided.auc is None and one_sided.missed is None
    sets_table({"planted": found, "other": one_sided}, Console(quiet=True))


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1, max_size=40))
def test_figures_are_shares(rows: list[tuple[int, float]]) -> None:
    found = figures(judged([label for label, _ in rows], [score for _, score in rows]))
    for value in (found.ba, found.auc, found.ece, found.false_alarm, found.missed):
        assert value is None or -1e-9 <= value <= 1 + 1e-9


def test_it_ends_with_one_line_of_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    note = "# Vega\n\nVega was seen by Maria Novak on 5 July 1962. The radius of Vega is 310 km.\n"
    small = verify_planted.corpus_of([Document("vega", "Vega", note)])
    monkeypatch.setattr(verify, "factual", lambda _data: small)
    monkeypatch.setattr(verify, "documentation", lambda: small)
    monkeypatch.setattr(verify, "_PLACES", 2)
    monkeypatch.setattr(
        verify, "embedder", lambda *_a, **_k: lambda texts: np.ones((len(texts), 2), np.float32)
    )
    file = write(tmp_path / "mine.jsonl", *map(json.dumps, PAIRS))
    misses = tmp_path / "misses.jsonl"
    verify.main([str(file), "--count", "8", "--skip-speed", "--misses", str(misses)])
    last = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert set(last) == {
        "planted_caught",
        "planted_false_alarm",
        "stale_caught",
        "stale_false_alarm",
        "deterministic_claims_per_s",
        "retrieval_claims_per_s",
        "sets",
    }
    mine = last["sets"]["mine"]
    assert mine["ba"] == 1.0 and mine["false_alarm"] == 0.0 and {"auc", "ece"} < mine.keys()
    assert last["stale_caught"] == 1.0 and last["stale_false_alarm"] == 0.0
    assert last["deterministic_claims_per_s"] > 0 and last["retrieval_claims_per_s"] is None
    assert all("claim" in json.loads(line) for line in misses.read_text().splitlines())


def test_groups_of_claims_are_counted() -> None:
    told = [
        verify_planted.Told(Statement("a", "d", form="number"), True, False, ""),
        verify_planted.Told(Statement("b", "d", form="number"), True, True, ""),
        verify_planted.Told(Statement("c", "d", form="verbatim"), False, True, ""),
    ]
    assert verify_planted.planted_tables(told, Console(quiet=True)) == (0.5, 0.0)


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    line = json.dumps({"claim": "Vega is red.", "evidence": "Vega is red.", "label": 1})
    file = tmp_path / "bom.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + line.encode() + b"\r\n")
    assert [pair.claim for pair in read_pairs(file)] == ["Vega is red."]
