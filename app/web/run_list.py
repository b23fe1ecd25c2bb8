"""The list of runs, as a log of what changed in it: ``RunChanged``, ``RunDeleted`` and ``Queue``.

Of each run, and of the queue, only the newest record is kept. None of them is stored: a page fetches the list once and
is then sent the changes.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import takewhile
from typing import Self

from app.history.history import LISTED, History
from app.history.notifier import Notifier
from app.record import Record
from app.run import Run
from app.running.supervisor import Supervisor
from app.web.broadcast import Head
from app.web.frames import Form, text_frame
from app.web.stream_frames import Queue, RunChanged, RunDeleted, StreamFrame

PAUSE = 0.25
"""Seconds between two looks at what has changed. A run at full speed ends forty epochs a second; people read four."""

PROGRESS = 2.0
"""Seconds after which a run is told anew though only its step has changed: a slow one's epoch may take an hour."""

KEPT = 2000
"""Runs whose newest change is kept for readers that lag; one that has missed more fetches the list again."""

QUEUE = ""
"""The key of the queue's order among the runs' ids."""


class TooFarBehind(Exception):
    """Changes have been forgotten that the reader has not seen."""


class RunList:
    """Open it with ``async with RunList.open(history, supervisor)``."""

    name = ""
    """Its key in ``Broadcasts``, where logs have the ids of their runs."""

    def __init__(self, history: History, supervisor: Supervisor) -> None:
        self._history, self._supervisor = history, supervisor
        self._newest: dict[str, Record] = {}  # in the order of their numbers
        self._told: dict[str, int] = {}  # the step of each run that has not ended
        self._seq = 0
        self._forgotten = 0
        self._notifier = Notifier()

    @classmethod
    @asynccontextmanager
    async def open(cls, history: History, supervisor: Supervisor) -> AsyncIterator[Self]:
        made = cls(history, supervisor)
        made._publish_queue()
        follow = made._follow_runs(), made._follow_steps(), made._follow_queue()
        tasks = [asyncio.create_task(each) for each in follow]
        try:
            yield made
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def read(self, after: int, limit_bytes: int, types: frozenset[str] | None = None) -> list[Record]:
        """Raises TooFarBehind."""
        if after < self._forgotten:
            raise TooFarBehind
        return [*takewhile(lambda record: record.seq > after, reversed(self._newest.values()))][::-1]

    async def wait(self, after: int) -> None:
        while self._seq <= after:
            await self._notifier.wait()

    async def head(self) -> Head:
        return Head(self._seq, True)

    def newest_weights(self) -> int:
        return 0

    def frames(self, records: Sequence[Record], form: Form) -> bytes:
        return b"".join(text_frame(record.data) for record in records)

    @property
    def queue(self) -> tuple[Record, int]:
        """The queue as it is, and the number after which to read on."""
        return self._newest[QUEUE], self._seq

    async def _follow_runs(self) -> None:
        changes = self._history.changes
        seen = changes.number
        while True:
            await changes.wait(seen)
            news = changes.after(seen)
            seen = changes.number
            if news is None:  # more than are remembered, within one pause
                self._seq += 1
                self._forgotten = self._seq
            for _, run, now in news or ():
                self._publish(run, self._change(run, now))
            await asyncio.sleep(PAUSE)

    async def _follow_steps(self) -> None:
        while True:
            await asyncio.sleep(PROGRESS)
            for run in await self._history.active():
                if run.origin in LISTED and run.step != self._told.get(run.id, 0):
                    self._publish(run.id, self._change(run.id, run))

    async def _follow_queue(self) -> None:
        seen = 0
        while True:
            seen = await self._supervisor.wait_queue(seen)
            self._publish_queue()
            await asyncio.sleep(PAUSE)

    def _publish_queue(self) -> None:
        places = self._supervisor.places()
        self._publish(QUEUE, Queue(runs=list(places), places=list(places.values())))

    def _change(self, run: str, now: Run | None) -> RunChanged | RunDeleted:
        if now is not None and now.active:
            self._told[run] = now.step
        else:
            self._told.pop(run, None)
        if now is None:
            return RunDeleted(id=run)
        return RunChanged(run=self._supervisor.placed([now])[0])

    def _publish(self, key: str, frame: StreamFrame) -> None:
        self._seq += 1
        self._newest.pop(key, None)
        self._newest[key] = Record(self._seq, frame.type, None, frame.encode())
        if len(self._newest) > KEPT:
            oldest = next(key for key in self._newest if key != QUEUE)
            self._forgotten = self._newest.pop(oldest).seq
        self._notifier.notify()
