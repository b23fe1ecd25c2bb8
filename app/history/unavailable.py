"""Why a database cannot be used: for good, or at present."""

import re
import sqlite3
from typing import Literal

from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

PASSWORDS = ("password", "sslpassword")
"""Options of a PostgreSQL address that are ones."""


def shown(url: str | URL) -> str:
    """Where a database is, to be read: a file as its path, a server as its URL without passwords. Of what is no URL,
    only what can have none in it."""
    try:
        made = make_url(url)
    except (SQLAlchemyError, ValueError):
        return _without_secrets(str(url))
    if made.get_backend_name() == "sqlite" and made.database:
        return made.database
    if isinstance(url, str) and ambiguous(url):
        return _without_secrets(url)
    return made.difference_update_query(PASSWORDS).render_as_string()


def ambiguous(url: str) -> bool:
    """Whether it cannot be told where a password in this address ends."""
    return url.partition("?")[0].count("@") > 1


def _without_secrets(url: str) -> str:
    if not re.search("[@:=]", url):
        return url
    scheme = re.match(r"[\w+]+://", url)
    return f"{scheme[0] if scheme else ''}***"


class HistoryUnavailable(Exception):
    """The database cannot be used. The message is ``the database``, where it is, ``problem`` and what the driver
    ``said``, which may name machines and files; ``reason`` is a sentence for visitors, who do not see where the
    database is."""

    def __init__(self, url: str, problem: str, said: str = "") -> None:
        super().__init__(f"the database {shown(url)} {problem}" + (f": {said}" if said else ""))
        self.reason = f"The database {problem}."


class WriteRefused(HistoryUnavailable):
    """Nothing can be written at present: the disk, or another program, does not let it, or the database's server is
    gone. A later attempt may succeed."""


class DiskFull(WriteRefused):
    """There is no room for what is to be written."""


class DamagedFile(HistoryUnavailable):
    """The database's file is damaged at the place that is to be ``done``. Elsewhere it can be used."""

    def __init__(self, url: str, done: Literal["changed", "read"] = "changed") -> None:
        super().__init__(
            url, f"is damaged at a place of its file, so that nothing can be {done} there; "
            "what can be read, SQLite's .recover saves into another file"
        )  # fmt: skip


FULL = "has no room, since the disk is full: delete runs that are no longer needed, or other files"


LACKING = (
    "lacks a table or a column that it had, since another program has changed it: "
    "stop the server, restore the database from a copy, and start it again"
)

_LACKING_WORDS = re.compile(r"no such (table|column)|table \S+ has no column")
_LACKING_STATES = "42P01", "42703"
"""PostgreSQL's: undefined_table, undefined_column."""


def lacking(error: DBAPIError) -> bool:
    """Whether a table or a column is asked for that the database does not have."""
    if isinstance(error.orig, sqlite3.Error):  # which has no code for it
        return _LACKING_WORDS.match(str(error.orig)) is not None
    return getattr(error.orig, "sqlstate", None) in _LACKING_STATES


def first_line(error: Exception) -> str:
    """Return the first line of the message of the database's driver."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def refused(url: str, error: DBAPIError) -> WriteRefused | None:
    """Return why SQLite refused to write; None where a later attempt would fail in the same way."""
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return DiskFull(url, FULL)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return WriteRefused(url, "is locked by another program")
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return WriteRefused(url, f"cannot be written: {first_line(error)}")
    return None
