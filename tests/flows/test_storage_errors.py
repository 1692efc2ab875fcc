"""Whatever is wrong with where datasets rest is told in a line, without a traceback."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import RunCommand

from store.versions import Version


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    import s3fs

    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_SHARED_CREDENTIALS_FILE": "nowhere",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    s3fs.S3FileSystem.clear_instance_cache()
    yield
    # Clients outlive the variables they were made by, and the tests behind this have a server.
    s3fs.S3FileSystem.clear_instance_cache()


def test_no_keys(no_server: None, stillhouse: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    said = stillhouse("versions", "qa", "--output", "s3://bucket/prefix")
    assert said.code == 6
    assert (
        "Unable to locate credentials; see that the bucket is there, and that the keys" in said.err
    )


def test_no_server(
    no_server: None, stillhouse: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-to-be-shown")
    said = stillhouse("fsck", "--output", "s3://bucket/prefix")
    assert said.code == 6
    assert said.err.startswith("error: Could not connect to the endpoint URL")
    assert "not-to-be-shown" not in said.err


def test_a_disk_that_refuses(
    stillhouse: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(root: Path, spec: str) -> Version:
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path))

    monkeypatch.setattr("store.versions.find_version", refused)
    said = stillhouse("versions", "qa", "--output", tmp_path)
    assert said.code == 6
    assert f"Permission denied: '{tmp_path}'; see that it is there" in said.err


@pytest.mark.parametrize("command", ["versions qa", "diff qa@1 qa@2", "catalogue", "gc"])
def test_a_place_that_is_none(stillhouse: RunCommand, command: str) -> None:
    said = stillhouse(*command.split(), "--output", "gs://bucket/x")
    assert said.code == 2
    assert "gs://bucket/x: only folders" in said.err
