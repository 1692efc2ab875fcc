"""Where a model is, a folder or a revision at the hub, and what tells it from others."""

from __future__ import annotations

import hashlib
from pathlib import Path


def located(name: str) -> tuple[str, str | None]:
    """The folder of a model and None, or its name at the hub and the revision there.

    Raises:
        OSError, ValueError: it is no folder, and no hub that answers has it.
    """
    if Path(name).is_dir():
        return name, None
    from huggingface_hub import hf_hub_download

    said: Exception = ValueError("no modules.json and no config.json")
    for file in ("modules.json", "config.json"):
        try:
            # The folder a file of a snapshot lies in is named by the commit.
            return name, Path(hf_hub_download(name, file)).parent.name
        except (OSError, ValueError) as error:
            said = error
    raise said


def folder_hash(folder: Path) -> str:
    """Hash of all files of a folder with their names, wherever the folder lies."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                total.update(str(path.relative_to(folder)).encode("utf-8", "surrogateescape"))
                total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()
