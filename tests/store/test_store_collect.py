from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path

import orjson
import pytest
from store_samples import going, released

from benchmarks.store_kills import kill_apart
from configs.errors import ConfigError, StoreCorrupt
from store import pointers
from store.checks import check_pointers, check_version
from store.collect import collect, kept, withdraw
from store.publish import release
from store.versions import Version, latest, list_versions, manifest_sha256


def copied(version: Version, number: int, parent: int | None, **changed: object) -> Version:
    """A further version of the same files, as fast as files are copied."""
    folder = version.path.parent / f"small-v{number}"
    shutil.copytree(version.path, folder)
    said = {**version.manifest, "version": number, **changed}
    said["parent"] = None if parent is None else f"small-v{parent}"
    said["sha256"] = manifest_sha256(said)
    (folder / "manifest.json").write_bytes(orjson.dumps(said))
    return Version(folder)


@pytest.fixture
def fifty(tmp_path: Path) -> dict[int, int | None]:
    """Fifty versions with branches; the parent of each by its number."""
    first, draw = released(tmp_path), random.Random(3)
    parents: dict[int, int | None] = {1: None}
    for number in range(2, 51):
        parents[number] = draw.choice([number - 1, number - 1, max(1, number - 4)])
        copied(first, number, parents[number])
    pointers.point(tmp_path / "small", "small-v50")
    for number in (7, 23, 24):
        pointers.tag(tmp_path / "small", f"t{number}", f"small-v{number}", "", move=False)
    return parents


def test_all_that_tags_and_parents_refer_to_stays(
    tmp_path: Path, fifty: dict[int, int | None]
) -> None:
    stays = set()
    for start in (50, 49, 48, 7, 23, 24):
        number: int | None = start
        while number is not None:
            stays.add(number)
            number = fifty[number]
    found = going(tmp_path, 3)
    assert {Version(one.path).number for one in found} == set(fifty) - stays
    assert len(found) > 5
    assert len(list_versions(tmp_path, "small")) == 50, "looking deletes nothing"
    assert list(collect(tmp_path, "small", found, 3)) == found
    assert {version.number for version in list_versions(tmp_path, "small")} == stays
    problems = [p for v in list_versions(tmp_path, "small") for p in check_version(v)]
    assert problems == list(check_pointers(tmp_path, "small")) == []
    assert going(tmp_path, 3) == []
    assert released(tmp_path, say="new").number == 51


def test_what_another_dataset_was_made_with_stays(tmp_path: Path) -> None:
    first = released(tmp_path)
    copied(first, 2, None)
    pointers.point(tmp_path / "small", "small-v2")
    assert [one.path.name for one in going(tmp_path, 0)] == ["small-v1"]
    other = released(tmp_path, name="other")
    said = {**other.manifest, "references": [{"set": "x", "state": ["small-v1 sha256 00"]}]}
    said["sha256"] = manifest_sha256(said)
    (other.path / "manifest.json").write_bytes(orjson.dumps(said))
    assert going(tmp_path, 0) == []
    assert kept(tmp_path, "small", 0)["small-v1"] == "other-v1 refers to it"


def test_what_is_tagged_meanwhile_stays(tmp_path: Path) -> None:
    copied(released(tmp_path), 2, None)
    pointers.point(tmp_path / "small", "small-v2")
    found = going(tmp_path, 0)
    pointers.tag(tmp_path / "small", "paper", "small-v1", "", move=False)
    assert list(collect(tmp_path, "small", found, 0)) == []
    assert len(list_versions(tmp_path, "small")) == 2
    assert pointers.gone(tmp_path / "small") == []


def test_leftovers_of_killed_publishers_go_after_a_day(tmp_path: Path) -> None:
    released(tmp_path)
    half = tmp_path / "small" / ".tmp-half"
    half.mkdir()
    (half / "x").write_bytes(b"1234")
    assert going(tmp_path, 3) == []
    os.utime(half, (time.time() - 90_000, time.time() - 90_000))
    found = going(tmp_path, 3)
    assert [(one.path, one.size) for one in found] == [(half, 4)]
    list(collect(tmp_path, "small", found, 3))
    assert not half.exists()


def test_a_deletion_that_was_interrupted_is_finished(tmp_path: Path) -> None:
    copied(released(tmp_path), 2, None)
    pointers.point(tmp_path / "small", "small-v2")
    pointers.give_up(tmp_path / "small", "small-v1", {"reason": "killed after this"})
    assert [version.number for version in list_versions(tmp_path, "small")] == [2]
    found = going(tmp_path, 3)
    assert [one.why for one in found] == ["rest of a version that is gone"]
    list(collect(tmp_path, "small", found, 3))
    assert not (tmp_path / "small" / "small-v1").exists()


def test_a_version_in_use_is_not_withdrawn(tmp_path: Path) -> None:
    first, second = released(tmp_path), released(tmp_path, say="other")
    with pytest.raises(ConfigError, match=r"small-v2 is in use \(latest\); point elsewhere first"):
        withdraw(second, "x")
    pointers.tag(tmp_path / "small", "paper", "small-v2", "", move=False)
    release(first, "the second is wrong")
    with pytest.raises(ConfigError, match=r"in use \(paper\)"):
        withdraw(second, "x")
    pointers.untag(tmp_path / "small", "paper")
    withdraw(second, "a person asked for it")
    why = pointers.why_gone(tmp_path / "small", "small-v2")
    assert why["reason"] == "a person asked for it"
    assert why["manifest_sha256"] == second.manifest["sha256"]
    assert latest(tmp_path, "small") == first
    assert released(tmp_path, say="third").number == 3


@pytest.mark.long
def test_a_publisher_killed_at_a_write_leaves_the_old_version_or_the_new(tmp_path: Path) -> None:
    found = kill_apart(str(tmp_path), step=14)
    assert found.points >= 2
    assert found.broken == ()


def test_what_nothing_points_to_yet_stays(tmp_path: Path) -> None:
    copied(released(tmp_path), 2, None)
    assert kept(tmp_path, "small", 0)["small-v2"] == "later than the latest version"
    assert going(tmp_path, 0) == [], "its publisher may be about to move the pointer"
    pointers.point(tmp_path / "small", "small-v2")
    pointers.point(tmp_path / "small", "small-v1", "the second is worse")
    assert [one.path.name for one in going(tmp_path, 0)] == ["small-v2"]


def test_what_a_gate_held_back_can_go(tmp_path: Path) -> None:
    copied(released(tmp_path), 2, None, status="quarantined")
    assert [one.path.name for one in going(tmp_path, 0)] == ["small-v2"]


def test_nothing_goes_where_the_pointer_is_lost(tmp_path: Path) -> None:
    copied(released(tmp_path), 2, None)
    (tmp_path / "small" / "latest.json").unlink()
    assert going(tmp_path, 0) == []


def test_what_a_dataset_without_pointer_was_made_with_stays(tmp_path: Path) -> None:
    copied(released(tmp_path), 2, None)
    pointers.point(tmp_path / "small", "small-v2")
    other = released(tmp_path, name="other")
    said = {**other.manifest, "references": [{"set": "x", "state": ["small-v1 sha256 00"]}]}
    said["sha256"] = manifest_sha256(said)
    (other.path / "manifest.json").write_bytes(orjson.dumps(said))
    (tmp_path / "other" / "latest.json").unlink()
    assert going(tmp_path, 0) == []


def test_a_tag_keeps_parents_also_while_its_version_is_noted_as_gone(tmp_path: Path) -> None:
    first = released(tmp_path)
    copied(first, 2, 1)
    copied(first, 3, None)
    folder = tmp_path / "small"
    pointers.point(folder, "small-v3")
    pointers.tag(folder, "paper", "small-v2", "", move=False)
    pointers.give_up(folder, "small-v2", {"reason": "a gc that takes it back in a moment"})
    assert kept(tmp_path, "small", 0)["small-v1"] == "parent of small-v2"


def test_a_deletion_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = released(tmp_path), released(tmp_path, say="other")
    monkeypatch.setattr(shutil, "rmtree", lambda path, ignore_errors: None)
    with pytest.raises(StoreCorrupt, match=r"could not delete all of .*small-v1"):
        withdraw(first, "a person asked for it")
    assert list_versions(tmp_path, "small") == [second]


def test_what_another_deletes_while_sizes_are_read_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released(tmp_path)
    walked = [(str(tmp_path), [], ["gone"]), *os.walk(tmp_path / "small")]
    monkeypatch.setattr(os, "walk", lambda folder: walked)
    assert going(tmp_path, 3) == []
