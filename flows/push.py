"""A version on its way to a repository of datasets on the Hugging Face hub."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from configs.errors import ConfigError, StoreCorrupt
from store.approval import awaits_approval, was_rejected
from store.checks import verify
from store.croissant import CROISSANT
from store.formats.folder import FACTS
from store.placing import fetch
from store.publish import held_back
from store.versions import SCHEMAS, Version, file_sha256

TOKEN = "HF_TOKEN"
_ENDPOINT = "HF_ENDPOINT"
_OURS = [
    *(f"{folder}/*" for folder in (*SCHEMAS, "preference", "probes")),
    *("train.*", "validation.*", "test.*", "report.html", "figures.json", "remedy.yaml"),
    *("manifest.json", CROISSANT, FACTS),
]
"""Files of versions and exports; older ones leave the repository, all else there stays."""


@dataclass(frozen=True)
class Parcel:
    """What would go: a folder, and the files in it with their sizes."""

    name: str
    folder: Path
    files: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for _, size in self.files)


def check_repository(name: str) -> None:
    """See that it names a repository with its owner.

    Raises:
        ConfigError: it does not.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name, re.ASCII):
        raise ConfigError(
            f"{name!r} is no repository of the hub; write OWNER/NAME in letters, digits, -, _ and ."
        )


def pack(version: Version, export: Path | None, scratch: Path) -> Parcel:
    """The files of a version, or of an export of it, after every one was checked; those in object
    storage are copied to ``scratch`` first.

    Raises:
        ConfigError: the version is held back, or the export is none of it.
        StoreCorrupt: a file is not what was published or exported.
    """
    if held_back(version):
        raise ConfigError(
            f"{version.name} is quarantined: {version.manifest['note']}; release it first, if it "
            "is to go anywhere (stillhouse release)"
        )
    if awaits_approval(version) or was_rejected(version):
        raise ConfigError(
            f"{version.name} was not approved; release it first, if it is to go anywhere "
            "(stillhouse release)"
        )
    if export is not None:
        return _parcel(version.name, export, _exported(version, export))
    problems = verify(version)
    if problems:
        raise StoreCorrupt(f"{version.name} is not sound, so nothing was sent: {problems[0]}")
    folder = version.path if isinstance(version.path, Path) else fetch(version, scratch)
    return _parcel(version.name, folder, [*version.files, "manifest.json"])


def send(parcel: Parcel, repository: str, public: bool) -> str:
    """Send a parcel in one commit, with a tag of the version's name, and return the commit's
    address. A repository that is not there is made, private unless it is to be public.

    Raises:
        ConfigError: there is no token, or the hub refuses or cannot be reached.
    """
    import httpx
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    token = os.environ.get(TOKEN)
    if not token:
        raise ConfigError(f"{TOKEN} is not set; put a token with write access into it")
    api = HfApi(endpoint=os.environ.get(_ENDPOINT), token=token)
    try:
        return _upload(api, parcel, repository, public)
    except (HfHubHTTPError, HFValidationError, httpx.HTTPError, OfflineModeIsEnabled) as error:
        said = str(error).strip().replace(token, "***") or type(error).__name__
        raise ConfigError(
            f"{parcel.name} was not sent to {repository}: {said}; see that {TOKEN} may write "
            "there, then run it again"
        ) from None


def _upload(api: Any, parcel: Parcel, repository: str, public: bool) -> str:
    where = {"repo_id": repository, "repo_type": "dataset"}
    api.create_repo(**where, private=not public, exist_ok=True)
    commit = api.upload_folder(
        **where,
        folder_path=parcel.folder,
        # Patterns are those of a shell; names of ours hold none of its signs.
        allow_patterns=[name for name, _ in parcel.files],
        delete_patterns=_OURS,
        commit_message=parcel.name,
    )
    api.create_tag(**where, tag=parcel.name, exist_ok=True)
    return str(commit.commit_url)


def _exported(version: Version, export: Path) -> list[str]:
    """Names of an export's files."""
    path = export / FACTS
    if not path.is_file():
        raise ConfigError(f"{export} holds no export; make one with stillhouse export --into")
    facts = orjson.loads(path.read_bytes())
    if facts["version_sha256"] != version.manifest["sha256"]:
        raise ConfigError(f"{export} is an export of {facts['version']}, not of {version.name}")
    for name, found in facts["files"].items():
        if not (export / name).is_file() or file_sha256(export / name) != found["sha256"]:
            raise StoreCorrupt(f"{export / name} is not what was exported; export it again")
    described = [CROISSANT] if (export / CROISSANT).is_file() else []
    return [*facts["files"], *described, "README.md", FACTS]


def _parcel(name: str, folder: Path, files: Sequence[str]) -> Parcel:
    sizes = ((each, (folder / each).stat().st_size) for each in sorted(files))
    return Parcel(name, folder, tuple(sizes))
