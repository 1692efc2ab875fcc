from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import released

from configs.errors import ConfigError, StoreCorrupt
from store import pointers
from store.checks import check_pointers
from store.publish import release
from store.sealed import change, read_sealed
from store.versions import Version, find_version, latest


def test_publishers_never_move_the_pointer_back(tmp_path: Path) -> None:
    pointers.point(tmp_path, "small-v5")
    pointers.point(tmp_path, "small-v4")
    assert pointers.pointed(tmp_path) == "small-v5"
    pointers.point(tmp_path, "small-v4", "the fifth is wrong")
    assert pointers.pointed(tmp_path) == "small-v4"
    assert [move["version"] for move in pointers.moves(tmp_path)] == ["small-v4", "small-v5"]


def test_what_was_rolled_back_does_not_come_back_by_itself(tmp_path: Path) -> None:
    first, second = released(tmp_path), released(tmp_path, say="other")
    release(first, "the second is worse")
    assert released(tmp_path, say="other") == second
    assert latest(tmp_path, "small") == first
    third = released(tmp_path, say="third")
    assert third.manifest["parent"] == "small-v1"
    assert latest(tmp_path, "small") == third


def test_a_pointer_of_an_older_stillhouse_is_read(tmp_path: Path) -> None:
    released(tmp_path)
    (tmp_path / "small" / "latest.json").write_text('{"version":"small-v1","released":"why"}')
    assert latest(tmp_path, "small") == find_version(tmp_path, "small@1")
    assert released(tmp_path, say="other").number == 2
    assert pointers.pointed(tmp_path / "small") == "small-v2"


@given(st.data())
def test_a_flipped_bit_of_a_pointer_is_found(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("pointer")
    pointers.point(folder, "small-v3", "because")
    raw = (folder / "latest.json").read_bytes()
    place, bit = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 7))
    flipped = raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :]
    (folder / "latest.json").write_bytes(flipped)
    try:
        said = read_sealed(folder / "latest.json").said
    except StoreCorrupt:
        return
    # White space between fields says nothing.
    assert said == {key: value for key, value in json.loads(raw).items() if key != "sha256"}


def test_many_writers_lose_no_change(tmp_path: Path) -> None:
    path = tmp_path / "count.json"

    def add() -> None:
        for _ in range(10):
            change(path, lambda said: {"count": said.get("count", 0) + 1})

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_sealed(path).said == {"count": 40}


def test_tags_name_versions(tmp_path: Path) -> None:
    first, second = released(tmp_path), released(tmp_path, say="other")
    folder = tmp_path / "small"
    pointers.tag(folder, "production", first.name, "as tested", move=False)
    pointers.tag(folder, "v1.2", first.name, "", move=False)
    assert find_version(tmp_path, "small@production") == find_version(tmp_path, "small@v1.2")
    with pytest.raises(ConfigError, match="small-v1 has the tag 'production'; add --move"):
        pointers.tag(folder, "production", second.name, "", move=False)
    pointers.tag(folder, "production", second.name, "", move=True)
    assert find_version(tmp_path, "small@production") == second
    pointers.untag(folder, "production")
    with pytest.raises(ConfigError, match=r"no version 'production' .* 1, 2, v1\.2"):
        find_version(tmp_path, "small@production")
    with pytest.raises(ConfigError, match="no tag 'other'"):
        pointers.untag(folder, "other")


@pytest.mark.parametrize("name", ["3", "v3", "V3", "latest", "Latest", "", "a/b", ".x", "ä", "-x"])
def test_what_could_be_a_number_is_no_tag(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="is no tag"):
        pointers.tag(tmp_path, name, "small-v1", "", move=False)


def test_a_tag_of_a_version_that_is_gone_is_told(tmp_path: Path) -> None:
    released(tmp_path)
    folder = tmp_path / "small"
    pointers.tag(folder, "paper", "small-v1", "", move=False)
    pointers.give_up(folder, "small-v1", {"reason": "x"})
    said = [str(problem.where) for problem in check_pointers(tmp_path, "small")]
    assert "small/tags/paper.json" in said
    with pytest.raises(ConfigError, match="small-v1 was deleted meanwhile"):
        pointers.tag(folder, "other", "small-v1", "", move=False)
    assert "other" not in pointers.tags(folder)


@pytest.mark.parametrize("number", ["1", "v1", "001", "v0001"])
def test_a_number_may_have_zeros_before_it(tmp_path: Path, number: str) -> None:
    version = released(tmp_path)
    assert find_version(tmp_path, f"small@{number}") == version


@pytest.mark.parametrize("number", ["0", "-1", "9" * 5000, "١", "1.0", "v", "1 ", "latest1"])
def test_a_number_that_no_version_has_is_told(tmp_path: Path, number: str) -> None:
    released(tmp_path)
    with pytest.raises(ConfigError, match=r"no version .* of 'small'; there are: 1$"):
        find_version(tmp_path, f"small@{number}")


def test_a_tag_that_vanishes_while_all_are_read_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        pointers.tag(tmp_path, name, "small-v1", "", move=False)
    listed = pointers.documents(tmp_path, "tags")
    pointers.untag(tmp_path, "one")
    monkeypatch.setattr(pointers, "documents", lambda folder, kind: listed)
    assert pointers.tags(tmp_path) == {"two": "small-v1"}


def test_a_tag_that_was_moved_to_what_is_gone_goes_back(tmp_path: Path) -> None:
    pointers.tag(tmp_path, "paper", "small-v1", "", move=False)
    pointers.give_up(tmp_path, "small-v2", {"reason": "x"})
    with pytest.raises(ConfigError, match="small-v2 was deleted meanwhile"):
        pointers.tag(tmp_path, "paper", "small-v2", "", move=True)
    assert pointers.tags(tmp_path) == {"paper": "small-v1"}


def test_who_finds_the_version_gone_does_not_undo_what_others_pointed_to(tmp_path: Path) -> None:
    for name in ("small-v1", "small-v2", "small-v3"):
        pointers.point(tmp_path, name, "why")
    pointers.point(tmp_path, "small-v1", "the second was deleted meanwhile", "small-v2")
    assert pointers.pointed(tmp_path) == "small-v3"
    pointers.point(tmp_path, "small-v1", "the third was deleted meanwhile", "small-v3")
    assert pointers.pointed(tmp_path) == "small-v1"


def test_what_is_gone_is_never_pointed_to(tmp_path: Path) -> None:
    first, second = released(tmp_path), released(tmp_path, say="other")
    release(first, "the second is worse")
    pointers.give_up(tmp_path / "small", "small-v2", {"reason": "x"})
    with pytest.raises(ConfigError, match="small-v2 was deleted meanwhile"):
        release(second, "the first is worse")
    assert pointers.moves(tmp_path / "small")[0]["version"] == "small-v1"


def test_a_broken_tag_is_taken_away_and_hides_no_number(tmp_path: Path) -> None:
    version = released(tmp_path)
    folder = tmp_path / "small"
    pointers.tag(folder, "paper", "small-v1", "", move=False)
    (folder / "tags" / "paper.json").write_text("{}")
    assert find_version(tmp_path, "small@1") == version
    with pytest.raises(StoreCorrupt, match=r"paper\.json was altered"):
        find_version(tmp_path, "small@other")
    pointers.untag(folder, "paper")
    assert pointers.tags(folder) == {}


@pytest.mark.parametrize("text", ["{}", "[]", '{"files": {}}'])
def test_a_mapping_that_is_no_manifest_is_told(tmp_path: Path, text: str) -> None:
    version = released(tmp_path)
    (version.path / "manifest.json").write_text(text)
    with pytest.raises(StoreCorrupt, match="is no manifest; publish the dataset again"):
        Version(version.path).manifest["recipe"]
