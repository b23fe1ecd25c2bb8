"""Sends what is new in a run to everybody who has seen all that came before.

Viewers at the head of the log sit in one pump per run, which writes each of them the same bytes. One whose socket is
full leaves the pump and catches up by its own cursor: a stalled viewer costs the others nothing, and for those that
keep up no task wakes and no queue exists.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Self

from starlette.types import Message, Send

from app.events import Weights
from app.history.history import History
from app.record import Record
from app.web.websocket_protocol import frame

REST = 2.0
"""Seconds that a pump rests for each that it wrote, while news gathers: a crowd, however large, gets it in fewer and
bigger pieces, and costs a third of a processor at most. Before a few viewers it comes to nothing."""

BREATH = 256
"""Viewers served before the event loop may do something else: more, and new handshakes starve."""

WEIGHTS_AT_ONCE = 4 << 20
"""Bytes of weight images written to all viewers together in one go. A run at full speed makes seventy images a second,
which is more than hundreds of viewers can be given: of those that would be too many, a crowd gets the newest."""

Write = Callable[[bytes], bool]


def message(record: Record) -> Message:
    """The record as an ASGI message, for those who read the log by their own cursor."""
    if record.binary:
        return {"type": "websocket.send", "bytes": Weights.version_1(record.data)}
    return {"type": "websocket.send", "text": record.data.decode()}


def newest_weights_only(records: list[Record]) -> list[Record]:
    """Older weight images would be painted over at once."""
    newest = max((r.seq for r in records if r.binary), default=0)
    return [r for r in records if not r.binary or r.seq == newest]


class _Seat:
    """One viewer in a pump. ``left`` resolves when it leaves, to the last ``seq`` written."""

    def __init__(self, write: Write, after: int, left: "asyncio.Future[int]") -> None:
        self.write = write
        self.after = after
        self.left = left

    def leave(self) -> None:
        if not self.left.done():
            self.left.set_result(self.after)


class Pump:
    """All viewers at the head of one run. It lives until the run has ended, also while nobody watches."""

    def __init__(self, history: History, run: str, after: int) -> None:
        self._history = history
        self._run = run
        self._after = after
        self._seats: set[_Seat] = set()
        self.task = asyncio.create_task(self._pump(), name=f"pump {run}")

    async def ride(self, write: Write, after: int) -> int | None:
        """Have what is new written; the last ``seq`` written once this viewer falls behind or the run has ended.

        None, at once, when the pump is past ``after``: read the log up to its head first.
        """
        if self._after > after or self.task.done():
            return None
        seat = _Seat(write, after, asyncio.get_running_loop().create_future())
        self._seats.add(seat)
        try:
            return await seat.left
        finally:
            self._seats.discard(seat)

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _pump(self) -> None:
        try:
            while True:
                await self._history.wait(self._run, self._after)
                records = await self._history.read(self._run, self._after)
                if not records:
                    return
                began = perf_counter()
                await self._write_all(records)
                if records[-1].ends:
                    return
                await asyncio.sleep(REST * (perf_counter() - began))
        finally:
            # Its viewers read on by their own cursors, and meet there whatever ended this pump.
            for seat in self._seats:
                seat.leave()

    async def _write_all(self, records: list[Record]) -> None:
        weights = sum(len(record.data) for record in records if record.binary)
        due = records if weights * len(self._seats) <= WEIGHTS_AT_ONCE else newest_weights_only(records)
        before, head = self._after, records[-1].seq
        self._after = head  # first: who comes while this is being written must read it from the log
        frames = b"".join(map(frame, due))
        for served, seat in enumerate(tuple(self._seats), 1):
            if seat.after <= before:
                wanted = frames
            else:  # it asked for what comes after a record that is not there yet
                wanted = b"".join(frame(record) for record in due if record.seq > seat.after)
            if not wanted or seat.write(wanted):
                seat.after = max(seat.after, head)
            else:
                self._seats.discard(seat)
                seat.leave()
            if served % BREATH == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(0)  # uvloop hands over to the system only now


class Pumps:
    """The pump of each run that is being watched, and each viewer's way through the log."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._pumps: dict[str, Pump] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls, history: History) -> AsyncIterator[Self]:
        pumps = cls(history)
        try:
            yield pumps
        finally:
            for pump in tuple(pumps._pumps.values()):
                await pump.close()

    async def watch(self, run: str, after: int, send: Send, write: Write | None) -> int:
        """Send every record of ``run`` past ``after``, in order; the last ``seq`` once there will be no more.

        A viewer that comes late gets all of it; one that could not keep up, and a crowd too large for all of the
        weights, only the newest of those. ``write``
        takes whole frames at once, and is None where the server's sockets do not. Raises UnknownRun, and what ``send``
        raises when the viewer has gone.
        """
        lags = False
        while True:
            records = await self._history.read(run, after)
            for record in newest_weights_only(records) if lags else records:
                await send(message(record))
            if records:
                after = records[-1].seq
                if records[-1].ends:
                    return after
                continue
            known = await self._history.get(run)
            if not known.active and known.seq <= after:
                return after
            if write is None:
                await self._history.wait(run, after)
                continue
            ridden = await self._pump(run, known.seq).ride(write, after)
            if ridden is None:
                await asyncio.sleep(0)  # the log has moved on since it was read: read on, but let others work too
            else:
                after, lags = ridden, True

    def _pump(self, run: str, head: int) -> Pump:
        pump = self._pumps.get(run)
        if pump is None or pump.task.done():
            pump = self._pumps[run] = Pump(self._history, run, head)
            pump.task.add_done_callback(lambda _: self._forget(run))
        return pump

    def _forget(self, run: str) -> None:
        if self._pumps[run].task.done():
            del self._pumps[run]
