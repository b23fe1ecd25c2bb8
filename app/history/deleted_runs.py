"""What is asked of the database about runs that are deleted, or removed to make room, as functions of a connection."""

import time
from collections.abc import Collection
from typing import Literal

from pydantic import ValidationError
from sqlalchemy import Connection, delete, func, insert, select, update

from app.history import sizes
from app.history.damage import readable
from app.history.schema import checkpoints, events, removals, runs, sweeps
from app.history.store import BYTES, RUN, add_bytes, read_rows, save_run
from app.run import ACTIVE, Run
from app.storage import Removal

REMOVABLE = 20
"""How many runs are looked at for one that can be read."""

PURGED = 0.0
"""As the time at which a run was deleted: it cannot be restored, since some of it may be gone already."""

PURGE_ROWS, PURGE_BYTES = 500, 2 << 20
"""What is removed in one transaction, for which a training's write may have to wait: some 10 ms."""


def hide_runs(connection: Connection, ids: Collection[str], time: float | None) -> None:
    """They are deleted, at this time, but can still be restored; None: they are restored."""
    connection.execute(update(runs).where(runs.c.id.in_(ids)).values(deleted=time))


def hidden_runs(connection: Connection) -> dict[str, float]:
    """When each run was deleted that can still be restored, the first deleted first; now where that cannot be read."""
    query = select(runs.c.id, runs.c.deleted).where(runs.c.deleted.is_not(None)).order_by(runs.c.deleted, runs.c.number)
    return {
        row.id: row.deleted if isinstance(row.deleted, float) else time.time()
        for row in read_rows(connection, query, None, [])
    }


def hidden_names(connection: Connection) -> dict[str, str]:
    """Of each run that is deleted; its id where it cannot be read."""
    query = select(*RUN).where(runs.c.deleted.is_not(None))
    rows = [(row.id, row.state, row.run) for row in read_rows(connection, query, None, [])]
    return {id: id for id, *_ in rows} | {run.id: run.name for run in readable(rows)}


def hidden_members(connection: Connection, sweep: str) -> list[str]:
    query = select(runs.c.id).where(runs.c.sweep == sweep, runs.c.deleted.is_not(None)).order_by(runs.c.number)
    return list(connection.execute(query).scalars())


def purge_piece(connection: Connection, run: str) -> tuple[int, bool]:
    """Remove some of a run's events and checkpoints for good; where none are left, the run itself, and its sweep if
    that has no other members. Returns how many bytes that gave back, and whether nothing is left."""
    freed, rows = 0, PURGE_ROWS
    for table, key in ((events, events.c.seq), (checkpoints, checkpoints.c.step)):
        query = select(key, func.length(table.c.data)).where(table.c.run == run).order_by(key).limit(rows)
        last = None
        for number, length in connection.execute(query).all():
            last = number
            freed += length + sizes.ROW_BYTES
            rows -= 1
            if freed >= PURGE_BYTES:
                break
        if last is not None:
            connection.execute(delete(table).where(table.c.run == run, key <= last))
        if not rows or freed >= PURGE_BYTES:
            add_bytes(connection, {run: -freed})
            return freed, False
    found = connection.execute(select(runs.c.sweep, BYTES).where(runs.c.id == run)).one_or_none()
    connection.execute(delete(runs).where(runs.c.id == run))
    if found is not None and found.sweep is not None:
        empty = sweeps.c.id == found.sweep, ~select(runs.c.id).where(runs.c.sweep == sweeps.c.id).exists()
        connection.execute(delete(sweeps).where(*empty))
    return found.bytes if found is not None else 0, True


def purge_checkpoints(connection: Connection, run: Run) -> int:
    """Remove the run's models; ``run`` says so. Returns how many bytes that gave back."""
    taken = func.sum(func.length(checkpoints.c.data) + sizes.ROW_BYTES)
    freed = connection.execute(select(taken).where(checkpoints.c.run == run.id)).scalar() or 0
    connection.execute(delete(checkpoints).where(checkpoints.c.run == run.id))
    add_bytes(connection, {run.id: -freed})
    save_run(connection, run)
    return int(freed)


def bytes_taken(connection: Connection, ids: Collection[str] | None = None) -> int:
    """By these runs; by all, deleted ones that can be restored included."""
    if ids is None:
        return sum(row.bytes for row in read_rows(connection, select(BYTES), None, []))
    query = select(func.sum(runs.c.bytes)).where(runs.c.id.in_(ids))
    return int(connection.execute(query).scalar() or 0)


def removable(connection: Connection, live: str | None) -> tuple[Run, Literal["models", "run"]] | None:
    """What goes first to make room, None where nothing may: of ended runs that no person has named, that are no
    lesson's and not the live one, the oldest that still has its models; where none has, the oldest."""
    candidates = (
        select(*RUN)
        .where(runs.c.state.not_in(sorted(ACTIVE)), ~runs.c.renamed, runs.c.deleted.is_(None))
        .where(runs.c.origin != "lesson", runs.c.id != (live or ""))
        .order_by(runs.c.number)
        .limit(REMOVABLE)
    )
    has_models = select(checkpoints.c.run).where(checkpoints.c.run == runs.c.id).exists()
    if found := readable(connection.execute(candidates.where(has_models)).all()):
        return found[0], "models"
    if found := readable(connection.execute(candidates).all()):
        return found[0], "run"
    return None


def add_removal(connection: Connection, removal: Removal, kept: int) -> None:
    """The newest ``kept`` are remembered."""
    connection.execute(insert(removals).values(**removal.model_dump()))
    newest = connection.execute(select(func.max(removals.c.number))).scalar_one()
    connection.execute(delete(removals).where(removals.c.number <= newest - kept))


def list_removals(connection: Connection) -> tuple[list[Removal], list[str]]:
    """Newest first, and the numbers of those that are left out, since they cannot be read."""
    found, damaged = [], []
    for row in connection.execute(select(removals).order_by(removals.c.number.desc())).mappings():
        try:
            found.append(Removal.model_validate({**row}))
        except ValidationError:
            damaged.append(str(row["number"]))
    return found, damaged
