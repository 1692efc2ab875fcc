"""The token budget of a request: how much of a model's window evidence may take, and which
passages fit into it.

Quality decays long before a window is full, so evidence takes at most 60 % of it. Models read the
middle of a long context worst (Liu et al., 2023, arXiv 2307.03172), so the best passage stands
first and the second best last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

EVIDENCE_SHARE = 0.6
_BYTES_PER_TOKEN = 3
"""On the safe side: English takes about four and a half, code and other scripts fewer."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens of a request by what they are for. ``size`` is None where the model's is unknown."""

    size: int | None
    system: int
    few_shot: int
    reserve: int

    @property
    def evidence(self) -> float:
        """Most tokens of passages."""
        if self.size is None:
            return float("inf")
        left = self.size - self.system - self.few_shot - self.reserve
        return max(0.0, min(EVIDENCE_SHARE * self.size, left))


@dataclass(frozen=True, slots=True)
class Packed(Generic[Item]):
    """What fits, in the order it is to be shown, and what was left out, best first."""

    shown: tuple[Item, ...]
    left_out: tuple[Item, ...]


def tokens_of(text: str) -> int:
    """Tokens that a text may take, on the safe side."""
    return -(-len(text.encode()) // _BYTES_PER_TOKEN)


def pack(
    scored: Sequence[tuple[float, Item]], size: Callable[[Item], int], limit: float
) -> Packed[Item]:
    """Take the best that fit within ``limit`` tokens. Equal scores keep their order."""
    kept: list[Item] = []
    left_out: list[Item] = []
    for _, item in sorted(scored, key=lambda pair: -pair[0]):
        if size(item) <= limit:
            limit -= size(item)
            kept.append(item)
        else:
            left_out.append(item)
    return Packed((*kept[:1], *kept[2:], *kept[1:2]), tuple(left_out))
