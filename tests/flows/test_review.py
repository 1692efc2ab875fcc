"""Claims that people label: exported, read back, and learnt from."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import RecipeFile, RunCommand, Said, StartServer
from hypothesis import given
from hypothesis import strategies as st

from configs.errors import ConfigError, StoreCorrupt
from configs.load import load_recipe
from configs.verifiers import Grounding
from flows.labels import read_labels
from flows.pipeline import build
from flows.review import COLUMNS, as_csv, as_jsonl, export, undecided
from store.records import CITED, EVIDENCE, RECORDS, REJECTED, VERDICTS, frame
from store.versions import Version
from verifiers.calibration import BELOW, Calibration, load_calibration, save_calibration

SECRET = "Call Ann Lee on 555 0199."
KEEPS_ALL = {"max_not_found": 1.0, "contradicted": "flag", "unknown_identifier": "flag"}
PASSAGE = "=The lake covers 310 km²."


def claim(number: int, score: float, **more: Any) -> dict[str, Any]:
    said = {"claim": f"Claim {number}, «one».", "message": 1, "claim_start": 0, "claim_end": 9}
    where = {"document_id": "lake.md", "passage_id": "lake.md#0", "start": 0, "end": 9, "quote": ""}
    supported = "supported" if score >= 0.5 else "not_found"
    found = {"verdict": supported, "rule": "wording", "score": score, "detail": ""}
    return {"record_id": f"r{number}", **said, **where, **found, "uncalibrated": score, **more}


def publish(
    root: Path,
    claims: Sequence[dict[str, Any]],
    grounding: dict[str, Any] | None = None,
    private: Sequence[str] = (),
) -> Version:
    """A version as it lies on the disk, with a record for each claim."""
    ids = sorted({each["record_id"] for each in claims})
    rows = [{**dict.fromkeys(RECORDS.names), "id": id_, "question": "=1+1"} for id_ in ids]
    lost = [
        {**dict.fromkeys(REJECTED.names), "id": id_, "question": SECRET, "stage": "privacy"}
        for id_ in private
    ]
    passage = {**dict.fromkeys(CITED.names), "id": "lake.md#0", "text": PASSAGE}
    tables = {
        "data/train-0.parquet": frame(rows, RECORDS).filter(~pl.col("id").is_in([*private])),
        "rejected/train-0.parquet": frame(lost, REJECTED),
        "verdicts/train-0.parquet": frame([], VERDICTS),
        "evidence/train-0.parquet": frame(claims, EVIDENCE),
        "passages/train-0.parquet": frame([passage], CITED),
    }
    folder = root / "lakes" / "lakes-v1"
    for path, table in tables.items():
        (folder / path).parent.mkdir(parents=True)
        table.write_parquet(folder / path)
    settings = Grounding.model_validate(grounding or {}).model_dump(mode="json")
    manifest = {
        "dataset": "lakes",
        "version": 1,
        "parent": None,
        "status": "completed",
        "files": dict.fromkeys(tables),
        "recipe": {"verifiers": {"grounding": settings}},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder.parent / "latest.json").write_text(json.dumps({"version": folder.name}))
    return Version(folder)


def many(count: int = 200) -> list[dict[str, Any]]:
    return [claim(n, (n + 0.5) / count) for n in range(count)]


def rows_of(path: Path) -> list[dict[str, str]]:
    return [*csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())]


def label(path: Path, say: Callable[[dict[str, str]], str]) -> None:
    """Write labels into an exported CSV file, as a person would."""
    rows = rows_of(path)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows({**row, "label": say(row)} for row in rows)


def flat(said: Said) -> str:
    return " ".join(said.out.split())


def test_the_most_uncertain_come_first_and_what_was_exact_never(tmp_path: Path) -> None:
    claims = [claim(1, 0.85), claim(2, 0.45), claim(3, 0.1), claim(4, 0.52)]
    exact = [
        claim(5, 1.0, rule="quantity", uncalibrated=None),
        claim(6, 0.5, uncalibrated=None),
        claim(7, 0.5, passage_id=""),
    ]
    version = publish(tmp_path, [*claims, *exact])
    found = undecided(version)
    assert found["record_id"].to_list() == ["r4", "r2", "r1", "r3"]
    assert set(COLUMNS) - set(found.columns) == {"label", "comment"}
    assert found["passage"].to_list() == [PASSAGE] * 4


def test_a_claim_made_twice_is_labelled_once(tmp_path: Path) -> None:
    twin = {**claim(1, 0.6), "record_id": "r2"}
    version = publish(tmp_path, [claim(1, 0.6), twin, claim(3, 0.7)])
    assert undecided(version)["record_id"].to_list() == ["r1", "r3"]


def test_nothing_of_a_record_with_personal_data_is_shown(tmp_path: Path) -> None:
    version = publish(tmp_path, [claim(1, 0.6), claim(2, 0.6, claim=SECRET)], private=["r2"])
    export(version, tmp_path / "a.csv", 10, force=False)
    text = (tmp_path / "a.csv").read_text(encoding="utf-8")
    assert "r1" in text and "r2" not in text and "Ann Lee" not in text


def test_a_claim_of_a_model_is_uncertain_near_its_threshold(tmp_path: Path) -> None:
    model = {"entailment": {"kind": "judge", "teacher": "big", "threshold": 0.8}}
    version = publish(tmp_path, [claim(1, 0.5), claim(2, 0.75)], model)
    assert undecided(version)["record_id"].to_list() == ["r2", "r1"]


def test_a_spreadsheet_computes_nothing(tmp_path: Path, stillhouse: RunCommand) -> None:
    for sign in ("=", "+", "-", "@", " =", "\t=", "＝"):
        (cell,) = csv.DictReader(
            as_csv([{**dict.fromkeys(COLUMNS, ""), "claim": f"{sign}1"}])
            .decode("utf-8-sig")
            .splitlines()
        )
        assert cell["claim"] == f"'{sign}1"
    publish(tmp_path, [claim(1, 0.6)])
    path = tmp_path / "a.csv"
    assert stillhouse("review", "lakes", "--export", path, "-o", tmp_path).code == 0
    (row,) = rows_of(path)
    assert (row["question"], row["passage"]) == ("'=1+1", f"'{PASSAGE}")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "so that spreadsheets read UTF-8"
    assert row["id"].startswith("c"), "12e5 would be read as a number"


def test_an_export_is_not_replaced_unless_forced(tmp_path: Path, stillhouse: RunCommand) -> None:
    publish(tmp_path, many())
    path = tmp_path / "deep" / "a.csv"
    said = stillhouse("review", "lakes", "--export", path, "-n", 120, "-o", tmp_path)
    assert said.code == 0 and "120 of 200 undecided claims of lakes-v1" in flat(said)
    assert f"stillhouse review lakes@1 --labels {path} --output {tmp_path}" in flat(said)
    before = path.read_bytes()
    said = stillhouse("review", "lakes", "--export", path, "-o", tmp_path)
    assert said.code == 2 and "--force" in said.err and path.read_bytes() == before
    stillhouse("review", "lakes", "--export", path, "--force", "-n", 150, "-o", tmp_path)
    again = [row["id"] for row in rows_of(path)]
    assert len(again) == 150 and len(list(path.parent.iterdir())) == 1
    stillhouse("review", "lakes", "--export", tmp_path / "b.jsonl", "-n", 150, "-o", tmp_path)
    lines = (tmp_path / "b.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == again
    assert [*json.loads(lines[0])] == [*COLUMNS]


def test_nothing_undecided_is_said(tmp_path: Path, stillhouse: RunCommand) -> None:
    publish(tmp_path, [claim(1, 1.0, rule="quote", uncalibrated=None)])
    said = stillhouse("review", "lakes", "--export", tmp_path / "a.csv", "-o", tmp_path)
    assert said.code == 0 and "has nothing to label" in said.out
    assert not (tmp_path / "a.csv").exists()


def test_what_cannot_be_reviewed_is_refused(tmp_path: Path, stillhouse: RunCommand) -> None:
    version = publish(tmp_path, [claim(1, 0.5)])
    for options in ([], ["--export", "a.csv", "--labels", "b.csv"]):
        said = stillhouse("review", "lakes", *options, "-o", tmp_path)
        assert said.code == 2 and "either --export" in said.err
    with pytest.raises(ConfigError, match=r"\.csv or \.jsonl"):
        export(version, tmp_path / "a.xlsx", 10, force=False)
    (tmp_path / "file").touch()
    with pytest.raises(StoreCorrupt, match="could not write"):
        export(version, tmp_path / "file" / "a.csv", 10, force=False)
    (old,) = (version.path / "evidence").iterdir()
    pl.read_parquet(old).drop("uncalibrated").write_parquet(old)
    with pytest.raises(ConfigError, match="build it again"):
        undecided(version)
    version.manifest["recipe"]["verifiers"]["grounding"] = {"of": "another time"}
    with pytest.raises(ConfigError, match="older Stillhouse"):
        undecided(version)
    version.manifest["recipe"]["verifiers"]["grounding"] = None
    with pytest.raises(ConfigError, match="no claims"):
        undecided(version)


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)


@given(
    rows=st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(["supported", "no", "", " TRUE "]))),
    write=st.sampled_from([(as_csv, "csv"), (as_jsonl, "jsonl")]),
)
def test_what_was_exported_is_read_back_by_its_ids(
    rows: list[tuple[str, str, str]], write: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    written = [
        {
            **dict.fromkeys(COLUMNS, ""),
            "id": f"c{n:016x}",
            "claim": one,
            "passage": two,
            "label": said,
        }
        for n, (one, two, said) in enumerate(rows)
    ]
    path = tmp_path_factory.mktemp("labels") / f"a.{write[1]}"
    path.write_bytes(write[0](written))
    meant = {"supported": True, "no": False, " TRUE ": True}
    expected = {row["id"]: meant[row["label"]] for row in written if row["label"]}
    assert read_labels(path, {row["id"] for row in written}) == expected


@pytest.mark.parametrize(
    ("given_", "meant"),
    [
        *((word, True) for word in ("supported", "True", "YES", 1, 1.0, True, "1")),
        *((word, False) for word in ("unsupported", "not_supported", "false", "no", 0, False)),
        *((word, None) for word in ("", "  ", None)),
    ],
)
def test_what_labels_mean(given_: Any, meant: bool | None, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "'c1", "label": given_}), encoding="utf-8")
    assert read_labels(path, {"c1"}).get("c1") is meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,label\nc1,yes\nc9,yes\n", r"a\.csv:3: id: .*no undecided claim 'c9'.*DATASET@N"),
        ("id,label\nc1,maybe\n", r"a\.csv:2: label: 'maybe' is none; write `supported`"),
        ("id,label\nc1,yes\nc2,\nc1,no\n", r"a\.csv:4: label: c1 has another label at .*a\.csv:2"),
        ("id:label\nc1:yes\n", r"a\.csv:2: id: there is no such field; .*commas, semicolons"),
        ("id,said\nc1,yes\n", r"a\.csv:2: label: there is no such field"),
    ],
)
def test_labels_that_do_not_do(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        read_labels(path, {"c1", "c2"})


def test_labels_with_semicolons_between_them_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;label\nc1;yes\n", encoding="utf-8")
    assert read_labels(path, {"c1"}) == {"c1": True}


def test_a_file_of_labels_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("id,label\nc1,jä\n".encode("latin-1"))
    for name, said in (("a.csv", "not UTF-8"), ("b.csv", "cannot be read"), ("c.txt", r"\.jsonl")):
        with pytest.raises(ConfigError, match=said):
            read_labels(tmp_path / name, {"c1"})
    (tmp_path / "d.jsonl").write_text('{"id": "c1", "label": "yes"}\n[]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"d\.jsonl:2: id: "):
        read_labels(tmp_path / "d.jsonl", {"c1"})


@pytest.mark.parametrize(
    ("say", "said"),
    [
        (lambda row: "yes" if row["record_id"] < "r15" else "", "fewer than the 100"),
        (lambda _: "yes", "a.csv are supported; a calibration needs both kinds"),
    ],
)
def test_too_few_labels_or_one_kind(
    say: Callable[[dict[str, str]], str], said: str, tmp_path: Path, stillhouse: RunCommand
) -> None:
    publish(tmp_path, many())
    path = tmp_path / "a.csv"
    stillhouse("review", "lakes", "--export", path, "-o", tmp_path)
    label(path, say)
    ended = stillhouse("review", "lakes", "--labels", path, "-o", tmp_path)
    assert ended.code == 2 and said in ended.err
    assert not (tmp_path / ".stillhouse").exists()


def test_a_calibration_is_learnt_from_labels(tmp_path: Path, stillhouse: RunCommand) -> None:
    publish(tmp_path, many(400))
    path = tmp_path / "a.csv"
    stillhouse("review", "lakes", "--export", path, "-n", 400, "-o", tmp_path)
    # Of what wording supports, only what it is sure of is supported, but for every ninth.
    label(
        path,
        lambda row: (
            "yes" if float(row["score"]) > 0.7 or int(row["record_id"][1:]) % 9 == 0 else "0"
        ),
    )
    asked = ("review", "lakes@1", "--labels", path, "--false-alarms", 0.3, "-o", tmp_path)
    said = stillhouse(*asked)
    assert said.code == 0, said.err
    where = tmp_path / ".stillhouse" / "calibrations" / "lakes.json"
    found = load_calibration(where)
    assert (found.labelled, found.scorer) == (400, "wording")
    assert found.threshold is not None and 0 < found.threshold < 1
    assert f'verifiers:\n  grounding:\n    calibration: "{where}"' in said.out
    assert f"Threshold {found.threshold:.3g} for at most 30.0% false alarms" in flat(said)
    assert "<svg" in where.with_suffix(".html").read_text(encoding="utf-8")
    to = tmp_path / "own" / "c.json"
    assert stillhouse(*asked, "--to", to).code == 0 and load_calibration(to) == found
    assert stillhouse(*asked, "--to", tmp_path / "c.html").code == 2


def verified(**grounding: Any) -> dict[str, Any]:
    return {
        "target": 120,
        "verifiers": {"grounding": {"policy": KEEPS_ALL, **grounding}},
        "filters": {"exact": None, "semantic": None, "near": None},
        "probes": {"collapse": None},
        "methods": [{"styles": {"question_answer": 1}}],
    }


def test_a_build_is_reviewed_and_built_again(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path, stillhouse: RunCommand
) -> None:
    server, out = start_server({"rewords": True}), tmp_path / "out"
    first = build(load_recipe(str(recipe_file(server.url, **verified())), output=out)).version
    path, worth = tmp_path / "a.csv", tmp_path / "worth.json"
    assert stillhouse("review", "rivers", "--export", path, "-o", out).code == 0
    label(path, lambda row: "unsupported" if "surveyed" in row["claim"] else "supported")
    said = stillhouse("review", "rivers@1", "--labels", path, "--to", worth, "-o", out)
    assert said.code == 0, said.err
    asked = len(server.bodies())

    def rebuilt(threshold: float) -> pl.DataFrame:
        told = json.loads(worth.read_text()) | {"threshold": threshold}
        worth.write_text(json.dumps(told))
        recipe = recipe_file(server.url, **verified(calibration=str(worth)))
        return build(load_recipe(str(recipe), output=out)).version.table("evidence")

    before, kept, lost = first.table("evidence"), rebuilt(0.0), rebuilt(1.0)
    assert len(server.bodies()) == asked, "another calibration asks nobody again"
    assert kept["uncalibrated"].to_list() == before["uncalibrated"].to_list()
    assert kept["score"].to_list() != before["score"].to_list()
    open_ = pl.col("uncalibrated").is_not_null() & (pl.col("verdict") == "supported")
    assert len(kept.filter(open_)) == len(before.filter(open_)) > 0
    assert lost.filter(open_).is_empty()
    assert lost["detail"].str.starts_with(BELOW).sum() == len(before.filter(open_))
    # Labels of the first version are those of the same claims in the last one.
    again = stillhouse("review", "rivers@3", "--labels", path, "--to", worth, "-o", out)
    assert again.code == 0 and again.out.replace("rivers-v3", "rivers-v1") == said.out


def test_the_probe_measures_the_verifier_with_its_calibration(
    recipe_file: RecipeFile, tmp_path: Path
) -> None:
    path = tmp_path / "c.json"
    points = {"scores": (0.0, 1.0), "probabilities": (0.0, 0.9)}
    alarms = []
    for least in (0.0, 0.99):
        save_calibration(Calibration("isotonic", 200, "wording", threshold=least, **points), path)
        recipe = recipe_file(
            verifiers={"grounding": {"calibration": str(path)}},
            probes={"verifier": {"planted": 20}},
        )
        version = build(load_recipe(str(recipe), output=tmp_path / "out")).version
        found = version.manifest["verifier"]
        assert (found["calibrated"], found["labelled"]) == (True, 200)
        alarms.append(found["false_alarms"]["share"])
    assert alarms[0] < alarms[1], "what the threshold loses is counted"
