"""What a check reports about one checkable part of a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["found", "missing", "conflict"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of a claim: ``found`` in the evidence, ``missing`` from it, or in ``conflict`` with
    another value of the same kind there.
    """

    check: str
    part: str
    status: Status
    detail: str = ""
