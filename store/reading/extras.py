"""Libraries that only some formats need, and what they raise on broken files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from configs.errors import ConfigError, ParseError, StillhouseError


@contextmanager
def extra(name: str, kind: str) -> Iterator[None]:
    """Imports of what the extra ``name`` installs.

    Raises:
        ConfigError: it is not installed; says how to.
    """
    try:
        yield
    except ImportError as error:
        raise ConfigError(
            f"{kind} files cannot be read here ({error}); run: pip install 'stillhouse[{name}]'"
        ) from None


@contextmanager
def reading(kind: str) -> Iterator[None]:
    """The work of a library on a file of others, who can have written anything into it.

    Raises:
        ParseError: whatever the library raised.
    """
    try:
        yield
    except (StillhouseError, RecursionError, OSError):
        raise
    except Exception as error:
        said = str(error).strip().partition("\n")[0]
        raise ParseError(
            f": cannot be read as {kind}, it seems broken ({type(error).__name__}: {said[:200]})"
        ) from None
