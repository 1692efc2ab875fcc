"""Versions in object storage, against a real server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from store_samples import content, going, released
from upath import UPath

from benchmarks.store_kills import kill_apart
from benchmarks.store_races import race
from configs.errors import ConfigError
from configs.locations import Location, location_of
from store import objects, pointers
from store.checks import check_pointers, check_version, dataset_names, verify
from store.collect import collect, withdraw
from store.placing import fetch
from store.publish import release
from store.versions import Version, datasets, find_version, latest, list_versions


@pytest.fixture
def root(object_store: str, request: pytest.FixtureRequest) -> Location:
    return location_of(f"{object_store}/{request.node.name.replace('[', '-').rstrip(']')}")


def test_versions_are_published_listed_and_read(root: Location) -> None:
    assert datasets(root) == []
    first, second = released(root), released(root, say="other")
    assert [version.name for version in list_versions(root, "small")] == ["small-v1", "small-v2"]
    assert latest(root, "small") == second
    assert second.manifest["parent"] == "small-v1"
    assert datasets(root) == ["small"]
    assert find_version(root, "small@1") == first
    assert verify(first) == verify(second) == []
    assert [*check_version(second), *check_pointers(root, "small")] == []
    made = content("other")
    assert len(second.table("data")) == sum(len(rows) for rows in made.splits.values())
    assert released(root, say="other") == second
    assert b"What is number" in second.read("report.html")


def test_what_is_copied_here_is_the_version(root: Location, tmp_path: Path) -> None:
    version = released(root)
    copy = Version(fetch(version, tmp_path))
    assert copy.path == tmp_path / "small-v1"
    assert verify(copy) == []
    assert copy.manifest == version.manifest
    with pytest.raises(ConfigError, match="small-v1 is there already"):
        fetch(version, tmp_path)


def test_a_flipped_byte_is_found(root: Location) -> None:
    version = released(root)
    name = version.tables("verdicts")[0]
    raw = bytearray(version.read(name))
    raw[len(raw) // 2] ^= 1
    (version.path / name).write_bytes(bytes(raw))
    assert verify(Version(version.path)) == [
        f"{name}: altered (its SHA-256 is not the one in the manifest)"
    ]


@pytest.mark.long
def test_two_publishers_lose_nothing(root: Location) -> None:
    assert race(str(root), 2) == 0


@pytest.mark.long
def test_a_killed_publisher_leaves_the_old_version_or_the_new(
    root: Location,
) -> None:
    found = kill_apart(str(root), step=12)
    assert found.points >= 1
    assert found.broken == ()


def test_a_number_once_claimed_is_never_given_again(root: Location) -> None:
    released(root)
    assert pointers.claim(root / "small", "small-v2", "a publisher that died")
    assert released(root, say="other").number == 3
    assert [version.number for version in list_versions(root, "small")] == [1, 3]


def test_a_publication_that_died_is_collected_after_a_day(root: Location) -> None:
    released(root)
    pointers.claim(root / "small", "small-v2", "a publisher that died")
    (root / "small" / "small-v2" / "report.html").write_bytes(b"half")
    assert going(root, 1) == []
    tomorrow = datetime.now(UTC) + timedelta(days=1, minutes=1)
    found = going(root, 1, tomorrow)
    assert [(one.path.name, one.why) for one in found] == [
        ("small-v2", "a publication that did not end")
    ]
    assert len(list(collect(root, "small", found, 1))) == 1
    assert not (root / "small" / "small-v2" / "report.html").exists()
    assert released(root, say="other").number == 3


def test_a_sleeper_cannot_finish_what_was_collected(
    root: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    released(root)
    send = objects.upload

    def collected_meanwhile(path: object, file: Path) -> bool:
        pointers.give_up(root / "small", "small-v2", {"reason": "a publication that did not end"})
        return send(path, file)  # type: ignore[arg-type]

    monkeypatch.setattr(objects, "upload", collected_meanwhile)
    with pytest.raises(Exception, match="did not arrive whole"):
        released(root, say="other")
    assert [version.number for version in list_versions(root, "small")] == [1]


def test_tags_rollback_and_withdrawal(root: Location) -> None:
    first, second = released(root), released(root, say="other")
    pointers.tag(root / "small", "paper", "small-v1", "as printed", move=False)
    assert find_version(root, "small@paper") == first
    release(first, "the second is worse")
    assert latest(root, "small") == first
    withdraw(second, "it holds what it must not")
    assert [version.number for version in list_versions(root, "small")] == [1]
    assert not (second.path / "manifest.json").exists()
    with pytest.raises(ConfigError, match=r"small-v2 is gone since .*: it holds what it must not"):
        find_version(root, "small@2")
    assert released(root, say="third").number == 3


def test_a_store_that_ignores_conditions_is_refused(
    root: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = objects._put
    monkeypatch.setattr(objects, "_put", lambda path, data, _: put(path, data, {}))
    with pytest.raises(ConfigError, match="ignores conditional writes"):
        released(root)


def test_wrong_keys_are_told_and_not_shown(root: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    import s3fs

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-wrong-one")
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(ConfigError, match=f"cannot write to {root}") as caught:
        released(location_of(str(root)))
    assert "a-wrong-one" not in str(caught.value)
    s3fs.S3FileSystem.clear_instance_cache()


def test_a_retry_finds_its_own_write(root: Location) -> None:
    path = root / "document"
    assert objects.create(path, b"one")
    assert objects.create(path, b"one")
    assert not objects.create(path, b"two")
    _, seen = objects.read(path) or (b"", "")
    assert objects.swap(path, b"three", seen)
    assert not objects.swap(path, b"four", seen)
    assert objects.read(root / "nothing") is None


def test_a_dataset_goes_on_after_its_only_note_or_tag_was_taken_back(root: Location) -> None:
    version = released(root)
    folder = root / "small"
    pointers.tag(folder, "paper", "small-v1", "", move=False)
    pointers.untag(folder, "paper")
    assert pointers.give_up(folder, "small-v1", {"reason": "x"})
    pointers.bring_back(folder, "small-v1")
    assert (pointers.tags(folder), pointers.gone(folder)) == ({}, [])
    assert find_version(root, "small@1") == version
    assert [*check_pointers(root, "small")] == []
    assert released(root, say="other").number == 2


def test_folders_whose_names_begin_alike_do_not_mix(root: Location) -> None:
    one = released(root, name="a")
    other = released(root, name="a-v1")
    inside = released(root / "a", name="a")
    assert inside.path == root / "a" / "a" / "a-v1"
    assert list_versions(root, "a") == [one]
    assert list_versions(root, "a-v1") == [other]
    assert verify(one) == verify(other) == []
    assert released(root, say="other", name="a").number == 2


def test_a_tag_that_was_taken_away_meanwhile_is_written_anew(
    root: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = root / "small"
    pointers.tag(folder, "paper", "small-v1", "", move=False)
    read, times = objects.read, []

    def untagged_after_reading(path: UPath) -> tuple[bytes, str] | None:
        found = read(path)
        if not times:
            path.unlink()
        times.append(path)
        return found

    monkeypatch.setattr(objects, "read", untagged_after_reading)
    pointers.tag(folder, "paper", "small-v2", "", move=True)
    assert pointers.tags(folder) == {"paper": "small-v2"}


def test_a_dataset_whose_pointer_is_lost_is_checked(root: Location) -> None:
    released(root)
    (root / "small" / "latest.json").unlink()
    assert dataset_names(root) == ["small"]
    assert [problem.where for problem in check_pointers(root, "small")] == ["small/latest.json"]


def test_many_are_collected_with_few_questions(
    root: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs

    first = released(root)
    for number in range(2, 9):
        for name in [*first.files, "manifest.json"]:
            (root / "small" / f"small-v{number}" / name).write_bytes(first.read(name))
    pointers.point(root / "small", "small-v8")
    found = going(root, 1)
    assert len(found) == 7
    send, asked = s3fs.S3FileSystem._call_s3, []

    async def count(self: object, method: str, *arguments: object, **more: object) -> object:
        asked.append(method)
        return await send(self, method, *arguments, **more)

    monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", count)
    assert len(list(collect(root, "small", found, 1))) == 7
    assert asked.count("get_object") < 20
    assert [version.number for version in list_versions(root, "small")] == [8]


@pytest.mark.parametrize("at", ["2020-01-01T00:00:00", "2020-01-01T05:00:00+09:00"])
def test_a_claim_of_any_time_zone_grows_old(
    root: Location, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    released(root)
    monkeypatch.setattr(pointers, "now", lambda: at)
    pointers.claim(root / "small", "small-v2", "a publisher that died")
    assert [one.path.name for one in going(root, 1)] == ["small-v2"]
