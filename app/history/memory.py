"""What a process that serves a history knows of it besides the database: what is active, live, deleted, and queued."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from app.events import Origin
from app.history import deleted_runs, store
from app.history.changes import Changes
from app.history.live_log import LiveLog
from app.history.notifier import Notifier
from app.history.queue_order import QueueOrder
from app.history.updates import Appended, Changed, Created, Hidden, Queued, Removed, Restored, Update
from app.record import Record
from app.run import Run

LISTED: tuple[Origin, ...] = ("person", "first")
"""Origins of the runs that a list has unless asked for others."""

NEWEST = 200
"""Runs of the list that are compared where updates were missed: what a page of it has. Older ones that were renamed or
deleted meanwhile a page sees once it fetches them again."""


class MissedUpdate(Exception):
    """What an update stands on is not known: others came before it."""


class Snapshot(NamedTuple):
    """What the database has, as it was at one moment. ``ended``: of the runs that were asked for, those that are there
    and no longer active; ``gone``: those that are not. ``newest`` of the list first."""

    active: list[Run]
    damaged: list[str]
    live: str | None
    starts: int
    hidden: dict[str, float]
    taken: int
    ended: list[Run]
    gone: list[str]
    newest: list[Run]


def snapshot(connection: Connection, known: Collection[str] | None = None) -> Snapshot:
    """``known``: ids of runs that were active, to whoever does not write itself. It gets the newest runs too."""
    if connection.dialect.name == "postgresql":  # else each statement would see another moment
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    active, damaged = store.active_runs(connection)
    others = set(known or ()) - {run.id for run in active}
    ended = [run for id in others if (run := store.get_run(connection, id)) is not None]
    gone = others - {run.id for run in ended}
    newest = store.list_runs(connection, NEWEST, None, LISTED)[0] if known is not None else []
    return Snapshot(
        active, damaged, store.live_run(connection), store.last_start(connection), deleted_runs.hidden_runs(connection),
        deleted_runs.bytes_taken(connection), ended, [*gone], newest,
    )  # fmt: skip


class Memory:
    """Changed by :meth:`apply` alone, by the same updates in the same order in all processes; and by :meth:`catch_up`
    where some were missed. ``publish`` is given each update that was applied."""

    def __init__(self, found: Snapshot) -> None:
        self.publish: Callable[[Update], None] = lambda _: None
        self.changes = Changes()
        """Of runs that lists have unless asked for others."""
        self.logs = {run.id: LiveLog(run) for run in found.active}
        self.live = found.live
        self.live_changed = Notifier()
        self.starts = found.starts
        self.queue = QueueOrder()
        self.deleted: dict[str, float] = {}
        """When each run was deleted that can still be restored, the first deleted first."""
        self.purging: set[str] = set()
        """Deleted for good; some of it may be there still, and is removed in pieces."""
        self._hide(found.hidden)
        self.bytes = found.taken
        """What all runs take, deleted ones that can be restored included. Only who writes keeps count of it."""
        self._newest = found.newest

    def apply(self, update: Update, folded: Mapping[str, Run] | None = None) -> None:
        """``folded``, of records that are appended: the runs with them, where that is known. Records that are here
        already are left out. Raises MissedUpdate, with nothing changed, where others are missing before them."""
        match update:
            case Created():
                for run, record in update.runs:
                    if run.id not in self.logs:
                        self.logs[run.id] = log = LiveLog(run)
                        log.publish(run, [record])
                    self._publish_change(self.logs[run.id].run)
                self._set_live(update.live)
            case Appended():
                self._append(update.records, folded or self._folded(update.records))
            case Changed(run):
                if run.id in self.logs:
                    self.logs[run.id].run = run
                self._publish_change(run)
            case Hidden():
                self._set_live(update.live)  # first: who asks for the live run must not find one known no more
                for id in update.runs:
                    if id not in self.deleted and id not in self.purging:
                        self.changes.publish(id, None)
                purging = dict.fromkeys(self.purging, deleted_runs.PURGED)
                self._hide(self.deleted | purging | dict.fromkeys(update.runs, update.at))
            case Removed(id):
                self.purging.discard(id)
            case Restored():
                for id in update.runs:
                    self.deleted.pop(id, None)
                self._set_live(update.live)
                for run in update.readable:
                    self._publish_change(run)
            case Queued(places):
                self.queue.set(places)
        self.publish(update)

    def adopt(self, run: Run) -> LiveLog:
        """The log of an active run that was read from the database before the update that creates it has come."""
        return self.logs.setdefault(run.id, LiveLog(run))

    def drop(self, run: Run) -> None:
        """It has ended, and everybody who waits for more of it is to know."""
        if log := self.logs.pop(run.id, None):
            log.jump(run)

    def catch_up(self, found: Snapshot) -> None:
        """Become what the database has, whatever was missed, and let those who wait read on from there."""
        for run in found.ended:
            self._publish_change(run)
            self.drop(run)
        for run in found.active:
            log = self.logs.get(run.id)
            if log is None:
                self.logs[run.id] = LiveLog(run)
                self._publish_change(run)
            elif run.seq >= log.run.seq and run != log.run:
                self._publish_difference(log.run, run)
                log.jump(run)
        for id in found.gone:  # and not whatever else is known: it may have been adopted since that moment
            if log := self.logs.get(id):
                self.changes.publish(id, None)
                self.drop(log.run.model_copy(update={"state": "interrupted"}))
        self.starts = max(self.starts, found.starts)
        self._set_live(found.live)
        before = {**self.deleted, **dict.fromkeys(self.purging, deleted_runs.PURGED)}
        for id in found.hidden.keys() - before.keys():
            self.changes.publish(id, None)
        self._hide(found.hidden)
        self._compare(found.newest)
        self.bytes = found.taken

    def _compare(self, newest: Sequence[Run]) -> None:
        """Tell lists of what changed among the newest runs that have ended."""
        before, self._newest = {run.id: run for run in self._newest}, list(newest)
        now = {run.id: run for run in newest}
        if before and now and not before.keys() & now.keys():
            return  # another list altogether, of which nothing can be said
        for run in newest:
            if not run.active and before.get(run.id) != run:
                self._publish_change(run)
        ids = list(before)
        if len(newest) == NEWEST and (oldest := newest[-1].id) in before:
            ids = ids[: ids.index(oldest)]  # older ones are there, further down
        for id in ids:
            if id not in now:
                self.changes.publish(id, None)

    def _append(self, records: Mapping[str, Sequence[Record]], folded: Mapping[str, Run]) -> None:
        for id, run in folded.items():
            log = self.logs[id]
            added = [record for record in records[id] if record.seq > log.run.seq]
            if not all(record.advances for record in added):
                self._publish_difference(log.run, run)
            log.publish(run, added)
            if not run.active:
                del self.logs[id]
            if any(record.type == "RunStarted" for record in added):
                self.starts += 1
                if run.origin != "lesson":
                    self._set_live(id)

    def _folded(self, records: Mapping[str, Sequence[Record]]) -> dict[str, Run]:
        folded = {}
        for id, added in records.items():
            if log := self.logs.get(id):  # one that is not has ended, as the database said
                try:
                    folded[id] = log.folded([record for record in added if record.seq > log.run.seq])
                except ValueError as error:
                    raise MissedUpdate(str(error)) from None
        return folded

    def _hide(self, hidden: Mapping[str, float]) -> None:
        self.deleted = {id: at for id, at in hidden.items() if at != deleted_runs.PURGED}
        self.purging = set(hidden) - set(self.deleted)

    def _publish_change(self, run: Run) -> None:
        if run.origin in LISTED:
            self.changes.publish(run.id, run)

    def _publish_difference(self, before: Run, now: Run) -> None:
        if now.origin in LISTED:
            self.changes.publish_difference(before, now)

    def _set_live(self, run: str | None) -> None:
        if run != self.live:
            self.live = run
            self.live_changed.notify()
