"""Runs the ``>>>`` examples of a file and compares what they print. Run as a script, by its path,
inside the jail, with nothing of the project: ``examples.py FILE``.
"""

from __future__ import annotations

import doctest
import sys
from pathlib import Path


def main(path: str) -> int:
    """1 where an example prints something else than the text says, which is told on stderr."""
    text = Path(path).read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(text, {}, "block", None, 0)
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    told: list[str] = []
    runner.run(test, out=told.append)
    sys.stderr.write(" ".join("".join(told).replace("*" * 70, "").split()))
    return int(runner.failures > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
