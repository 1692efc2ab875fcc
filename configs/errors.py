"""The errors Stillhouse raises on purpose: each says what was wrong, where, and what to do."""

from __future__ import annotations


class StillhouseError(Exception):
    """Base of the errors a user can act on; the command line prints its text and no traceback."""

    exit_code = 1


class ConfigError(StillhouseError):
    """A recipe, a corpus or a setting is wrong. Nothing was sent and nothing was written."""

    exit_code = 2


class DatasetBusy(ConfigError):
    """Another process works on the dataset. Nothing was sent and nothing was written."""


class BudgetExceeded(StillhouseError):
    """The next call could pass a ceiling of the recipe's budget. What was paid for is kept."""

    exit_code = 3


class TeacherUnavailable(StillhouseError):
    """A teacher cannot be reached, refuses the key, or keeps failing. What was paid for is kept."""

    exit_code = 4


class ParseError(StillhouseError):
    """A reply or a document does not have the promised form."""

    exit_code = 5


class StoreCorrupt(StillhouseError):
    """A stored file is missing, altered, incomplete, or could not be written."""

    exit_code = 6


class CanaryPaused(StillhouseError):
    """The first candidates of a run are worse than its parent version. What was paid for is kept;
    nothing more is asked before somebody says why to go on.
    """

    exit_code = 9
