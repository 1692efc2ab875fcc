"""Files that are read together, so that a corpus larger than memory is read piece by piece, and a
reading that was cut off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from store.reading.local import Local
from store.text import digest
from store.versions import file_sha256

_BYTES = 16_000_000
_FILES = 1_000


@dataclass(frozen=True)
class Batch:
    """Files one behind the other in a source, up to 1,000 or 16 MB; a larger one stands alone."""

    files: tuple[Local, ...]

    @property
    def size(self) -> int:
        """Bytes of the files."""
        return sum(file.size for file in self.files)

    def content(self) -> list[str]:
        """Name and SHA-256 of each file, and what is known beside it; a file that cannot be opened
        has no hash.
        """
        return [
            digest([one.name, _sha256(one.file), one.stated, one.changed]) for one in self.files
        ]


def batches(files: Sequence[Local]) -> Iterator[Batch]:
    """The files in their order, in batches."""
    taken: list[Local] = []
    size = 0
    for file in files:
        if taken and (size + file.size > _BYTES or len(taken) == _FILES):
            yield Batch(tuple(taken))
            taken, size = [], 0
        taken.append(file)
        size += file.size
    if taken:
        yield Batch(tuple(taken))


def _sha256(path: Path) -> str:
    try:
        return file_sha256(path)
    except OSError:
        return ""
