"""Labelled drawings in the database, as functions of a connection. Each is called in a thread, in a transaction."""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import ValidationError
from sqlalchemy import Connection, delete, func, insert, select, update

from app.drawing import Drawing
from app.history.schema import drawings

MOST = 2000
"""Drawings: four browsers full."""
MOST_BYTES = 16_000_000
"""Of all of them. One is some 5 kB."""


class TooManyDrawings(Exception):
    """They would be more than are kept. The message says how many that are."""


class Put(NamedTuple):
    added: int
    """Those that take the place of one that cannot be read are among them."""
    relabelled: int
    """Of those that were there already, those that had another label."""


def put(connection: Connection, added: Sequence[Drawing]) -> Put:
    """Add the drawings that are not there yet, and give the others their new labels. Raises TooManyDrawings; then
    nothing is done."""
    new = {each.id: each for each in added}
    there = {row.id: row for row in connection.execute(select(drawings).where(drawings.c.id.in_(new)))}
    rows = [{"id": id, "drawing": each.model_dump_json()} for id, each in new.items() if id not in there]
    taken = select(func.count(), func.coalesce(func.sum(func.length(drawings.c.drawing)), 0)).select_from(drawings)
    count, size = connection.execute(taken).one()
    if count + len(rows) > MOST or size + sum(len(row["drawing"]) for row in rows) > MOST_BYTES:
        raise TooManyDrawings(
            f"at most {MOST:,} drawings of {MOST_BYTES // 1_000_000} MB are kept, and there are {count:,}"
        )
    if rows:
        connection.execute(insert(drawings), rows)
    before = {id: _read(row.drawing) for id, row in there.items()}
    mended = [new[id] for id, each in before.items() if each is None]
    relabelled = [
        each.model_copy(update={"label": new[id].label})
        for id, each in before.items()
        if each is not None and each.label != new[id].label
    ]
    for each in mended + relabelled:
        connection.execute(update(drawings).where(drawings.c.id == each.id).values(drawing=each.model_dump_json()))
    return Put(len(rows) + len(mended), len(relabelled))


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(drawings)).scalar_one()


def page(connection: Connection, limit: int, after: int) -> tuple[list[Drawing], int | None, list[str]]:
    """In the order in which they came, from number ``after + 1`` on, and where the next page begins (None: nowhere).
    Those that cannot be read are left out: their ids."""
    query = select(drawings).where(drawings.c.number > after).order_by(drawings.c.number).limit(limit + 1)
    rows = connection.execute(query).all()
    read = [(row.id, _read(row.drawing)) for row in rows[:limit]]
    found = [each for _, each in read if each is not None]
    return found, rows[limit - 1].number if len(rows) > limit else None, [id for id, each in read if each is None]


def remove(connection: Connection, id: str | None) -> int:
    """One, or all; how many that were."""
    query = delete(drawings)
    return connection.execute(query if id is None else query.where(drawings.c.id == id)).rowcount


def _read(text: str) -> Drawing | None:
    try:
        return Drawing.model_validate_json(text)
    except ValidationError:
        return None
