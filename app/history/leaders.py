"""What the database keeps about the servers that write it, one after another, as functions of a connection."""

import secrets

from sqlalchemy import Connection, select, update

from app.history.schema import writer

SECRET_BYTES = 32


def next_number(connection: Connection, address: str | None = None) -> int:
    """Count one more server that writes, which others reach at ``address``; its number."""
    connection.execute(update(writer).values(number=writer.c.number + 1, address=address))
    return last_number(connection)


def make_secret(connection: Connection) -> None:
    """Store a random secret where there is none."""
    connection.execute(update(writer).where(writer.c.secret.is_(None)).values(secret=secrets.token_bytes(SECRET_BYTES)))


def secret(connection: Connection) -> bytes:
    return bytes(connection.execute(select(writer.c.secret)).scalar_one())


def address(connection: Connection) -> str | None:
    """Of the server that writes now, or was the last to do so."""
    found: str | None = connection.execute(select(writer.c.address)).scalar_one()
    return found


def rewrite(connection: Connection) -> None:
    """Write a page that stays as it is, to see whether that can be done."""
    for change in 1, -1:
        connection.execute(update(writer).values(number=writer.c.number + change))


def last_number(connection: Connection) -> int:
    return int(connection.execute(select(writer.c.number)).scalar_one())
