"""Labelled drawings in the database, as functions of a connection. Each is called in a thread, in a transaction.

One that is deleted and can be restored is not there for any but :func:`restore`, :func:`deleted` and :func:`purge`;
kept again, it is there as if it had not been deleted.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, Float, cast, delete, func, insert, select, update

from app.drawing import Drawing
from app.history.schema import drawings

MOST = 2000
"""Drawings: four browsers full. As many more may be deleted and still be restored."""
MOST_BYTES = 16_000_000
"""Of all of them, and of all that are deleted. One is some 5 kB."""

_THERE = drawings.c.deleted.is_(None)
_DELETED = drawings.c.deleted.is_not(None)
_DELETED_TIME = cast(drawings.c.deleted, Float)
"""Long ago where that is no number."""


class TooManyDrawings(Exception):
    """They would be more than are kept. The message says how many that are."""


class Put(NamedTuple):
    added: int
    """Those that take the place of one that cannot be read, or was deleted, are among them."""
    relabelled: int
    """Of those that were there already, those that had another label."""


class Restorable(NamedTuple):
    """``number`` of them. ``first``: when the first of them was deleted, Unix time; None: there is none."""

    number: int
    first: float | None


def put(connection: Connection, added: Sequence[Drawing]) -> Put:
    """Add the drawings that are not there yet, and give the others their new labels. Raises TooManyDrawings; then
    nothing is done."""
    new = {each.id: each for each in added}
    rows = connection.execute(select(drawings).where(drawings.c.id.in_(new))).all()
    before = {row.id: _read(row.drawing) for row in rows}
    there = {row.id for row in rows if row.deleted is None}
    fresh = [{"id": id, "drawing": each.model_dump_json()} for id, each in new.items() if id not in before]
    again = [new[row.id] for row in rows if row.id not in there]
    _require_room(connection, len(fresh) + len(again), sum(len(row["drawing"]) for row in fresh))
    if fresh:
        connection.execute(insert(drawings), fresh)
    mended = [new[id] for id in there if before[id] is None]
    relabelled = [
        each.model_copy(update={"label": new[id].label})
        for id, each in before.items()
        if id in there and each is not None and each.label != new[id].label
    ]
    for each in again + mended + relabelled:
        changed = update(drawings).where(drawings.c.id == each.id)
        connection.execute(changed.values(drawing=each.model_dump_json(), deleted=None))
    return Put(len(fresh) + len(again) + len(mended), len(relabelled))


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(drawings).where(_THERE)).scalar_one()


def page(connection: Connection, limit: int, after: int) -> tuple[list[Drawing], int | None, list[str]]:
    """In the order in which they came, from number ``after + 1`` on, and where the next page begins (None: nowhere).
    Those that cannot be read are left out: their ids."""
    query = select(drawings).where(_THERE, drawings.c.number > after).order_by(drawings.c.number).limit(limit + 1)
    rows = connection.execute(query).all()
    read = [(row.id, _read(row.drawing)) for row in rows[:limit]]
    found = [each for _, each in read if each is not None]
    return found, rows[limit - 1].number if len(rows) > limit else None, [id for id, each in read if each is None]


def remove(connection: Connection, id: str | None, at: float | None) -> int:
    """One, or all; how many that were. They can be restored, as deleted ``at``; None: they are gone. Of those that were
    deleted first, what is more than may be restored is."""
    one = [_THERE] if id is None else [_THERE, drawings.c.id == id]
    if at is None:
        return connection.execute(delete(drawings).where(*one)).rowcount
    removed = connection.execute(update(drawings).where(*one).values(deleted=at)).rowcount
    size = func.length(drawings.c.drawing)
    newest = (
        select(drawings.c.number, size).where(_DELETED).order_by(drawings.c.deleted.desc(), drawings.c.number.desc())
    )
    bytes = 0
    for place, (number, more) in enumerate(connection.execute(newest).all()):
        bytes += more
        if place >= MOST or bytes > MOST_BYTES:
            connection.execute(delete(drawings).where(drawings.c.number == number))
    return removed


def restore(connection: Connection, ids: Sequence[str] | None) -> int:
    """These, or all, of those that can be; how many that were. Raises TooManyDrawings; then nothing is done."""
    which = [_DELETED] if ids is None else [_DELETED, drawings.c.id.in_(ids)]
    _require_room(connection, *_taken(connection, *which))
    return connection.execute(update(drawings).where(*which).values(deleted=None)).rowcount


def deleted(connection: Connection) -> Restorable:
    query = select(func.count(), func.min(_DELETED_TIME)).select_from(drawings).where(_DELETED)
    return Restorable(*connection.execute(query).one())


def purge(connection: Connection, until: float) -> int:
    """Those that were deleted until then are gone; how many that were."""
    return connection.execute(delete(drawings).where(_DELETED, until >= _DELETED_TIME)).rowcount


def _taken(connection: Connection, *which: ColumnElement[bool]) -> tuple[int, int]:
    size = func.coalesce(func.sum(func.length(drawings.c.drawing)), 0)
    count, bytes = connection.execute(select(func.count(), size).select_from(drawings).where(*which)).one()
    return count, bytes


def _require_room(connection: Connection, more: int, bytes: int) -> None:
    count, taken = _taken(connection, _THERE)
    if more and (count + more > MOST or taken + bytes > MOST_BYTES):
        raise TooManyDrawings(
            f"at most {MOST:,} drawings of {MOST_BYTES // 1_000_000} MB are kept, and there are {count:,}"
        )


def _read(text: str) -> Drawing | None:
    try:
        return Drawing.model_validate_json(text)
    except ValidationError:
        return None
