"""What is asked of the database, as functions of a connection. Each is called in a thread, in a transaction."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from app.checkpoint import Checkpoint
from app.events import Event
from app.history.recent_records import fitting
from app.history.schema import checkpoints, events, runs
from app.record import Record
from app.run import ACTIVE, Run

E = TypeVar("E", bound=Event)

LARGEST = 2**31 - 1
"""Of the integers that the tables hold. A cursor or a step beyond it means the same as it."""

ROWS = 64
"""Rows fetched at a time, so that a page is not read far beyond its limit in bytes."""

_RECORD = select(events.c.seq, events.c.type, events.c.step, events.c.data)

# Many times a second, so built once: SQLAlchemy then knows them again without looking them over.
_ADD_RECORDS = insert(events)
_SAVE_RUN = (
    update(runs)
    .where(runs.c.id == bindparam("of_run"))
    .values(state=bindparam("state"), started=bindparam("started"), run=bindparam("run"))
)
_DROP_CHECKPOINT = delete(checkpoints).where(
    checkpoints.c.run == bindparam("of_run"), checkpoints.c.step == bindparam("at_step")
)
_ADD_CHECKPOINT = insert(checkpoints)


def add_run(connection: Connection, run: Run, record: Record) -> str | None:
    """Returns which run is live then."""
    connection.execute(insert(runs).values(id=run.id, **_columns(run)))
    add_records(connection, run, [record])
    return live_run(connection)


def add_records(connection: Connection, run: Run, records: Sequence[Record]) -> None:
    """``run`` is the run with these records in its log."""
    rows = [{"run": run.id, "seq": r.seq, "type": r.type, "step": r.step, "data": r.data} for r in records]
    connection.execute(_ADD_RECORDS, rows)
    save_run(connection, run)


def save_run(connection: Connection, run: Run) -> None:
    connection.execute(_SAVE_RUN, {"of_run": run.id, **_columns(run)})


def delete_run(connection: Connection, run: str) -> str | None:
    """With its events and checkpoints. Returns which run is live then."""
    connection.execute(delete(runs).where(runs.c.id == run))
    return live_run(connection)


def get_run(connection: Connection, run: str) -> Run | None:
    found = connection.execute(select(runs.c.run).where(runs.c.id == run)).scalar()
    return None if found is None else Run.model_validate_json(found)


def list_runs(connection: Connection, limit: int, before: int | None) -> tuple[list[Run], int | None]:
    """Newest first, from the run numbered below ``before`` on; and what to give as ``before`` for the next page."""
    query = select(runs.c.number, runs.c.run).order_by(runs.c.number.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(runs.c.number < min(before, LARGEST))
    rows = connection.execute(query).all()
    page = [Run.model_validate_json(row.run) for row in rows[:limit]]
    return page, rows[limit - 1].number if len(rows) > limit else None


def active_runs(connection: Connection) -> list[Run]:
    query = select(runs.c.run).where(runs.c.state.in_(sorted(ACTIVE))).order_by(runs.c.number)
    return [Run.model_validate_json(found) for found in connection.execute(query).scalars()]


def live_run(connection: Connection) -> str | None:
    """The run that started last; if none has started, the newest."""
    query = select(runs.c.id).order_by(runs.c.started.is_(None), runs.c.started.desc(), runs.c.number.desc()).limit(1)
    found: str | None = connection.execute(query).scalar()
    return found


def last_number(connection: Connection) -> int:
    return connection.execute(select(func.max(runs.c.number))).scalar() or 0


def read_records(
    connection: Connection, run: str, after: int, limit_bytes: int, type: str | None = None
) -> list[Record]:
    """Records from ``after + 1`` on, of one type or all, as many as fit in ``limit_bytes`` but at least one."""
    query = _RECORD.where(events.c.run == run, events.c.seq > min(after, LARGEST)).order_by(events.c.seq)
    if type is not None:
        query = query.where(events.c.type == type)
    with connection.execute(query.execution_options(yield_per=ROWS)) as rows:
        return fitting(map(_record, rows), limit_bytes)


def read_events(connection: Connection, run: str, type: type[E], after: int, limit_bytes: int) -> list[tuple[int, E]]:
    """A page of one type's events, decoded, each with its seq."""
    page: list[tuple[int, E]] = []
    for record in read_records(connection, run, after, limit_bytes, type.__name__):
        event = record.event()
        assert isinstance(event, type)
        page.append((record.seq, event))
    return page


def weights_record(connection: Connection, run: str, step: int | None) -> Record | None:
    """The newest weights at or before ``step``."""
    query = _RECORD.where(events.c.run == run, events.c.type == "Weights").order_by(events.c.seq.desc()).limit(1)
    if step is not None:
        query = query.where(events.c.step <= min(step, LARGEST))
    row = connection.execute(query).one_or_none()
    return None if row is None else _record(row)


def add_checkpoint(connection: Connection, run: str, checkpoint: Checkpoint) -> None:
    """One at the same step is replaced."""
    connection.execute(_DROP_CHECKPOINT, {"of_run": run, "at_step": checkpoint.step})
    row = {"run": run, "step": checkpoint.step, "epoch": checkpoint.epoch, "data": checkpoint.data}
    connection.execute(_ADD_CHECKPOINT, row)


def get_checkpoint(connection: Connection, run: str, step: int | None) -> Checkpoint | None:
    """The newest kept one at or before ``step``."""
    query = select(checkpoints).where(checkpoints.c.run == run).order_by(checkpoints.c.step.desc()).limit(1)
    if step is not None:
        query = query.where(checkpoints.c.step <= min(step, LARGEST))
    row = connection.execute(query).one_or_none()
    return None if row is None else Checkpoint(step=row.step, epoch=row.epoch, kept=True, data=bytes(row.data))


def _columns(run: Run) -> dict[str, Any]:
    return {"state": run.state, "started": run.started, "run": run.model_dump_json()}


def _record(row: Any) -> Record:
    """``row`` is one of ``_RECORD``."""
    return Record(row.seq, row.type, row.step, bytes(row.data))
