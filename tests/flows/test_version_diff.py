"""What differs between two versions: rows, dropped rows, figures, the command and its page."""

from __future__ import annotations

import tempfile
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import RunCommand
from hypothesis import given, settings
from hypothesis import strategies as st
from store_samples import PROBES, claim, manifest, record, records, rejected, released
from versions_on_disk import on_disk

from flows.diff.figures import Figure
from flows.diff.rows import compare_rows
from flows.diff.said import by_split, delta_text
from flows.diff.tables import CHANGED, IN, KINDS, MOVED, OUT, SAME, TableDiff
from flows.diff.tables_figures import Seen
from flows.diff.versions import Compared, compare
from flows.diff.words import word_diff
from flows.views.version_diff_page import render_page
from store.records import EVIDENCE, RECORDS, VERDICTS, frame
from store.twins import TWINS
from store.versions import Version

Tables = dict[str, pl.DataFrame]


def both(root: Path, one: Tables, two: Tables, **more: Any) -> tuple[Version, Version]:
    return on_disk(root, 1, one, **more), on_disk(root, 2, two, **more)


def compared(root: Path, one: Tables, two: Tables, examples: int = 5) -> Compared:
    return compare(*both(root, one, two), examples)


def counts(table: TableDiff) -> dict[str, int]:
    return {kind: table.count(kind) for kind in KINDS if table.count(kind)}


def test_rows_that_came_went_changed_and_moved(tmp_path: Path) -> None:
    one = {"data/train-0": records(range(6)), "data/test-0": records([6])}
    said_anew = records([1], "new answer").with_columns(quotes=pl.lit([], pl.List(pl.String)))
    two = {
        "data/train-0": pl.concat([records([0]), said_anew, records([2, 6])]),
        "data/test-0": pl.concat([records([4, 5], "other"), records([9])]),
        "rejected/train-0": rejected([3]),
    }
    found = compared(tmp_path, one, two)
    table = found.tables[0]
    assert counts(table) == {IN: 1, OUT: 1, CHANGED: 3, MOVED: 1, SAME: 2}
    assert dict(table.columns) == {"messages": 3, "answer": 3, "quotes": 1}
    assert by_split(table) == [
        ("train", 6, 4, 0, 1, 1, 1, 2),
        ("test", 1, 3, 1, 0, 2, 0, 0),
        ("all", 7, 7, 1, 1, 3, 1, 2),
    ]
    assert found.drops.by_fate(OUT) == [("heuristics: too_short", 1)]
    assert found.drops.by_fate(IN) == [("not among the candidates", 1)]
    assert found.drops.counts == {IN: 1, OUT: 0, CHANGED: 0, SAME: 0}
    kinds = {each.id: (each.kind, each.why) for each in found.examples}
    assert kinds["r0003"] == (OUT, "now: heuristics: too_short")
    assert kinds["r0004"] == (CHANGED, "from train to test")
    assert kinds["r0006"] == (MOVED, "from test to train")
    (_, before, now) = next(e for e in found.examples if e.id == "r0001").texts[1]
    assert ("answer", True) not in before and ("new ", True) in now


def test_rows_of_another_id_are_the_same_by_their_chain_or_their_question(tmp_path: Path) -> None:
    mended = records([11], "mended", question="Q?", repaired_from="r0010")
    first = frame([record(10, question="Q1?", repaired_from="r0001").row()], RECORDS)
    lost = rejected([10]).with_columns(first["repaired_from"], first["question"])
    one = {"data/train-0": records([1, 2, 3])}
    renamed = records([2]).with_columns(pl.lit("x").alias("id"))
    two = {
        "data/train-0": pl.concat([mended, renamed, records([3])]),
        "rejected/train-0": lost,
    }
    table = compared(tmp_path, one, two).tables[0]
    assert counts(table) == {CHANGED: 2, SAME: 1}
    pairs = {row["id_two"]: (row["id_one"], row["says"]) for row in table.rows.to_dicts()}
    assert pairs == {"r0011": ("r0001", True), "x": ("r0002", False)}


def test_a_mended_row_that_came_was_dropped_in_its_first_form(tmp_path: Path) -> None:
    lost = {"rejected/train-0": rejected([1])}
    mended = records([2], repaired_from="r0001", question="Q?")
    one = {"data/train-0": records([3]), **lost}
    two = {"data/train-0": pl.concat([records([3]), mended]), **lost}
    found = compared(tmp_path, one, two)
    assert found.drops.by_fate(IN) == [("in its first form heuristics: too_short", 1)]


def test_a_chain_that_bites_its_tail_ends(tmp_path: Path) -> None:
    rows = [record(1, repaired_from="r0002").row(), record(2, repaired_from="r0001").row()]
    one, two = {"data/train-0": frame(rows, RECORDS)}, {"data/train-0": records([3])}
    assert counts(compared(tmp_path, one, two).tables[0]) == {IN: 1, OUT: 2}


def test_copies_of_an_id_do_not_multiply(tmp_path: Path) -> None:
    copies = records([1] * 300)
    one = {"data/train-0": copies, "data/test-0": copies}
    two = {"data/train-0": copies.head(200), "data/test-0": copies}
    assert counts(compared(tmp_path, one, two).tables[0]) == {OUT: 100, SAME: 500}


def test_other_columns_types_and_missing_tables_are_no_changes(tmp_path: Path) -> None:
    old = records([1, 2]).drop("losers").with_columns(pl.col("tier").cast(pl.Int64))
    new = records([1, 2]).with_columns(reasoning=pl.lit(["why"]))
    found = compared(tmp_path, {"data/train-0": old}, {"data/train-0": new, **extras(2)})
    assert counts(found.tables[0]) == {SAME: 2}
    assert found.tables[0].lacking == (("reasoning",), ("reasoning", "losers"))
    assert {table.config: counts(table) for table in found.tables[1:]} == {
        "messy": {IN: 2},
        "variants/real_50": {IN: 2},
    }
    assert found.differs
    assert "Only small-v1 has, in this form, the columns reasoning" in render_page(found)
    # Nothing but rows on either side, and no rows at all.
    empty = {"data/train-0": records([])}
    assert counts(compared(tmp_path / "e", empty, empty).tables[0]) == {}


def extras(count: int) -> Tables:
    twins = records(range(count)).with_columns(
        semantic_id="id", clean_question="question", noise=pl.lit([], pl.List(pl.String))
    )
    return {
        "messy/train-0": twins.with_columns(id="m" + pl.col("id")).select(TWINS.names),
        "variants/real_50/train-0": records(range(count)),
    }


def test_a_twin_is_the_same_by_its_record(tmp_path: Path) -> None:
    one, two = extras(2), extras(2)
    two["messy/train-0"] = two["messy/train-0"].with_columns(id="n" + pl.col("id"))
    found = compared(tmp_path, one, two)
    assert counts(found.tables[1]) == {CHANGED: 2}
    assert dict(found.tables[1].columns) == {"id": 2}


def test_odd_texts_are_told_apart(tmp_path: Path) -> None:
    huge, word = "naïve 🦊 \U0001f9ec " * 100_000, "x" * 300_000
    odd = [("é", "e\u0301"), ("", " "), (huge, f"{huge}!"), (f"{word}a", f"b{word}")]
    one, two = (
        {"data/train-0": pl.concat([records([i], answer=pair[at]) for i, pair in enumerate(odd)])}
        for at in (0, 1)
    )
    found = compared(tmp_path, one, two)
    assert counts(found.tables[0]) == {CHANGED: 4}
    assert len(render_page(found)) < 600_000


ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["a", "b"]), st.sampled_from(["train", "test"])),
    max_size=8,
)


def tables_of(rows: list[tuple[int, str, str]]) -> Tables:
    return {
        f"data/{split}-0": frame(
            [
                record(n, say, question=f"{n}{say}").row()
                for n, say, where in rows
                if where == split
            ],
            RECORDS,
        )
        for split in ("train", "test")
    }


@settings(max_examples=25, deadline=None)
@given(ROWS, ROWS)
def test_every_row_is_counted_once_and_a_diff_has_a_mirror(
    one: list[tuple[int, str, str]], two: list[tuple[int, str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        a, b = both(Path(folder), tables_of(one), tables_of(two))
        (there,), (back,), (same,) = (compare_rows(*pair) for pair in ((a, b), (b, a), (a, a)))
    paired = sum(there.count(kind) for kind in (CHANGED, MOVED, SAME))
    assert there.count(IN) + paired == len(two) and there.count(OUT) + paired == len(one)
    assert [there.count(kind) for kind in (IN, OUT, CHANGED, MOVED, SAME)] == [
        back.count(kind) for kind in (OUT, IN, CHANGED, MOVED, SAME)
    ]
    assert there.columns == back.columns
    assert not same.differs and same.count(SAME) == len(one)


WORDS = st.text("ab é.\n", max_size=30)


@given(WORDS, WORDS)
def test_pieces_are_the_texts(one: str, two: str) -> None:
    left, right = word_diff(one, two)
    assert ("".join(t for t, _ in left), "".join(t for t, _ in right)) == (one, two)
    alike = ["".join(t for t, marked in side if not marked) for side in (left, right)]
    assert alike[0] == alike[1]


def test_figures_stand_side_by_side(tmp_path: Path) -> None:
    claims = [{**claim(n), "document_id": f"d{n}"} for n in range(4)]
    verdicts = [{"record_id": "r", "stage": "near", "decision": "drop", "reason": "near"}]
    wide = PROBES | {"low": pl.Float64, "high": pl.Float64}
    tables, probes = [], [(1.0, 0.9, 1.1), (2.0, 1.9, 2.1)]
    for at, (value, low, high) in enumerate(probes):
        of = [
            {**row, "verdict": "not_found"} if at and n == 0 else row
            for n, row in enumerate(claims)
        ]
        own = {"metric": "vendi", "reference": "", "value": value, "low": low, "high": high}
        beside = {"metric": "vendi", "reference": "parent", "p_adjusted": 0.01, "alarm": True}
        tables.append({
            "data/train-0": records(range(2 + at)),
            "evidence/train-0": frame(of, EVIDENCE),
            "verdicts/train-0": frame(verdicts * (1 + at), VERDICTS),
            "probes/train-0": pl.DataFrame([own, beside], schema=wide),
        })  # fmt: skip
    one = on_disk(tmp_path, 1, tables[0])
    cost = {"calls": 10, "tokens": 50, "usd": 0.6}
    two = on_disk(tmp_path, 2, tables[1], cost=cost)
    found = {each.name: each for each in compare(one, two, 0).figures}
    assert found["rows"].delta == 1 and found["near: drop, near"].delta == 1
    assert found["US dollars for an accepted row"].two == pytest.approx(0.1)
    share = found["of kept rows' claims: supported"]
    assert (share.one, share.two) == (1.0, pytest.approx(2 / 3))
    assert delta_text(share) == "−33.3 points"
    assert found["claims checked, of kept rows"].delta == 1
    assert found["effective number of different rows"].note == "intervals apart"
    child = on_disk(tmp_path, 2, tables[1], parent="small-v1")
    notes = {each.name: each.note for each in compare(one, child, 0).figures}
    assert notes["effective number of different rows"] == "tested beside its parent: alarm, p 0.010"
    assert Figure("g", "n", "a", 1, "text").delta is None


def test_the_command_compares_versions_and_then_their_recipes(
    stillhouse: RunCommand, tmp_path: Path
) -> None:
    released(tmp_path)
    released(tmp_path, say="reply", train=5)
    page = tmp_path / "pages" / "diff.html"
    said = stillhouse("diff", "small@1", "small@2", "--html", page, "--output", tmp_path)
    assert said.code == 1, said.err
    for part in ("│ train", "Changed rows differ in: messages 6", "Figures that differ",
                 "Rows: changed", "another version of Stillhouse"):  # fmt: skip
        assert part in said.out, part
    text = page.read_text(encoding="utf-8")
    assert "<ins>reply</ins>" in text and "is &lt;b&gt;fine" in text
    assert "http" not in text and "<script" not in text
    said = stillhouse("diff", "small@1", "small@1", "--output", tmp_path)
    assert said.code == 0 and "no row, no dropped row and no figure differs" in said.out


def test_two_datasets_can_be_compared_and_recipes_have_no_page(
    stillhouse: RunCommand, tmp_path: Path
) -> None:
    on_disk(tmp_path, 1, {"data/train-0": records([1])}, "one")
    on_disk(tmp_path, 1, {"data/train-0": records([1, 2])}, "two")
    said = stillhouse("diff", "one", "two", "-n", 0, "--output", tmp_path)
    assert said.code == 1 and "two-v1" in said.out and "Rows: in" not in said.out
    said = stillhouse("diff", "quickstart", "two", "--html", "x.html", "--output", tmp_path)
    assert said.code == 2 and "--html needs two versions" in said.err


def test_same_rows_of_another_cost_differ(tmp_path: Path) -> None:
    tables = {"data/train-0": records([1])}
    one, two = both(tmp_path, tables, tables)
    assert not compare(one, two, 1).differs
    dear = on_disk(tmp_path, 3, tables, cost={**manifest()["cost"], "usd": 1.0})
    assert compare(one, dear, 1).differs


def test_groups_of_figures_stand_together_in_a_fixed_order(tmp_path: Path) -> None:
    """A verdict that only the second version has stands beside the others."""
    sides = []
    for number, stage in enumerate(("exact", "near"), start=1):
        rows = [{"record_id": "r", "stage": stage, "decision": "drop", "reason": "copy"}]
        styles = [record(n, style=style).row() for n, style in enumerate("dbac")]
        sides.append(
            on_disk(tmp_path, number, {
                "data/train-0": frame(styles, RECORDS),
                "evidence/train-0": frame([claim(0)], EVIDENCE),
                "verdicts/train-0": frame(rows, VERDICTS),
            })
        )  # fmt: skip
    figures = compare(*sides, 0).figures
    groups = [each.group for each in figures]
    assert len([*groupby(groups)]) == len({*groups})
    named = [each.name for each in figures if each.name.startswith("style ")]
    assert named == ["style a", "style b", "style c", "style d"]


def test_quantiles_do_not_differ_in_their_last_digits() -> None:
    """Interpolated, the ninth decile of these is 277.3000000000001."""
    lengths = [170, 235, 15, 118, 91, 282, 300, 93, 47, 283, 131]
    lengths += [17, 37, 43, 9, 232, 8, 144, 128, 138, 57, 95]
    seen = Seen()
    seen(pl.DataFrame({"question": ["x" * length for length in lengths]}))
    assert seen.lengths()["question, characters: 90 % are shorter than"] == 277.3


def test_a_diff_finds_versions_by_the_url_of_their_folder(
    stillhouse: RunCommand, tmp_path: Path
) -> None:
    on_disk(tmp_path, 1, {"data/train-0": records([1])})
    said = stillhouse("diff", "small@1", "small@1", "--output", tmp_path.as_uri())
    assert said.code == 0, said.err
