"""Where reference documents come from: files, installed modules, URLs, datasets of the hub."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, model_validator

from configs.model import Model

_OF_READER = {
    "python-api": ("modules",),
    "files": ("path",),
    "urls": ("urls", "path", "private_addresses", "timeout_s", "max_age_days", "cache"),
    "hub": (
        *("dataset", "config", "split", "revision", "text_column", "title_column", "id_column"),
        *("limit", "max_age_days", "cache"),
    ),
}
"""Fields that only some readers have."""

SECRET_PARAMETER = re.compile(
    r"(^|[_.-])(sig|signature|pwd|pw|pass|auth|authorization|bearer|session|sid|jwt|sas|hmac|code)$"
    r"|key(_?id)?$|token|secret|passw|credential|^x-(amz|goog)-",
    re.IGNORECASE,
)
"""Names of parameters of URLs that open a door, those of signed URLs among them."""


def names_folder(dataset: str) -> bool:
    """Whether a dataset is named by the path of its folder, and is none of the hub."""
    return dataset.startswith(("/", "./", "../", "~"))


class CorpusSource(Model):
    """One place reference documents come from."""

    reader: Literal["python-api", "files", "urls", "hub"] = Field(
        "files",
        description="`python-api` documents installed Python modules; `files` reads what "
        "docs/documents.md lists, by suffix; `urls` fetches such files; `hub` reads a dataset of "
        "the Hugging Face hub.",
    )
    modules: tuple[str, ...] = Field(
        (), description="For `python-api`: import names, for example json or pathlib."
    )
    path: str | None = Field(
        None,
        description="For `files`: a file, a folder or a glob, relative to the recipe's folder; "
        "for `urls`: a text file with a URL on each line.",
    )
    urls: tuple[str, ...] = Field((), description="For `urls`: what to fetch, by http or https.")
    private_addresses: bool = Field(
        False,
        description="For `urls`: whether servers of this machine and of private networks are "
        "asked, as in an intranet.",
    )
    timeout_s: float = Field(
        60,
        gt=0,
        description="For `urls`: most seconds for one URL, redirects and waiting included.",
    )
    dataset: str | None = Field(
        None,
        description="For `hub`: OWNER/NAME of a dataset, or a folder with one, beginning with ./ "
        "or /, relative to the recipe's folder.",
    )
    config: str | None = Field(None, description="For `hub`: configuration of the dataset.")
    split: str = Field("train", description="For `hub`: split of the dataset.")
    revision: str | None = Field(
        None, description="For `hub`: branch, tag or commit; by default the newest state."
    )
    text_column: str = Field("text", description="For `hub`: column with a document's text.")
    title_column: str | None = Field(
        None, description="For `hub`: column with its title; by default `title`, if there is one."
    )
    id_column: str | None = Field(
        None, description="For `hub`: column with its id; by default `id`, else the row's number."
    )
    limit: int | None = Field(None, ge=1, description="For `hub`: most rows to read.")
    max_age_days: int | None = Field(
        None,
        ge=0,
        description="For `urls` and `hub`: days after which what was fetched is looked at again; "
        "by default it stays until `stillhouse corpus RECIPE --refresh`.",
    )
    cache: Path | None = Field(
        None,
        description="For `urls` and `hub`: folder that keeps what was fetched; by default one in "
        "the output folder.",
    )
    max_mb: float = Field(
        200,
        gt=0,
        description="Files of more megabytes are left out, and the build says so; a dataset of "
        "the hub with more text is an error.",
    )
    licence: str | None = Field(
        None, description="Licence of these documents where they do not state one themselves."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.reader == "python-api" and not self.modules:
            raise ValueError("reader python-api needs `modules`, a list of import names")
        if self.reader == "files" and not self.path:
            raise ValueError("reader files needs `path`: a file, a folder or a glob")
        if self.reader == "urls" and not (self.urls or self.path):
            raise ValueError("reader urls needs `urls`, or `path`: a text file with one a line")
        if self.reader == "hub" and not self.dataset:
            raise ValueError("reader hub needs `dataset`: OWNER/NAME, or a folder as ./NAME")
        return self

    @model_validator(mode="after")
    def _no_field_of_another(self) -> Self:
        for field, told in type(self).model_fields.items():
            readers = [reader for reader, fields in _OF_READER.items() if field in fields]
            # Manifests hold the defaults, too.
            given = getattr(self, field) != told.default
            if given and readers and self.reader not in readers:
                raise ValueError(
                    f"`{field}` belongs to reader {' or '.join(readers)}, and this source has "
                    f"reader {self.reader}; leave it out, or set `reader`"
                )
        return self

    @model_validator(mode="after")
    def _no_secrets(self) -> Self:
        for number, url in enumerate(self.urls):
            if said := _secret_in(url):
                # The value is not repeated, and no manifest may repeat it.
                raise ValueError(
                    f"urls[{number}] holds {said}, which manifests would publish; write it into a "
                    "text file, without names and passwords, and give that as `path`"
                )
        return self

    @property
    def is_fetched(self) -> bool:
        """Whether its documents come over the network, and are kept in a cache."""
        return self.reader in ("urls", "hub")


def _secret_in(url: str) -> str:
    """What in a URL is nobody's business; empty where there is nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if "@" in parts.netloc:
        return "a user's name or password"
    names = (name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    named = next(filter(SECRET_PARAMETER.search, names), None)
    return f"a parameter {named[:40]!r}, which seems to be a secret" if named else ""
