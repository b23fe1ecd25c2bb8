"""Brings a database to the newest schema."""

import logging
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, inspect, select

from app.history.schema import REVISION, metadata, writer

_SCRIPTS = Path(__file__).parent / "migrations"
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""As Alembic makes it."""


class NewerVersion(Exception):
    """The database is of a version that this program does not know."""


def revision(connection: Connection) -> str | None:
    """The migration that the database stands at; None for an empty one."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(select(_VERSION.c.version_num)).scalar()
    return found


def migrate(connection: Connection) -> None:
    """Bring the database to the newest schema, in the transaction that is open on ``connection``: make the tables where
    there are none of ours, else apply every migration that is missing.

    Raises NewerVersion.
    """
    found = revision(connection)
    if found == REVISION:
        return
    if found is None and not any(inspect(connection).has_table(name) for name in metadata.tables):
        _create(connection)
    else:
        upgrade(connection)


def _create(connection: Connection) -> None:
    # Alembic takes 0.2 s and 11 MB to import: a server whose database is empty or migrated does without it.
    metadata.create_all(connection, checkfirst=False)
    _VERSION.create(connection, checkfirst=True)
    connection.execute(_VERSION.insert().values(version_num=REVISION))
    connection.execute(writer.insert().values(number=0))


def upgrade(connection: Connection, to: str = "head") -> None:
    """Apply the migrations that lead from where the database stands to the revision ``to``. Raises NewerVersion."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise NewerVersion(
            f"it was made by another version of Threeseven ({error}): use that one, or another database"
        ) from error
