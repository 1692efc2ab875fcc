"""Bringing the tables of a journal to the revision that this code works with.

The scripts are Alembic's, in :mod:`store.migrations`. A journal that is there already costs one
look: Alembic takes longer to import than a journal to open, so it is loaded only where something is
to be done.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from configs.errors import StoreCorrupt

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0001"
"""The revision of :mod:`store.tables`: that of the last script."""
REVISION_TABLE = "journal_revision"
"""Where Alembic keeps the revision. Not its usual table, which another application in the same
database may have."""
_SCRIPTS = Path(__file__).parent / "migrations"
VERSIONS: tuple[Path, ...] = (_SCRIPTS / "versions",)
"""The folders of the scripts."""
_ONE_AT_A_TIME = threading.Lock()
"""Alembic's scripts find their connection in a variable of its module."""


def revision(connection: sa.Connection) -> str | None:
    """The revision of a journal; None where Alembic has not seen it yet."""
    if not sa.inspect(connection).has_table(REVISION_TABLE):
        return None
    found = connection.exec_driver_sql(f"SELECT version_num FROM {REVISION_TABLE}").scalar()
    return None if found is None else str(found)


def migrate(connection: sa.Connection) -> None:
    """Bring a journal to this code's revision, within the caller's transaction and lock.

    Raises:
        StoreCorrupt: a newer Stillhouse has written it, or a script failed; the caller's
            transaction is then to be rolled back, which leaves the journal as it was.
    """
    stored = revision(connection)
    if stored == HEAD:
        return  # Another process was faster.
    from alembic import command
    from alembic.script import ScriptDirectory

    config = _config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if stored is not None and stored not in known:
        raise StoreCorrupt(
            f"the journal was written by a newer Stillhouse: its tables have revision {stored}, "
            f"this one knows them up to {HEAD}; update Stillhouse"
        )
    try:
        with _ONE_AT_A_TIME:
            command.upgrade(config, "head")
    except Exception as error:  # Whatever a script raises, nothing of it may stay.
        why = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise StoreCorrupt(
            f"the tables of the journal could not be brought from revision {stored or 'none'} to "
            f"{HEAD}: {why}; the journal is as it was, so the Stillhouse that wrote it still opens "
            "it"
        ) from error


def _config(connection: sa.Connection) -> Config:
    from alembic.config import Config

    config = Config(attributes={"connection": connection, "version_table": REVISION_TABLE})
    options = {
        "script_location": str(_SCRIPTS),
        "version_locations": "\n".join(map(str, VERSIONS)),
        "path_separator": "newline",
    }
    for name, value in options.items():
        config.set_main_option(
            name, value.replace("%", "%%")
        )  # The file's format takes it for ours.
    return config
