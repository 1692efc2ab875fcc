"""Where datasets rest: a folder of this machine, or a prefix of an object store by its URL."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

from upath import UPath

Location: TypeAlias = Path | UPath
"""A folder or a file, here or in an object store; both have the methods of a path."""


OUTPUT = Path("data/outputs")
"""Where datasets are published unless a recipe or the command line says otherwise."""


def location_of(where: Any) -> Location:
    """The place that a path or a URL (``s3://bucket/prefix``, ``file:///folder``) names.

    Raises:
        ValueError: it is no path and no URL of a kind that decides races, or the extra for it is
            not installed; the text is not repeated where it may hold a key.
    """
    if re.match(r"s3:/?(?!/)", str(where)):
        raise ValueError(f"{where}: a URL has two slashes, as s3://bucket/prefix")
    if isinstance(where, Path | UPath):
        return where
    if not isinstance(where, str) or not where:
        raise ValueError("write a folder, or a URL as s3://bucket/prefix")
    if "://" not in where:
        return Path(where)
    parts = urlsplit(where)
    if parts.username or parts.query or parts.fragment:
        raise ValueError("a URL holds no key: put keys into AWS_ACCESS_KEY_ID and its like")
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise ValueError(f"{where}: a file URL has three slashes, as file:///folder")
        return Path(unquote(parts.path))
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError(
            f"{where}: only folders and S3-compatible stores (s3://bucket/prefix) can be written, "
            "since publishing needs conditional writes"
        )
    if find_spec("s3fs") is None:
        raise ValueError(f"{where} needs the extra: pip install 'stillhouse[s3]'")
    # What others have written a moment ago must be seen.
    return UPath(where.rstrip("/"), use_listings_cache=False)
