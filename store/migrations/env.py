"""What Alembic runs around the scripts: they write through the connection that they are given."""

from alembic import context

from store.tables import METADATA

# Whoever gave the connection has begun a transaction and ends it, on SQLite, too.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=context.config.attributes["version_table"],
    transactional_ddl=True,
)
context.run_migrations()
