"""Rows of a database that cannot be read, as a disk's errors or another program's hand leave them."""

import logging
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from app.events import Weights
from app.record import Record
from app.run import Run
from app.sweep import Sweep

_CORRUPT = sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB

NAMED = 1000
"""As many things of a kind that cannot be read are remembered, and named in the server's output, at most."""

logger = logging.getLogger(__name__)

_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Damaged(Exception):
    """Something of ``run``, or of the sweep with this id, cannot be read. The message is a sentence without its point.
    ``deletable``: nor does it stand on a page of the file that cannot be changed either."""

    def __init__(self, run: str, what: str, *, deletable: bool = True, kind: Literal["run", "sweep"] = "run") -> None:
        super().__init__(f"{kind} {run} is damaged: {what}" + ("; it can be deleted" if deletable else ""))
        self.run = run
        self.kind = kind


class NamedOnce:
    """Names in the server's output, by ``line``, what lists leave out since it cannot be read: each once, however often
    the list is asked for."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._named: set[str] = set()

    def name(self, ids: Iterable[str]) -> None:
        for id in ids:
            if id not in self._named and len(self._named) < NAMED:
                self._named.add(id)
                logger.error(self._line, id)


def corrupt(error: Exception) -> bool:
    """Whether SQLite has met something in its file that it cannot read."""
    own = error.orig if isinstance(error, DBAPIError) else error
    return getattr(own, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF in _CORRUPT


def read_run(id: str, state: str, text: str) -> Run:
    """Raises Damaged, also where ``text`` is another run or in another state than its row says: it would be waited for,
    or be taken for one to go on with."""
    try:
        run = Run.model_validate_json(text)
    except ValidationError as error:
        raise Damaged(id, "what is kept of it cannot be read") from error
    if (run.id, run.state) != (id, state):
        raise Damaged(id, "what is kept of it contradicts itself")
    return run


def read_sweep(id: str, text: str) -> Sweep:
    """Raises Damaged."""
    try:
        return Sweep.model_validate_json(text)
    except ValidationError as error:
        raise Damaged(id, "what is kept of it cannot be read", kind="sweep") from error


def readable(rows: Iterable[Sequence[str]], damaged: list[str] | None = None) -> list[Run]:
    """Of rows of id, state and run those that can be read; the ids of others are added to ``damaged``."""
    found = []
    for id, state, text in rows:
        try:
            found.append(read_run(id, state, text))
        except Damaged as damage:
            if damaged is not None:
                damaged.append(damage.run)
    return found


def sound(run: str, after: int, records: list[Record], *, every: bool) -> list[Record]:
    """Of ``records``, which follow number ``after``, those before the first that is no frame; ``every``: or is missing.
    Raises Damaged where none is before it."""
    for at, record in enumerate(records):
        what = ""
        if every and record.seq != after + 1 + at:
            what = f"record {after + 1 + at} is missing"
        elif not _is_frame(record):
            what = f"record {record.seq} cannot be read"
        if what and at:
            return records[:at]
        if what:
            raise Damaged(run, what)
    return records


def _is_frame(record: Record) -> bool:
    if record.binary:
        return Weights.seq_of(record.data) == record.seq
    try:
        record.data.decode()
        return bytes(_FIELDS.decode(record.data)["seq"]) == b"%d" % record.seq
    except (UnicodeDecodeError, msgspec.DecodeError, KeyError):
        return False
