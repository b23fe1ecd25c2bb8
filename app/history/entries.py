"""A board's entries in the database, as functions of a connection. Each is called in a thread, in a transaction."""

import logging

from pydantic import ValidationError
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from app.entry import Entry
from app.history.damage import corrupt
from app.history.schema import entries

logger = logging.getLogger(__name__)


def put(connection: Connection, entry: Entry) -> None:
    """A new one, or in the place of that with its id."""
    text = entry.model_dump_json()
    changed = connection.execute(update(entries).where(entries.c.id == entry.id).values(entry=text))
    if not changed.rowcount:
        connection.execute(insert(entries).values(id=entry.id, entry=text))


def remove(connection: Connection, id: str) -> None:
    connection.execute(delete(entries).where(entries.c.id == id))


def all_of(connection: Connection) -> list[Entry]:
    """In the order in which they came. Those that cannot be read are left out, and said in the server's output."""
    try:
        rows = connection.execute(select(entries.c.id, entries.c.entry).order_by(entries.c.number)).all()
    except DBAPIError as error:
        if not corrupt(error):
            raise
        logger.error("The board of the lesson cannot be read: the database file is damaged there.")
        return []
    found = []
    for id, text in rows:
        try:
            found.append(Entry.model_validate_json(text))
        except ValidationError:
            logger.error("The board's entry %s cannot be read.", id)
    return found
