"""Conditional writes to an S3-compatible store: what is there is never written over unseen.

A store that takes the condition and ignores it would lose versions silently, so each is asked once
whether it keeps to it (`If-None-Match` and `If-Match` of PutObject, in Amazon's S3 since 2024).
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from upath import UPath

from configs.errors import ConfigError

_TAKEN = {"PreconditionFailed", "412", "NoSuchKey"}
"""The condition does not hold: there is another, or what was to be swapped is there no more."""
_BUSY = {"ConditionalRequestConflict", "OperationAborted", "409"}
_TRIES = 8
SEE = (
    "see that the bucket is there, and that the keys in AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY (and AWS_ENDPOINT_URL) are right for it"
)
"""What to do where a store cannot be used."""


def create(path: UPath, data: bytes) -> bool:
    """Write an object unless there is one of that name; whether it was written. The same bytes
    count as written: a retry after a lost response finds its own.
    """
    return _put(path, data, {"IfNoneMatch": "*"})


def swap(path: UPath, data: bytes, seen: str) -> bool:
    """Write an object over the one with this ETag; whether it was still that one."""
    return _put(path, data, {"IfMatch": seen})


def upload(path: UPath, file: Path) -> bool:
    """Send a file of any size unless there is an object of that name; whether it was sent."""
    return _conditionally(lambda: path.fs.put_file(str(file), path.path, mode="create"))


def read(path: UPath) -> tuple[bytes, str] | None:
    """An object's bytes and ETag, both of the same moment, or None where there is none."""
    from fsspec.asyn import sync

    bucket, key = _address(path)

    async def get() -> tuple[bytes, str]:
        found = await path.fs._call_s3("get_object", Bucket=bucket, Key=key)
        async with found["Body"] as body:
            return await body.read(), found["ETag"]

    try:
        read: tuple[bytes, str] = sync(path.fs.loop, get)
    except FileNotFoundError:
        return None
    return read


def is_clients(error: Exception) -> bool:
    """Whether the client of object storage raised an error, or what it was made from. Where no
    store answered (no keys, no server) such errors are of no built-in kind.
    """
    return any(type(one).__module__.startswith("botocore.") for one in (error, error.__cause__))


@lru_cache(maxsize=64)
def check_conditions(root: UPath) -> None:
    """See that the store keeps to conditions; it is asked once by each process.

    Raises:
        ConfigError: it does not, or it cannot be reached.
    """
    probe = root / f".stillhouse-probe-{uuid.uuid4().hex}"
    try:
        keeps = create(probe, b"1") and not create(probe, b"2")
        first = read(probe)
        keeps = keeps and first is not None and first[0] == b"1"
        keeps = keeps and swap(probe, b"3", str(first and first[1]))
        keeps = keeps and not swap(probe, b"4", str(first and first[1]))
        probe.unlink()
    except Exception as error:
        if not (isinstance(error, OSError) or is_clients(error)):
            raise
        raise ConfigError(f"cannot write to {root}: {error}; {SEE}") from None
    if not keeps:
        raise ConfigError(
            f"the store of {root} ignores conditional writes (If-None-Match, If-Match), so that "
            "two publishers could overwrite each other; publish to a folder, or to a store that "
            "keeps to them"
        )


def _put(path: UPath, data: bytes, condition: dict[str, str]) -> bool:
    bucket, key = _address(path)
    if _conditionally(
        lambda: path.fs.call_s3("put_object", Bucket=bucket, Key=key, Body=data, **condition)
    ):
        return True
    there = read(path)
    return there is not None and there[0] == data


def _conditionally(write: Callable[[], Any]) -> bool:
    """Whether the condition held. While another writes the same object, the store may say that it
    is busy: then the question is asked again.
    """
    for attempt in range(_TRIES):
        try:
            write()
            return True
        except FileExistsError:
            return False
        except OSError as error:
            code = _code(error)
            if code in _TAKEN:
                return False
            if code not in _BUSY or attempt == _TRIES - 1:
                raise
            time.sleep(0.05 * 2**attempt)
    return False


def _code(error: OSError) -> str:
    """The store's own word for what went wrong."""
    response = getattr(error.__cause__, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def _address(path: UPath) -> tuple[str, str]:
    bucket, _, key = path.path.partition("/")
    return bucket, key
