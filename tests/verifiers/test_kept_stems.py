"""Stems of texts that were read once are looked up, and looked up they are what was read."""

from __future__ import annotations

import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import verifiers.stems
from verifiers.stems import Stems, known_stems, read_stems

LAKES = [f"The lake number {i} freezes in winter {i} times" for i in range(30)]


def told(stems: Stems) -> list[dict[str, int]]:
    """Stems as counts by word, text by text."""
    spans = zip(stems.starts[:-1].tolist(), stems.starts[1:].tolist(), strict=True)
    return [
        {stems.words[stems.ids[j]]: int(stems.times[j]) for j in range(start, stop)}
        for start, stop in spans
    ]


def reading(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is read from now on."""
    seen: list[str] = []
    plain = verifiers.stems.content

    def content(text: str) -> list[str]:
        seen.append(text)
        return plain(text)

    monkeypatch.setattr(verifiers.stems, "content", content)
    return seen


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/stems-*"))


def test_only_new_texts_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known_stems(LAKES, tmp_path)
    seen = reading(monkeypatch)
    assert told(known_stems(LAKES, tmp_path)) == told(read_stems(LAKES))
    assert seen == LAKES, "read only by what it is compared with"
    seen.clear()
    changed = [LAKES[3], "A new tower", *LAKES[:2], "A new tower"]
    found = known_stems(changed, tmp_path)
    assert seen == ["A new tower"]
    assert told(found) == told(read_stems(changed))
    assert sorted(found.words) == sorted(read_stems(changed).words), "of no other text"


texts = st.lists(st.text(max_size=30) | st.sampled_from(LAKES), max_size=12)


@settings(max_examples=25, deadline=None)
@given(st.lists(texts, min_size=1, max_size=4))
def test_an_update_gives_what_reading_all_gives(
    tmp_path_factory: pytest.TempPathFactory, states: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("stems")
    for state in states:
        assert told(known_stems(state, folder)) == told(read_stems(state))


@pytest.mark.parametrize("file", ["texts.parquet", "words.parquet"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "gone", "other"])
def test_a_damaged_part_is_read_again(
    tmp_path: Path, file: str, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    known_stems(LAKES, tmp_path)
    known_stems([*LAKES, "another one"], tmp_path)
    victim = parts(tmp_path)[0] / file
    raw = bytearray(victim.read_bytes())
    if damage == "cut":
        victim.write_bytes(raw[: len(raw) // 2])
    elif damage == "flipped":
        raw[len(raw) // 3] ^= 255
        victim.write_bytes(raw)
    elif damage == "gone":
        victim.unlink()
    else:
        shutil.copy(parts(tmp_path)[1] / file, victim)
    with caplog.at_level(logging.WARNING, "stillhouse"):
        found = known_stems([*LAKES, "another one"], tmp_path)
    assert told(found) == told(read_stems([*LAKES, "another one"]))
    assert "read again" in caplog.text
    caplog.clear()
    known_stems([*LAKES, "another one"], tmp_path)
    assert not caplog.text


def test_parts_are_put_together(tmp_path: Path) -> None:
    for i in range(40):
        known_stems(LAKES[: i % 30 + 1] + [f"text {i}"], tmp_path)
        assert len(parts(tmp_path)) <= verifiers.stems._PARTS + 1
    assert told(known_stems(LAKES, tmp_path)) == told(read_stems(LAKES))


def test_a_part_that_goes_while_it_is_read_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    known_stems(LAKES, tmp_path)
    real = verifiers.stems._names

    def names(shards: verifiers.stems.Shards) -> list[str]:
        return ["stems-gone", *real(shards)]

    monkeypatch.setattr(verifiers.stems, "_names", names)
    assert told(known_stems(LAKES, tmp_path)) == told(read_stems(LAKES))
    assert not caplog.text


def test_several_may_read_and_add_at_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    states = [LAKES[i % 7 : i % 7 + 9] + [f"text {i % 11}"] for i in range(80)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda state: told(known_stems(state, tmp_path)), states))
    assert found == [told(read_stems(state)) for state in states]
    assert not caplog.text
    assert not list(tmp_path.glob("*/.tmp-*"))


def test_other_stop_words_are_another_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_stems(LAKES, tmp_path)
    monkeypatch.setattr(verifiers.stems, "STOP", frozenset({"lake"}))
    verifiers.stems._reading.cache_clear()
    seen = reading(monkeypatch)
    known_stems(LAKES, tmp_path)
    verifiers.stems._reading.cache_clear()
    assert seen == LAKES
