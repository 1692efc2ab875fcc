from __future__ import annotations

import errno
import json
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import polars as pl
import pytest
from store_samples import (
    content,
    listing,
    manifest,
    record,
    records,
    rejected,
    released,
    undated,
)

import store.publish
import store.sealed
import store.version_tables
from configs.errors import ConfigError, StoreCorrupt
from store.checks import verify
from store.publish import publish
from store.records import RECORDS, frame, to_arrow
from store.versions import Version, find_version, latest, list_versions


def full_disk(*_: object) -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


def pointed(root: Path, name: str = "small") -> str:
    found: str = json.loads((root / name / "latest.json").read_bytes())["version"]
    return found


def of_kind(version: Version, kind: str) -> Path:
    """A file of a version by its folder or its name."""
    files = sorted(p for p in version.path.rglob("*") if p.is_file())
    return next(p for p in files if kind in (p.name, p.parent.name))


def publish_many(root: Path, who: str) -> list[int]:
    """One of two processes that publish at the same time."""
    return [released(root, say=f"{who} {turn}").number for turn in range(10)]


def test_the_first_version_is_one(tmp_path: Path) -> None:
    version = released(tmp_path)
    assert version.path == tmp_path / "small" / "small-v1"
    assert version.number == 1
    assert pointed(tmp_path) == "small-v1"
    assert listing(tmp_path / "small") == ["latest.json", "small-v1"]
    assert verify(version) == []
    assert version.manifest["parent"] is None
    assert version.manifest["status"] == "completed"
    assert set(version.manifest["files"]) == {
        p.relative_to(version.path).as_posix()
        for p in version.path.rglob("*")
        if p.is_file() and p.name != "manifest.json"
    }


def test_changed_rows_make_the_next_version(tmp_path: Path) -> None:
    first = released(tmp_path)
    before = {p: p.read_bytes() for p in first.path.rglob("*") if p.is_file()}
    second = released(tmp_path, say="other")
    assert (second.number, second.manifest["parent"]) == (2, "small-v1")
    assert pointed(tmp_path) == "small-v2"
    assert {p: p.read_bytes() for p in first.path.rglob("*") if p.is_file()} == before
    assert [verify(version) for version in list_versions(tmp_path, "small")] == [[], []]


@pytest.mark.parametrize("table", ["rejected", "evidence", "verdicts"])
def test_a_change_in_any_table_makes_a_version(tmp_path: Path, table: str) -> None:
    made = content()
    released(tmp_path)
    rows: pl.DataFrame = getattr(made, table)
    changed = replace(made, **{table: rows.with_columns(detail=pl.lit("changed"))})
    assert publish(tmp_path, "small", changed, manifest()).number == 2


def test_unchanged_content_is_not_published_again(tmp_path: Path) -> None:
    first = released(tmp_path)
    again = publish(tmp_path, "small", content(), manifest(note="another run"))
    assert again == first
    assert again.manifest["note"] == ""
    assert listing(tmp_path / "small") == ["latest.json", "small-v1"]


def test_numbers_go_on_after_the_highest(tmp_path: Path) -> None:
    released(tmp_path)
    (tmp_path / "small" / "small-v9").mkdir()
    stub = '{"files": {}, "parent": null, "status": "completed"}'
    (tmp_path / "small" / "small-v9" / "manifest.json").write_text(stub)
    (tmp_path / "small" / "small-vx").mkdir()
    assert released(tmp_path, say="other").number == 10


def test_a_pointer_left_behind_is_moved_by_the_next_run(tmp_path: Path) -> None:
    released(tmp_path)
    before = (tmp_path / "small" / "latest.json").read_bytes()
    released(tmp_path, say="other")
    (tmp_path / "small" / "latest.json").write_bytes(before)
    assert released(tmp_path, say="other").number == 2
    assert pointed(tmp_path) == "small-v2"


def test_tables_are_read_back(tmp_path: Path) -> None:
    version, made = released(tmp_path), content()
    data = version.table("data")
    assert data["split"].to_list() == ["test", *["train"] * 4, "validation"]
    train = data.filter(pl.col("split") == "train").drop("split")
    assert to_arrow(train, RECORDS).equals(to_arrow(made.splits["train"], RECORDS))
    for name in ("rejected", "evidence", "verdicts", "probes"):
        assert version.table(name).equals(getattr(made, name))


def test_polars_reads_the_files_without_stillhouse(tmp_path: Path) -> None:
    version = released(tmp_path)
    rows = pl.read_parquet(version.path / "data" / "*.parquet")
    assert len(rows) == 6
    assert rows["sources"].list.len().to_list() == [1] * 6
    assert rows["valid_as_of"].dtype == pl.Date


def test_a_table_of_several_files_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.version_tables._ROWS_PER_FILE", 3)
    version = released(tmp_path, train=7)
    names = sorted(p.name for p in (version.path / "data").glob("train-*"))
    assert [name.rpartition("-")[0] for name in names] == [
        f"train-{i:05}-of-00003" for i in range(3)
    ]
    assert verify(version) == []
    train = version.table("data").filter(pl.col("split") == "train")
    assert train["id"].to_list() == [f"r{i:04}" for i in range(7)]


KINDS = [
    "data",
    "rejected",
    "evidence",
    "verdicts",
    "probes",
    "README.md",
    "report.html",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_byte_is_found(tmp_path: Path, kind: str) -> None:
    version = released(tmp_path)
    path = of_kind(version, kind)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))
    name = path.relative_to(version.path).as_posix()
    assert verify(Version(version.path)) == [
        f"{name}: altered (its SHA-256 is not the one in the manifest)"
    ]


def test_a_flipped_byte_of_the_manifest_is_found(tmp_path: Path) -> None:
    version = released(tmp_path)
    path = version.path / "manifest.json"
    raw = path.read_bytes()
    altered = unreadable = 0
    for place in range(0, len(raw), 5):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        try:
            problems = verify(Version(version.path))
        except StoreCorrupt as error:
            assert str(path) in str(error)
            unreadable += 1
            continue
        assert problems == ["manifest.json: altered (its SHA-256 is not the one it states)"]
        altered += 1
    assert altered > 100
    assert unreadable > 100


def test_a_manifest_of_another_form_is_unreadable(tmp_path: Path) -> None:
    version = released(tmp_path)
    (version.path / "manifest.json").write_text("[]")
    with pytest.raises(StoreCorrupt, match=r"manifest\.json"):
        verify(Version(version.path))


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_file_is_found(tmp_path: Path, kind: str) -> None:
    version = released(tmp_path)
    path = of_kind(version, kind)
    path.unlink()
    assert verify(version) == [f"{path.relative_to(version.path).as_posix()}: missing"]


@pytest.mark.parametrize("name", ["extra.txt", "data/train-00001.parquet", ".hidden"])
def test_an_extra_file_is_found(tmp_path: Path, name: str) -> None:
    version = released(tmp_path)
    (version.path / name).write_text("extra")
    assert verify(version) == [f"{name}: not listed in the manifest"]


def test_all_problems_are_told_together(tmp_path: Path) -> None:
    version = released(tmp_path)
    (version.path / "extra.txt").write_text("extra")
    of_kind(version, "verdicts").unlink()
    of_kind(version, "report.html").write_text("other")
    kinds = [problem.split(": ")[1].split(" ")[0] for problem in verify(version)]
    assert kinds == ["not", "altered", "missing"]


def test_a_missing_manifest_is_unreadable(tmp_path: Path) -> None:
    version = released(tmp_path)
    (version.path / "manifest.json").unlink()
    with pytest.raises(StoreCorrupt, match=r"manifest\.json"):
        verify(Version(version.path))
    with pytest.raises(StoreCorrupt, match="points to small-v1, which is gone"):
        latest(tmp_path, "small")


@pytest.mark.parametrize("step", ["write_parquet", "render_card", "render_report", "write_durably"])
def test_a_full_disk_leaves_the_old_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = released(tmp_path)
    where = store.version_tables if step == "write_parquet" else store.publish
    monkeypatch.setattr(where, step, full_disk)
    with pytest.raises(StoreCorrupt, match=r"could not publish small in .*: No space left"):
        released(tmp_path, say="other")
    assert listing(tmp_path / "small") == ["latest.json", "small-v1"]
    assert pointed(tmp_path) == "small-v1"
    assert verify(first) == []


def test_a_full_disk_before_the_first_version_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.version_tables, "write_parquet", full_disk)
    with pytest.raises(StoreCorrupt, match="No space left on device"):
        released(tmp_path)
    assert listing(tmp_path / "small") == []
    assert latest(tmp_path, "small") is None


def test_no_room_for_the_pointer_leaves_the_old_latest_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released(tmp_path)
    write: Callable[[Path, bytes], None] = store.sealed.write_durably

    def fail_on_pointer(path: Path, data: bytes) -> None:
        write(path, data[:2])
        if path.name.startswith(".latest.json-"):
            full_disk()
        write(path, data)

    monkeypatch.setattr(store.sealed, "write_durably", fail_on_pointer)
    with pytest.raises(StoreCorrupt, match="No space left on device"):
        released(tmp_path, say="other")
    assert pointed(tmp_path) == "small-v1"
    monkeypatch.undo()
    assert released(tmp_path, say="other").number == 2
    assert pointed(tmp_path) == "small-v2"
    assert listing(tmp_path / "small") == ["latest.json", "small-v1", "small-v2"]


def test_an_interrupted_publisher_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(store.publish, "render_card", interrupt)
    with pytest.raises(KeyboardInterrupt):
        released(tmp_path)
    assert listing(tmp_path / "small") == []


def test_a_version_written_wrong_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.publish, "verify", lambda _: ["data/x: altered"])
    with pytest.raises(StoreCorrupt, match="not written whole: data/x: altered"):
        released(tmp_path)
    assert listing(tmp_path / "small") == []


def test_two_processes_publish_at_the_same_time(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        numbers = list(pool.map(publish_many, [tmp_path] * 2, ["one", "two"]))
    assert sorted(numbers[0] + numbers[1]) == list(range(1, 21))
    assert all(own == sorted(own) for own in numbers)
    versions = list_versions(tmp_path, "small")
    assert [version.number for version in versions] == list(range(1, 21))
    assert [verify(version) for version in versions] == [[]] * 20
    parents = [version.manifest["parent"] for version in versions]
    assert parents == [None, *(f"small-v{n}" for n in range(1, 20))]
    assert pointed(tmp_path) == "small-v20"
    assert len(listing(tmp_path / "small")) == 21


@pytest.mark.parametrize("origin", ["rule", "teacher", "self", "edited"])
def test_synthetic_rows_do_not_enter_a_real_only_split(tmp_path: Path, origin: str) -> None:
    made = replace(content(), splits={"train": records([1]), "test": records([2], origin=origin)})
    with pytest.raises(ConfigError, match="split 'test' is declared real-only"):
        publish(tmp_path, "small", made, manifest(), ["test"])
    assert latest(tmp_path, "small") is None


def test_rows_of_unknown_origin_count_as_synthetic(tmp_path: Path) -> None:
    unknown = frame([{**record(2).row(), "origin": None}], RECORDS)
    made = replace(content(), splits={"train": records([1]), "test": unknown})
    with pytest.raises(ConfigError, match="real-only"):
        publish(tmp_path, "small", made, manifest(), ["test"])


def test_human_rows_and_empty_splits_pass_a_real_only_split(tmp_path: Path) -> None:
    splits = {
        "train": records([1]),
        "test": records([2], origin="human", teacher=""),
        "validation": records([]),
    }
    made = replace(content(), splits=splits)
    version = publish(tmp_path, "small", made, manifest(), ["test", "validation"])
    assert sorted(set(version.table("data")["split"])) == ["test", "train"]


@pytest.mark.parametrize("said", ['{"planted": "number", "of": "r1"}', '{"planted": broken'])
@pytest.mark.parametrize("where", ["test", "rejected", "real_50"])
def test_planted_rows_are_never_published(tmp_path: Path, where: str, said: str) -> None:
    made, marked = content(), pl.lit(said).alias("metadata")
    if where == "rejected":
        made = replace(made, rejected=made.rejected.with_columns(marked))
    elif where == "test":
        made = replace(made, splits={**made.splits, "test": records([9]).with_columns(marked)})
    else:
        made = replace(made, variants={where: records([9]).with_columns(marked)})
    with pytest.raises(StoreCorrupt, match=f"planted records were .* in {where}"):
        publish(tmp_path, "small", made, manifest())
    assert not (tmp_path / "small").exists()


def test_rows_that_only_speak_of_planting_are_published(tmp_path: Path) -> None:
    said = pl.lit('{"fact": "trees that were planted"}').alias("metadata")
    made = replace(content(), splits={"train": records([1]).with_columns(said)})
    assert len(publish(tmp_path, "small", made, manifest()).table("data")) == 1


@pytest.mark.parametrize("splits", [{}, {"train": records([]), "test": records([])}])
def test_nothing_kept_is_not_published(tmp_path: Path, splits: dict[str, pl.DataFrame]) -> None:
    with pytest.raises(ConfigError, match="no record was kept"):
        publish(tmp_path, "small", replace(content(), splits=splits), manifest())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../up", "a/b", "/abs", "..", ".hidden", "", "Upper", "a\n"])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="is no dataset name"):
        released(tmp_path / "root", name)
    with pytest.raises(ConfigError, match="is no dataset name"):
        latest(tmp_path / "root", name)
    assert list(tmp_path.iterdir()) == []


def test_versions_are_found_by_name_and_number(tmp_path: Path) -> None:
    first, second = released(tmp_path), released(tmp_path, say="other")
    assert find_version(tmp_path, "small") == second
    assert find_version(tmp_path, "small@1") == find_version(tmp_path, "small@v1") == first
    for wanted in ("3", "v", "x", "0"):
        with pytest.raises(ConfigError, match="there are: 1, 2"):
            find_version(tmp_path, f"small@{wanted}")
    with pytest.raises(ConfigError, match=r"no dataset 'other' in .*; there are: small"):
        find_version(tmp_path, "other")
    with pytest.raises(ConfigError, match="nothing was published there yet"):
        find_version(tmp_path / "empty", "other")


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "{}", '{"version": 3}'])
def test_a_broken_pointer_is_told(tmp_path: Path, text: str) -> None:
    released(tmp_path)
    pointer = tmp_path / "small" / "latest.json"
    pointer.write_text(text)
    with pytest.raises(StoreCorrupt, match=str(pointer)):
        latest(tmp_path, "small")


def test_the_card_tells_what_it_is(tmp_path: Path) -> None:
    card = (released(tmp_path).path / "README.md").read_text()
    assert "# small-v1\n" in card
    assert "**Rows:** 4 train, 1 validation, 1 test. **Status:** completed." in card
    assert "6 rows by rules (rule-based templates, no language model)." in card
    assert "| heuristics | 6 | 2 | too_short 2 |" in card
    assert "The answer number 0 \\| is" in card
    assert "| MIT | " in card


def test_the_card_proposes_to_load_dropped_rows_only_where_there_are_any(tmp_path: Path) -> None:
    with_some = (released(tmp_path, "some").path / "README.md").read_text()
    without = released(tmp_path, "none", dropped=0)
    assert 'load_dataset("path/to/some-v1", "rejected")' in with_some
    assert '"rejected")' not in (without.path / "README.md").read_text()
    assert verify(without) == []
    assert without.table("rejected").equals(content(dropped=0).rejected)


def test_the_report_stands_alone_and_escapes_texts(tmp_path: Path) -> None:
    page = (released(tmp_path).path / "report.html").read_text()
    assert "<title>small-v1</title>" in page
    assert "A &amp; B &lt;i&gt;test&lt;/i&gt; set." in page
    assert "is &lt;b&gt;fine&lt;/b&gt;" in page
    assert "heuristics: too_short" in page
    assert "0 calls, 0 tokens, $0.0000" in page
    assert not any(outside in page for outside in ("http://", "https://", "src=", "<script"))


def test_the_report_says_when_a_price_is_unknown(tmp_path: Path) -> None:
    cost = {"calls": 1200, "tokens": 34567, "usd": None}
    version = publish(tmp_path, "small", content(), manifest(cost=cost))
    page = (version.path / "report.html").read_text()
    assert "1,200 calls, 34,567 tokens, price unknown" in page


def test_the_report_shows_two_rows_of_each_reason(tmp_path: Path) -> None:
    made = replace(content(), rejected=rejected(range(100, 105)))
    page = (publish(tmp_path, "small", made, manifest()).path / "report.html").read_text()
    assert [n for n in range(100, 105) if f"What is number {n}?" in page] == [100, 101]


def test_the_report_does_not_show_personal_data(tmp_path: Path) -> None:
    rows = rejected([100]).with_columns(stage=pl.lit("privacy"), detail=pl.lit("e-mail a…@b…"))
    made = replace(content(), rejected=rows)
    page = (publish(tmp_path, "small", made, manifest()).path / "report.html").read_text()
    assert "What is number 100?" not in page
    assert "not shown: personal data" in page
    assert "e-mail a…@b…" in page


def test_content_without_dates_keeps_its_schema(tmp_path: Path) -> None:
    version = publish(tmp_path, "small", undated(), manifest())
    assert verify(version) == []
    assert version.table("data")["valid_as_of"].to_list() == [None] * 6
