"""Sends each new frame of a run to everybody who has seen all the earlier ones.

Viewers at the head of the log sit in one pump per run. The pump steps each viewer's ``send()`` once; nearly always that
finishes it, since the bytes go to the socket's buffer. A send that suspends (the buffer is full) is handed to a task of
its own, its viewer leaves the pump and catches up by its own cursor: a stalled viewer costs the others nothing, and no
task and no queue per viewer exists for those that keep up.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Generator, Iterable
from contextlib import asynccontextmanager
from functools import partial
from types import coroutine
from typing import Any, Self

from starlette.types import Message, Send

from app.events import Record
from app.history.history import History

LAG = 1
"""Weight images that may wait at once. At full speed a run makes one every 15 ms or so: where more wait, this pump is
too slow for its many viewers, and sends them only the newest."""

BREATH = 256
"""Viewers served before the event loop may do something else: more, and new handshakes starve."""


def frame(record: Record) -> Message:
    """The ASGI message of a record; made once for all viewers."""
    if record.binary:
        return {"type": "websocket.send", "bytes": record.data}
    return {"type": "websocket.send", "text": record.data.decode()}


def newest_weights_only(records: list[Record]) -> Iterable[Record]:
    """For those who lag: older weight images would be painted over at once."""
    newest = max((r.seq for r in records if r.binary), default=0)
    return (r for r in records if not r.binary or r.seq == newest)


class _Seat:
    """One viewer in a pump. ``left`` resolves when it leaves, to the last ``seq`` sent."""

    def __init__(self, send: Send, after: int, left: "asyncio.Future[int]") -> None:
        self.send = send
        self.after = after
        self.left = left


class Pump:
    """All viewers at the head of one run. It lives until the run has ended, also while nobody watches."""

    def __init__(self, history: History, run: str, after: int) -> None:
        self._history = history
        self._run = run
        self._after = after
        self._seats: set[_Seat] = set()
        self._stragglers: set[asyncio.Task[None]] = set()
        self.task = asyncio.create_task(self._pump(), name=f"pump {run}")

    async def ride(self, send: Send, after: int) -> int | None:
        """Have new frames sent; the last ``seq`` sent once this viewer falls behind or the run has ended.

        None, at once, when the pump is past ``after``: read the log up to its head first.
        Raises what ``send`` raises.
        """
        if self._after > after or self.task.done():
            return None
        seat = _Seat(send, after, asyncio.get_running_loop().create_future())
        self._seats.add(seat)
        try:
            return await seat.left
        finally:
            self._seats.discard(seat)

    async def close(self) -> None:
        tasks = [self.task, *self._stragglers]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _pump(self) -> None:
        try:
            while True:
                await self._history.wait(self._run, self._after)
                records = await self._history.read(self._run, self._after)
                lags = sum(record.binary for record in records) > LAG
                for record in newest_weights_only(records) if lags else records:
                    self._after = record.seq  # first: who comes while it is being sent must read it from the log
                    await self._send_all(record)
                if records:
                    self._after = records[-1].seq
                if not records or records[-1].ends:
                    return
        finally:
            # Its viewers read on by their own cursors, and meet there whatever ended this pump.
            for seat in self._seats:
                _settle(seat)

    async def _send_all(self, record: Record) -> None:
        message = frame(record)
        for served, seat in enumerate(tuple(self._seats), 1):
            if record.seq > seat.after and not seat.left.done():
                self._send(seat, message, record.seq)
            if served % BREATH == 0:
                await asyncio.sleep(0)

    def _send(self, seat: _Seat, message: Message, seq: int) -> None:
        sending = seat.send(message)
        assert isinstance(sending, Coroutine)
        seat.after = seq
        try:
            waits_for = sending.send(None)
        except StopIteration:
            return
        except Exception as gone:
            self._seats.discard(seat)
            _settle(seat, gone)
            return
        self._seats.discard(seat)
        task = asyncio.create_task(_finish(seat, sending, waits_for))
        self._stragglers.add(task)
        task.add_done_callback(self._stragglers.discard)
        # A viewer that disconnects while its send is stuck cancels `left`: nobody waits for this send any more.
        seat.left.add_done_callback(lambda _: task.cancel())


def _settle(seat: _Seat, error: Exception | None = None) -> None:
    if seat.left.done():
        return
    if error is None:
        seat.left.set_result(seat.after)
    else:
        seat.left.set_exception(error)


async def _finish(seat: _Seat, sending: Coroutine[Any, Any, None], waits_for: Any) -> None:
    """Go through with a send that suspended; then its viewer reads on by its own cursor."""
    try:
        await _drive(sending, waits_for)
    except Exception as gone:
        _settle(seat, gone)
    finally:
        _settle(seat)


@coroutine
def _drive(started: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """Await a coroutine that has been stepped already and has yielded ``waits_for``."""
    while True:
        try:
            value = yield waits_for
        except BaseException as error:
            resume = partial(started.throw, error)
        else:
            resume = partial(started.send, value)
        try:
            waits_for = resume()
        except StopIteration:
            return


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

    async def watch(self, run: str, after: int, send: Send) -> int:
        """Send every record of ``run`` past ``after``, in order; the last ``seq`` once there will be no more.

        A viewer that comes late gets all of it; one that could not keep up, of the weights only the newest. Raises
        UnknownRun, and what ``send`` raises when the viewer has gone.
        """
        lags = False
        while True:
            records = await self._history.read(run, after)
            for record in newest_weights_only(records) if lags else records:
                await send(frame(record))
            if records:
                after = records[-1].seq
                if records[-1].ends:
                    return after
                continue
            known = await self._history.get(run)
            if not known.active and known.seq <= after:
                return after
            ridden = await self._pump(run, known.seq).ride(send, after)
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
