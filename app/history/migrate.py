"""Brings a database to the newest schema."""

import logging
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from app.history.schema import REVISION

_SCRIPTS = Path(__file__).parent / "migrations"
_VERSION = table("alembic_version", column("version_num"))


class NewerVersion(Exception):
    """The database is of a version that this program does not know."""


def revision(connection: Connection) -> str | None:
    """The migration that the database stands at; None for an empty one."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(select(_VERSION.c.version_num)).scalar()
    return found


def migrate(connection: Connection) -> None:
    """Apply, in the transaction that is open on ``connection``, every migration that is missing.

    Raises NewerVersion.
    """
    if revision(connection) == REVISION:
        return
    # Alembic takes 0.2 s and 11 MB to import; a server that starts on a migrated database does without it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise NewerVersion(
            f"it was made by another version of Threeseven ({error}): use that one, or another database"
        ) from error
