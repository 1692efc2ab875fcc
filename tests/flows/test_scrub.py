"""`stillhouse scrub`: what a person or a document contributed goes, down to the bytes."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from conftest import RecipeFile, RunCommand, StartServer
from filelock import FileLock
from journals import answer
from store_samples import claim, records, rejected
from versions_on_disk import on_disk

from configs.errors import ConfigError
from flows import workspace
from flows.scrub import Scrubbed, scrub
from store.corpus import DOCUMENTS, PASSAGES
from store.journal import Journal
from store.records import CITED, EVIDENCE, RECORDS, VERDICTS, frame, to_arrow
from store.shards import Shards
from store.versions import Version, find_version

PERSON, MAIL = "Zebulon Quarrymoor", "zebulon@quarrymoor.example"
BARE: dict[str, Any] = {
    "probes": {"collapse": None, "verifier": None, "canaries": None, "tail": None},
    "filters": {"semantic": None, "near": None, "leakage": None, "privacy": None},
}


@pytest.fixture
def with_person(documents: Path) -> Path:
    """Documents one of which is about a person."""
    text = (
        "---\ntitle: Wardens\ndate: 2024-05-01\nlicence: CC0-1.0\n---\n# Wardens\n\n## People\n\n"
        f"The warden {PERSON} counted 412 herons at the Grey Lake in 1998. "
        f"Letters for {PERSON} went to {MAIL} until 2004. "
        f"The office of {PERSON} had 17 rooms and a tower of 31 metres.\n"
    )
    (documents / "wardens.md").write_text(text, encoding="utf-8")
    return documents


def forget_process(output: Path) -> None:
    """As if the commands that follow were run by another process."""
    space = workspace.workspace_at(output)
    if "journal" in vars(space):
        atexit.unregister(space.journal.close)
        space.journal.close()
    workspace._opened.cache_clear()


def holding(folder: Path, words: list[str]) -> list[str]:
    """Files that hold the bytes of a word, as text or inside of Parquet."""
    return [str(path.relative_to(folder)) for path in _files(folder) if _holds(path, words)]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _holds(path: Path, words: list[str]) -> bool:
    raw = path.read_bytes()
    if path.suffix == ".parquet":
        raw += str(pl.read_parquet(path).to_dicts()).encode()
    return any(word.lower().encode() in raw.lower() for word in words)


def rows_with(version: Version, folder: str, word: str) -> int:
    rows = version.table(folder).to_dicts()
    return sum(word.lower() in str(row).lower() for row in rows)


def test_a_person_is_gone_down_to_the_bytes(
    stillhouse: RunCommand,
    recipe_file: RecipeFile,
    start_server: StartServer,
    with_person: Path,
    tmp_path: Path,
) -> None:
    server, output = start_server(), tmp_path / "out"
    recipe = recipe_file(server.url, **BARE)
    assert stillhouse("build", recipe, "--output", output).code == 0
    exported = stillhouse("export", "rivers", "--to", "messages", "--output", output)
    assert exported.code == 0, exported.err
    version, space = find_version(output, "rivers"), output / ".stillhouse"
    words = ["Zebulon", "Quarrymoor"]
    assert len(holding(space, words)) > 4 and holding(output / "rivers" / "exports", words)

    forget_process(output)
    shy = stillhouse("scrub", "--text", "ZEBULON  quarrymoor", "-o", output)
    assert shy.code == 1 and "Nothing was deleted; add --yes" in shy.out
    assert "withdraw rivers@1 --reason" in shy.out and len(holding(space, words)) > 4

    forget_process(output)
    said = stillhouse("scrub", "--text", PERSON, "--text", MAIL, "-o", output, "--yes")
    forget_process(output)
    assert said.code == 1, "a version holds it"
    assert holding(space, words) == [] == holding(output / "rivers" / "exports", words)
    line = orjson.loads((space / "scrubs.jsonl").read_bytes())
    assert line["versions"] == [version.name] and not line["clean"] and line["kind"] == ["text"]
    assert len(line["sha256"]) == 2 and line["deleted"]["replies"] > 0

    (with_person / "wardens.md").unlink()
    again = stillhouse("build", recipe, "--output", output)
    assert again.code == 0, again.err
    second = find_version(output, "rivers")
    assert second.number == 2 and not rows_with(second, "data", "zebulon")
    mine = output / "my-own-notes.md"
    mine.write_text(f"Ask {PERSON}.")
    asked = ("--yes", "--withdraw", "--reason", "asked")
    said = stillhouse("scrub", "--text", PERSON, "-o", output, *asked)
    assert said.code == 0 and "Nothing holds it" in said.out, said.out
    assert holding(output, words) == ["my-own-notes.md"], "what is no work of ours stays"


OWN = "The warden of the northern lake counted herons every winter."
SHARED = "This text may be copied by anyone who names where it came from."


def a_store(root: Path) -> Version:
    """Two documents that share a line, records that rest on either, and what was made of them."""
    texts = {"d1": f"{OWN}\n{SHARED}", "d2": f"Bridges are painted in May.\n{SHARED}"}
    docs = [
        {"id": name, "text": text, "title": name, "source": f"https://x.example/{name}.pdf"}
        for name, text in texts.items()
    ]
    parts = [{"id": f"{name}#0", "document_id": name, "text": t} for name, t in texts.items()]
    shards = Shards(root / ".stillhouse" / "shards")
    shards.put(
        "corpus-1",
        {
            "documents": to_arrow(frame(docs, DOCUMENTS), DOCUMENTS),
            "passages": to_arrow(frame(parts, PASSAGES), PASSAGES),
        },
    )
    long = "is a thing that takes forty characters to say"
    for number in (1, 2):
        rows = records([number], f"{long} of", request_keys=(f"asked{number}",))
        verdicts = frame([], VERDICTS)
        tables = {"records": to_arrow(rows, RECORDS), "verdicts": to_arrow(verdicts, VERDICTS)}
        shards.put(f"generate-{number}", tables)
    shards.put("embedding-1", {"vectors": to_arrow(frame([], VERDICTS), VERDICTS)})
    journal = workspace.workspace_at(root).journal
    answer(journal, "asked1", "of a record that rests on it")
    answer(journal, "asked2", "of another record")
    answer(journal, "shown", request=orjson.dumps({"a": f"Read:\n{OWN.upper()}"}).decode())
    answer(journal, "common", request=orjson.dumps({"a": SHARED}).decode())
    answer(journal, "mention", "d1 is no document of mine, and d1#0 neither")
    for name in ("d1", "d2"):
        folder = root / ".stillhouse" / "fetched" / name
        folder.mkdir(parents=True)
        (folder / "x.pdf").write_bytes(b"%PDF \0 nobody reads this")
        (folder / "fetched.json").write_bytes(
            orjson.dumps({"url": f"https://x.example/{name}.pdf", "source": ""})
        )
    page = root / ".stillhouse" / "sweeps" / "page.html"
    page.parent.mkdir()
    page.write_text(f"<p>The {long} of <b>number 1</b> | is &lt;b&gt;fine&lt;/b&gt;.</p>")
    (page.parent / "other.html").write_text(f"<p>{SHARED}</p>")
    on_disk(root, 1, {"data/train-0": records([2, 3])})
    cited = [{"id": "d1#0", "document_id": "d1", "text": OWN}]
    tables = {
        "data/train-0": records([1, 2, 4]),
        "data/test-0": records([3, 5]),
        "rejected/train-0": rejected([101, 103]),
        "evidence/train-0": frame([{**claim(3), "passage_id": "d1#0"}, claim(5)], EVIDENCE),
        "passages/train-0": frame(cited, CITED),
    }
    for name in ("small-v2-messages-parquet", "small-v1-messages-parquet"):
        folder = root / "small" / "exports" / name
        folder.mkdir(parents=True)
        (folder / "train.jsonl").write_text("{}")
    version = on_disk(root, 2, tables)
    (root / "small" / "tags").mkdir()
    return version


def affected(found: Scrubbed) -> dict[str, tuple[tuple[str, str, int], ...]]:
    return {one.version.name: one.rows for one in found.left.affected}


EXACT = {
    "small-v2": (
        *(("data", "train", 2), ("evidence", "train", 1), ("passages", "train", 1)),
        ("rejected", "train", 1),
    )
}


def test_what_a_document_contributed_goes_and_nothing_else(tmp_path: Path) -> None:
    a_store(tmp_path)
    space = tmp_path / ".stillhouse"
    for _ in range(2):
        found = scrub(tmp_path, ["d1"], [], delete=False)
        assert found.found.journal.replies == ("asked1", "shown")
        assert found.found.shards == ("corpus-1", "generate-1")
        assert [path.name for path in found.found.derived] == ["embedding-1"]
        assert [path.name for path in found.found.files] == [
            *("d1", "page.html", "small-v2-messages-parquet")
        ]
        assert affected(found) == EXACT and not found.is_clean
        assert found.left.affected[0].is_latest
        assert not (space / "scrubs.jsonl").exists(), "looking deletes nothing"
    done = scrub(tmp_path, ["d1"], [], delete=True)
    assert affected(done) == EXACT and not done.left.deletes and done.compacted
    assert sorted(path.name for path in (space / "shards").iterdir()) == ["generate-2"]
    journal = workspace.workspace_at(tmp_path).journal
    there = [key for key in ("asked1", "asked2", "shown", "common", "mention") if journal.find(key)]
    assert there == ["asked2", "common", "mention"]
    assert [path.name for path in (space / "fetched").iterdir()] == ["d2"]
    assert [path.name for path in (space / "sweeps").iterdir()] == ["other.html"]
    exports = [path.name for path in (tmp_path / "small" / "exports").iterdir()]
    assert exports == ["small-v1-messages-parquet"]
    # d2's fetched file cannot be looked into by words; its document is not the one.
    assert scrub(tmp_path, ["d9"], [], delete=False).found.deletes is False


def test_bytes_that_a_reader_kept_go_with_the_next_scrub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_store(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "compact", lambda _self: False)
        found = scrub(tmp_path, [], ["of another record"], delete=True)
        assert not found.left.deletes and not found.is_clean
    found = scrub(tmp_path, [], ["of another record"], delete=True)
    assert not found.found.deletes and found.compacted
    for path in (tmp_path / ".stillhouse").glob("journal.sqlite*"):
        assert b"another record" not in path.read_bytes()


def test_nothing_is_written_that_says_what_was_looked_for(tmp_path: Path) -> None:
    a_store(tmp_path)
    scrub(tmp_path, [], ["northern  LAKE"], delete=True)
    scrub(tmp_path, [], ["northern lake"], delete=True)
    lines = (tmp_path / ".stillhouse" / "scrubs.jsonl").read_bytes().splitlines()
    assert len(lines) == 2 and b"lake" not in b"".join(lines).lower()


def test_a_build_that_is_at_work_is_not_disturbed(tmp_path: Path) -> None:
    a_store(tmp_path)
    with (
        FileLock(tmp_path / ".stillhouse" / "small.lock"),
        pytest.raises(ConfigError, match="another process is working on 'small'"),
    ):
        scrub(tmp_path, ["d1"], [], delete=True)
    other = Journal(tmp_path / ".stillhouse" / "journal.sqlite")
    with pytest.raises(ConfigError, match="another process has the journal open"):
        scrub(tmp_path, ["d1"], [], delete=True)
    other.close()
    assert scrub(tmp_path, ["d1"], [], delete=True).found.deletes


@pytest.mark.parametrize(
    "words",
    [
        *((), ("--text", " a "), ("--document", ""), ("--text", "Jane Doe", "--document", " ")),
        *(("--text", "Jane Doe", "--withdraw"), ("--text", "Jane Doe", "--reason", "x")),
    ],
)
def test_what_would_find_everything_is_refused(
    stillhouse: RunCommand, tmp_path: Path, words: tuple[str, ...]
) -> None:
    said = stillhouse("scrub", *words, "-o", tmp_path)
    assert said.code == 2 and "error" in said.err


def test_versions_are_listed_with_what_to_do(stillhouse: RunCommand, tmp_path: Path) -> None:
    version = a_store(tmp_path)
    tagged = ("tag", "small@2", "production", "-o", tmp_path)
    assert stillhouse(*tagged).code == 0
    said = stillhouse("scrub", "--document", "d1", "-o", tmp_path)
    assert said.code == 1 and version.name in said.out and "latest, production" in said.out
    assert f"stillhouse untag small production --output {tmp_path}" in said.out
    assert f"stillhouse withdraw small@2 --reason ... --output {tmp_path}" in said.out
    assert "2 replies in the journal" in said.out and "$0.5000 was paid" in said.out


def test_what_cannot_be_read_is_left_and_said(tmp_path: Path) -> None:
    a_store(tmp_path)
    (tmp_path / ".stillhouse" / "shards" / "generate-2" / "records.parquet").write_bytes(b"PAR1")
    found = scrub(tmp_path, [], ["nobody at all"], delete=False)
    assert not found.is_clean and not found.found.deletes
    left = " ".join(found.left.stays)
    assert "generate-2/records.parquet" in left and left.count("nobody can look into it") == 2
