"""What is asked of the database about runs, records and models, as functions of a connection. Each is called in a
thread, in a transaction."""

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from sqlalchemy import BigInteger, Connection, LargeBinary, bindparam, cast, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from app.checkpoint import Checkpoint
from app.controls import CONTROL, Control, Kind, kind_of
from app.events import TEXT_TYPES, CheckpointSaved, Controlled, Event, Origin, Steps, Summary, Weights
from app.history import sizes
from app.history.damage import Damaged, corrupt, read_run, read_sweep, readable, sound
from app.history.recent_records import fitting
from app.history.schema import checkpoints, controls, events, runs, sweeps
from app.record import Record
from app.resumption import Resumption
from app.run import ACTIVE, Run
from app.sweep import Sweep

E = TypeVar("E", bound=Event)

LARGEST = 2**31 - 1
"""Of the integers that the tables hold. A cursor or a step beyond it means the same as it."""

EVERY_TYPE = frozenset({*TEXT_TYPES, Weights.__name__})

LIVE_CANDIDATES = 20
"""How many runs are looked at for one that can be read."""

MOST_ROWS, ROW_BYTES = 64, 4096
"""Rows fetched at a time, and what each is taken to hold: so that a page is not read far beyond its limit in bytes."""

logger = logging.getLogger(__name__)

RUN = runs.c.id, runs.c.state, runs.c.run
"""What :func:`app.history.damage.readable` takes."""

# SQLite lets any column hold text, or a number. So read, what is no number is 0 bytes, and data that is no bytes are
# those of a record that cannot be read.
BYTES = cast(runs.c.bytes, BigInteger).label("bytes")
_RECORD = select(events.c.seq, events.c.type, events.c.step, cast(events.c.data, LargeBinary).label("data"))
_CHECKPOINT = select(checkpoints.c.step, checkpoints.c.epoch, cast(checkpoints.c.data, LargeBinary).label("data"))

# Many times a second, so built once: SQLAlchemy then knows them again without looking them over.
_ADD_RECORDS = insert(events)
_SAVE_RUN = (
    update(runs)
    .where(runs.c.id == bindparam("of_run"))
    .values(
        state=bindparam("state"), started=bindparam("started"), run=bindparam("run"),
        bytes=runs.c.bytes + bindparam("added"),
    )
)  # fmt: skip
_GROW = update(runs).where(runs.c.id == bindparam("of_run")).values(bytes=runs.c.bytes + bindparam("added"))
_SAVE_START = update(runs).where(runs.c.id == bindparam("of_run")).values(start_number=bindparam("start_number"))
_FORGET_STARTER = update(runs).where(runs.c.id == bindparam("of_run")).values(starter=None)
_FORGET_CONTROLS = delete(controls).where(controls.c.run == bindparam("of_run"))
_FORGET_CONTROL = _FORGET_CONTROLS.where(controls.c.kind == bindparam("of_kind"))
_KIND_OF: dict[str, Kind] = {"learning_rate": "learning_rate", "steps_per_second": "speed", "pace": "speed"}
"""By what an event says was controlled; all else are actions."""
_DROP_CHECKPOINT = delete(checkpoints).where(
    checkpoints.c.run == bindparam("of_run"), checkpoints.c.step == bindparam("at_step")
)
_ADD_CHECKPOINT = insert(checkpoints)


def add_runs(connection: Connection, added: Sequence[tuple[Run, Record]], starter: str = "") -> None:
    """Runs with the first record of each. ``starter``: who has asked for them, if somebody has."""
    found_by = ("id", "origin", "sweep", "recipe_key")
    rows = [
        {
            **_columns(run), **{name: getattr(run, name) for name in found_by}, "bytes": sizes.of_records([record]),
            "starter": starter or None,
        }
        for run, record in added
    ]  # fmt: skip
    connection.execute(insert(runs), rows)
    _add_rows(connection, {run.id: [record] for run, record in added})


def add_records(
    connection: Connection, changed: Sequence[Run], records: Mapping[str, Sequence[Record]], starts: Mapping[str, int]
) -> int:
    """Records by run; ``changed`` are the runs with them in their logs, ``starts`` the numbers of those that start.
    Returns how many bytes more are taken then."""
    _add_rows(connection, records)
    grown = {run: sizes.of_records(added) for run, added in records.items()}
    connection.execute(_SAVE_RUN, [{"of_run": run.id, **_columns(run), "added": grown[run.id]} for run in changed])
    if waits_no_more := [{"of_run": run.id} for run in changed if run.id in starts or not run.active]:
        connection.execute(_FORGET_STARTER, waits_no_more)
    took_effect = [
        {"of_run": run, "of_kind": _KIND_OF.get(event.what, "action")}
        for run, added in records.items()
        for record in added
        if record.type == Controlled.__name__ and isinstance(event := record.event(), Controlled)
    ]
    if took_effect:
        connection.execute(_FORGET_CONTROL, took_effect)
    if ended := [{"of_run": run.id} for run in changed if not run.active]:
        connection.execute(_FORGET_CONTROLS, ended)
    if starts:
        connection.execute(_SAVE_START, [{"of_run": run, "start_number": n} for run, n in starts.items()])
    return sum(grown.values())


def put_controls(connection: Connection, given: Mapping[str, Sequence[Control]]) -> None:
    """What waiting runs were given, in the place of all that they were given before."""
    connection.execute(_FORGET_CONTROLS, [{"of_run": run} for run in given])
    if rows := [
        {"run": run, "kind": kind_of(control), "control": control.model_dump_json()}
        for run, added in given.items()
        for control in added
    ]:
        connection.execute(insert(controls), rows)


def given_controls(connection: Connection) -> dict[str, list[Control]]:
    """By the run's id. One that cannot be read is left out, and said in the server's output."""
    found: dict[str, list[Control]] = {}
    for row in connection.execute(select(controls.c.run, controls.c.control)):
        try:
            control = CONTROL.validate_json(row.control)
        except ValidationError:
            logger.error("Something that run %s was given while it waited cannot be read.", row.run)
        else:
            found.setdefault(row.run, []).append(control)
    return found


def starters(connection: Connection) -> dict[str, str]:
    """By the run's id, of those that are still queued."""
    query = select(runs.c.id, runs.c.starter).where(runs.c.state == "queued", runs.c.starter.is_not(None))
    return {row.id: row.starter for row in connection.execute(query)}


def save_run(connection: Connection, run: Run) -> None:
    """In the place of what was known of it."""
    connection.execute(_SAVE_RUN, {"of_run": run.id, **_columns(run), "added": 0})


def add_bytes(connection: Connection, grown: Mapping[str, int]) -> None:
    """By run, how much more it takes now."""
    connection.execute(_GROW, [{"of_run": run, "added": more} for run, more in grown.items()])


def rename_run(connection: Connection, run: Run) -> None:
    save_run(connection, run)
    connection.execute(update(runs).where(runs.c.id == run.id).values(renamed=True))


def add_sweep(connection: Connection, sweep: Sweep) -> None:
    connection.execute(insert(sweeps).values(id=sweep.id, sweep=sweep.model_dump_json()))


def get_sweep(connection: Connection, sweep: str) -> Sweep | None:
    """Raises Damaged."""
    found = connection.execute(select(sweeps.c.sweep).where(sweeps.c.id == sweep)).scalar()
    return None if found is None else read_sweep(sweep, found)


def list_sweeps(connection: Connection, limit: int, before: int | None) -> tuple[list[Sweep], int | None, list[str]]:
    """As :func:`list_runs`."""
    members = select(runs.c.id).where(runs.c.sweep == sweeps.c.id, runs.c.deleted.is_(None)).exists()
    query = select(sweeps.c.number, sweeps.c.id, sweeps.c.sweep).where(members).order_by(sweeps.c.number.desc())
    query = query.limit(limit + 1)
    if before is not None:
        query = query.where(sweeps.c.number < min(before, LARGEST))
    rows = connection.execute(query).all()
    page, damaged = [], []
    for row in rows[:limit]:
        try:
            page.append(read_sweep(row.id, row.sweep))
        except Damaged:
            damaged.append(row.id)
    return page, rows[limit - 1].number if len(rows) > limit else None, damaged


def members(connection: Connection, sweep: str) -> list[Run]:
    """In the order in which they were added."""
    query = select(*RUN).where(runs.c.sweep == sweep, runs.c.deleted.is_(None)).order_by(runs.c.number)
    return readable(connection.execute(query).all())


def member_ids(connection: Connection, sweep: str) -> list[str]:
    """Also of those that cannot be read."""
    query = select(runs.c.id).where(runs.c.sweep == sweep, runs.c.deleted.is_(None)).order_by(runs.c.number)
    return list(connection.execute(query).scalars())


def equal_runs(connection: Connection, recipe_key: str, limit: int) -> list[Run]:
    """Runs of this key, newest first."""
    query = select(*RUN).where(runs.c.recipe_key == recipe_key, runs.c.deleted.is_(None))
    return readable(connection.execute(query.order_by(runs.c.number.desc()).limit(limit)).all())


def get_run(connection: Connection, run: str) -> Run | None:
    """Raises Damaged."""
    found = connection.execute(select(*RUN).where(runs.c.id == run)).one_or_none()
    return None if found is None else read_run(*found)


def list_runs(
    connection: Connection, limit: int, before: int | None, origins: Collection[Origin]
) -> tuple[list[Run], int | None, list[str]]:
    """Newest first, from the run numbered below ``before`` on; what to give as ``before`` for the next page; and the
    ids of those that are left out, since they cannot be read."""
    query = select(runs.c.number, *RUN).order_by(runs.c.number.desc()).limit(limit + 1)
    others = sorted({*get_args(Origin)} - {*origins})  # excluded: one that is none of them is in every list
    query = query.where(runs.c.origin.not_in(others), runs.c.deleted.is_(None))
    if before is not None:
        query = query.where(runs.c.number < min(before, LARGEST))
    damaged: list[str] = []
    rows = read_rows(connection, query, limit + 1, damaged)
    page = readable(((row.id, row.state, row.run) for row in rows[:limit]), damaged)
    return page, rows[limit - 1].number if len(rows) > limit else None, damaged


def active_runs(connection: Connection) -> tuple[list[Run], list[str]]:
    """Also the ids of those that are left out, since they cannot be read."""
    query = select(runs.c.number, *RUN).where(runs.c.state.in_(sorted(ACTIVE))).order_by(runs.c.number)
    damaged: list[str] = []
    rows = read_rows(connection, query, None, damaged)
    return readable(((row.id, row.state, row.run) for row in rows), damaged), damaged


def live_run(connection: Connection) -> str | None:
    """The run that started last; if none has started, the newest. A lesson's run is never live, nor one that cannot be
    read."""
    query = select(runs.c.number, *RUN).where(runs.c.origin != "lesson", runs.c.deleted.is_(None))
    has_started = query.where(runs.c.start_number.is_not(None)).order_by(runs.c.start_number.desc())
    for newest_first in has_started, query.order_by(runs.c.number.desc()):
        for limit in 1, LIVE_CANDIDATES:  # nearly always the first can be read
            rows = read_rows(connection, newest_first.limit(limit), limit, [])
            if found := readable((row.id, row.state, row.run) for row in rows):
                return found[0].id
    return None


def read_rows(connection: Connection, query: Any, limit: int | None, damaged: list[str]) -> list[Any]:
    """What ``query`` of runs finds. Where SQLite meets a page that it cannot read (in no transaction that writes: it
    commits none that has met damage): what can be read row by row, in the order of numbers, newest first; the ids of
    the others are added to ``damaged``."""
    try:
        return list(connection.execute(query).all())
    except DBAPIError as error:
        if not corrupt(error):
            raise
    # This much stands in an index.
    numbers = sorted(connection.execute(select(runs.c.number, runs.c.id).order_by(runs.c.id)).all(), reverse=True)
    found: list[Any] = []
    for number, id in numbers:
        try:
            found += connection.execute(query.where(runs.c.number == number)).all()
        except DBAPIError as error:
            if not corrupt(error):
                raise
            damaged.append(id)
        if len(found) == limit:
            break
    return found


def last_start(connection: Connection) -> int:
    return connection.execute(select(func.max(runs.c.start_number))).scalar() or 0


def last_number(connection: Connection) -> int:
    return connection.execute(select(func.max(runs.c.number))).scalar() or 0


def read_records(
    connection: Connection, run: str, after: int, limit_bytes: int, types: Collection[str] | None = None
) -> list[Record]:
    """Records from ``after + 1`` on, of these types or all, as many as fit in ``limit_bytes`` but at least one; none
    beyond damage. Raises Damaged where the first of them is damaged."""
    query = _RECORD.where(events.c.run == run, events.c.seq > min(after, LARGEST)).order_by(events.c.seq)
    if types is not None:
        # By exclusion where there are several: an index on the type would give them in another order, to be sorted.
        wanted = events.c.type.in_(types) if len(types) == 1 else events.c.type.not_in(EVERY_TYPE - set(types))
        query = query.where(wanted)
    with connection.execute(
        query.execution_options(yield_per=max(1, min(MOST_ROWS, limit_bytes // ROW_BYTES)))
    ) as rows:
        found = fitting(map(_record, rows), limit_bytes)
    return sound(run, after, found, every=types is None)


def first_missing(connection: Connection, run: str, last: int) -> int | None:
    """The number of a record up to ``last`` that the log does not have, or has as of no type."""
    here = events.c.run == run, events.c.seq <= last, events.c.type.in_(EVERY_TYPE)
    if connection.execute(select(func.count()).select_from(events).where(*here)).scalar_one() == last:
        return None
    numbers = connection.execute(select(events.c.seq).where(*here).order_by(events.c.seq)).scalars()
    return next((n for n, seq in enumerate(numbers, 1) if n != seq), last)


def read_events(connection: Connection, run: str, type: type[E], after: int, limit_bytes: int) -> list[tuple[int, E]]:
    """A page of one type's events, decoded, each with its seq. Raises Damaged as :func:`read_records` does."""
    page: list[tuple[int, E]] = []
    for record in read_records(connection, run, after, limit_bytes, [type.__name__]):
        try:
            event = record.event()
        except (KeyError, ValueError) as error:
            if page:
                break
            raise Damaged(run, f"record {record.seq} cannot be read") from error
        assert isinstance(event, type)
        page.append((record.seq, event))
    return page


def weights_record(connection: Connection, run: str, step: int | None) -> Record | None:
    """The newest weights at or before ``step``. Raises Damaged."""
    query = _RECORD.where(events.c.run == run, events.c.type == "Weights").order_by(events.c.seq.desc()).limit(1)
    if step is not None:
        query = query.where(events.c.step <= min(step, LARGEST))
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    (record,) = sound(run, row.seq - 1, [_record(row)], every=False)
    return record


def add_checkpoints(connection: Connection, added: Sequence[tuple[str, Checkpoint]]) -> int:
    """Each with its run. One at the same step is replaced. Returns how many bytes more are taken then."""
    grown: dict[str, int] = {}
    for run, each in added:
        at = checkpoints.c.run == run, checkpoints.c.step == each.step
        before = connection.execute(select(func.length(checkpoints.c.data)).where(*at)).scalar()
        replaced = 0 if before is None else before + sizes.ROW_BYTES
        grown[run] = grown.get(run, 0) + sizes.of_checkpoint(each) - replaced
    add_bytes(connection, grown)
    connection.execute(_DROP_CHECKPOINT, [{"of_run": run, "at_step": each.step} for run, each in added])
    rows = [{"run": run, "step": each.step, "epoch": each.epoch, "data": each.data} for run, each in added]
    connection.execute(_ADD_CHECKPOINT, rows)
    return sum(grown.values())


def kept_steps(connection: Connection, run: str) -> list[int]:
    """Of which the log says that the model is kept, and it is. Another may be kept whose ``CheckpointSaved`` was not
    logged any more."""
    named = select(events.c.step).where(events.c.run == run, events.c.type == CheckpointSaved.__name__)
    query = select(checkpoints.c.step).where(checkpoints.c.run == run, checkpoints.c.step.in_(named))
    return sorted(connection.execute(query).scalars())


def resumption(connection: Connection, run: Run, step: int, block: int) -> Resumption | None:
    """Where a run that has begun would go on from its kept model of this step, or at 0 from its first weights; None
    where it has no such model. Raises Damaged."""
    data = None
    if step > 0:
        found = get_checkpoint(connection, run.id, step)
        if found is None or found.step != step:
            return None
        data = found.data
    wanted = events.c.type.in_([Steps.__name__, Controlled.__name__])
    query = _RECORD.where(events.c.run == run.id, events.c.step >= step, wanted).order_by(events.c.seq)
    shown = select(events.c.step).where(events.c.run == run.id, events.c.type == Weights.__name__)
    seen = connection.execute(shown).scalars().all()
    kept, kept_summary = max(kept_steps(connection, run.id), default=-1), summary_of_kept(connection, run)
    try:
        with connection.execute(query.execution_options(yield_per=256)) as rows:
            after = (_record(row).event() for row in rows)
            return Resumption.of(run, data, step, after, kept=kept, kept_summary=kept_summary, shown=seen, block=block)
    except (KeyError, ValueError) as error:
        raise Damaged(run.id, f"what follows step {step} cannot be read") from error


def summary_of_kept(connection: Connection, run: Run) -> Summary:
    """The run's, were it to end now: of its newest kept model; of none, where it has none or that does not say."""
    newest = get_checkpoint(connection, run.id, None)
    return run.summary.with_model(Summary() if newest is None else newest.summary)


def get_checkpoint(connection: Connection, run: str, step: int | None) -> Checkpoint | None:
    """The newest kept one at or before ``step``."""
    query = _CHECKPOINT.where(checkpoints.c.run == run).order_by(checkpoints.c.step.desc()).limit(1)
    if step is not None:
        query = query.where(checkpoints.c.step <= min(step, LARGEST))
    row = connection.execute(query).one_or_none()
    return None if row is None else Checkpoint(step=row.step, epoch=row.epoch, kept=True, data=bytes(row.data))


def get_checkpoints(connection: Connection, run: str, after: int, limit_bytes: int) -> list[Checkpoint]:
    """Kept ones of steps beyond ``after``, in order, as many as fit in ``limit_bytes`` but at least one."""
    query = _CHECKPOINT.where(checkpoints.c.run == run, checkpoints.c.step > min(after, LARGEST))
    found: list[Checkpoint] = []
    taken = 0
    with connection.execute(query.order_by(checkpoints.c.step).execution_options(yield_per=16)) as rows:
        for row in rows:
            taken += len(row.data)
            if found and taken > limit_bytes:
                break
            found.append(Checkpoint(step=row.step, epoch=row.epoch, kept=True, data=bytes(row.data)))
    return found


def _add_rows(connection: Connection, records: Mapping[str, Sequence[Record]]) -> None:
    rows = [
        {"run": run, "seq": r.seq, "type": r.type, "step": r.step, "data": r.data}
        for run, added in records.items()
        for r in added
    ]
    connection.execute(_ADD_RECORDS, rows)


def _columns(run: Run) -> dict[str, Any]:
    return {"state": run.state, "started": run.started, "run": run.model_dump_json()}


def _record(row: Any) -> Record:
    """``row`` is one of ``_RECORD``."""
    return Record(row.seq, row.type, row.step, bytes(row.data))
