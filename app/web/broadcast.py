"""Sends what is new in a log to all viewers that have seen everything before it.

Viewers at the head of a log are subscribers of one broadcast per log, which writes the same bytes to each. A subscriber
whose socket is full leaves the broadcast and catches up by its own cursor: a stalled viewer costs the others nothing,
and for those that keep up no task wakes and no queue exists.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from time import thread_time
from typing import NamedTuple, Protocol, Self

from app.record import Record
from app.web.frames import Form

REST = 2.0
"""Seconds that a broadcast rests for each second of processor time that it wrote, while news gathers: a crowd, however
large, gets it in fewer and bigger pieces, and costs a third of a processor at most. With a few viewers it comes to
nothing. What else the machine does meanwhile does not count: that would make a busy one slower still."""

BREATH = 256
"""Viewers served before the event loop may do something else and the broadcast rests: with more, new handshakes starve,
and what a worker sends is read late."""

WEIGHTS_AT_ONCE = 4 << 20
"""Bytes of weight images written to all viewers together in one go. A run at full speed makes seventy images a second,
which is more than hundreds of viewers can be given: of those that would be too many, a crowd gets the newest."""

BATCH_BYTES = 1 << 20
"""What a broadcast reads for one round. All its subscribers share these bytes."""

PIECE_BYTES = 64 << 10
"""What is read at once for a viewer that catches up. It has these bytes for itself, for as long as it does not read
them; a page takes about a millisecond to read, so larger ones would hardly be faster."""

JOINED_PIECE_BYTES = 256 << 10
"""The same where its texts are joined to one frame: 18 MB of a long log come in a third of the time. While a piece is
written the next one is read: a viewer may have two for itself."""


class Socket(Protocol):
    """A viewer's connection: ``app.web.websocket_protocol.WebSocketProtocol``."""

    def write(self, frames: bytes) -> bool:
        """Write whole frames; False, with nothing written, where there is no room or the viewer has left."""

    async def room(self) -> None:
        """Return when there is room. Raises OSError where the viewer has left."""


class Head(NamedTuple):
    """The last record's number, and whether more may follow."""

    seq: int
    open: bool


class Log(Protocol):
    """Records in the order of their numbers, read behind a cursor."""

    async def read(self, after: int, limit_bytes: int, types: frozenset[str] | None = None) -> list[Record]:
        """Records of these types with a greater number, at least one if there is one."""

    async def wait(self, after: int) -> None:
        """Return once there is a record with a greater number, or none will follow."""

    async def head(self) -> Head: ...

    def newest_weights(self) -> int:
        """The number of the newest weights; 0 where that is not known."""

    def frames(self, records: Sequence[Record], form: Form) -> bytes: ...


async def write(socket: Socket, frames: bytes) -> None:
    """Raises OSError where the viewer has left."""
    while not socket.write(frames):
        await socket.room()


class Left(NamedTuple):
    """A subscriber has left a broadcast with everything up to ``after`` written; ``ended``: that was the whole log."""

    after: int
    ended: bool


class Subscriber:
    """A viewer at the head of a log. ``left`` is resolved when it leaves."""

    __slots__ = ("after", "form", "left", "socket")

    def __init__(self, socket: Socket, after: int, form: Form, left: "asyncio.Future[Left]") -> None:
        self.socket = socket
        self.after = after
        self.form = form
        self.left = left

    def leave(self, after: int, *, ended: bool) -> None:
        if not self.left.done():
            self.left.set_result(Left(after, ended))


class Broadcast:
    """All viewers at the head of one log. It lives until the log has ended, also while nobody watches."""

    def __init__(self, name: str, log: Log, after: int) -> None:
        self._log = log
        self._after = after
        self._subscribers: dict[Subscriber, None] = {}
        self.task = asyncio.create_task(self._run(), name=f"broadcast {name}")

    async def follow(self, socket: Socket, after: int, form: Form) -> Left | None:
        """Have what is new written to ``socket`` until it falls behind or the log has ended.

        None, at once, when the broadcast is past ``after``: read the log up to its head first.
        """
        if self._after > after or self.task.done():
            return None
        subscriber = Subscriber(socket, after, form, asyncio.get_running_loop().create_future())
        self._subscribers[subscriber] = None
        try:
            return await subscriber.left
        finally:
            self._subscribers.pop(subscriber, None)

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _run(self) -> None:
        ended = False
        try:
            while not ended:
                await self._log.wait(self._after)
                records = await self._log.read(self._after, BATCH_BYTES)
                if not records:
                    return
                self._after = records[-1].seq  # first: who comes while this is being written must read it from the log
                ended = records[-1].ends
                await self._write_all(records)
        finally:
            # Where an error ended this, its viewers read on by their own cursors and meet it there.
            for subscriber in self._subscribers:
                subscriber.leave(self._after if ended else subscriber.after, ended=ended)

    async def _write_all(self, records: list[Record]) -> None:
        """One round. Those whose turn is late get what has come meanwhile too: nobody waits for two rounds."""
        crowd = tuple(self._subscribers)
        written = _Written(self._log, records, len(crowd))
        for begin in range(0, len(crowd), BREATH):
            if begin:
                await written.read_on()
            began = thread_time()
            for subscriber in crowd[begin : begin + BREATH]:
                if not subscriber.left.done():  # it has not unsubscribed meanwhile
                    self._write(written, subscriber)
            await asyncio.sleep(0)  # uvloop hands over to the system only now
            await asyncio.sleep(REST * (thread_time() - began))

    def _write(self, written: "_Written", subscriber: Subscriber) -> None:
        frames = written.after(subscriber.after, subscriber.form)
        if not frames or subscriber.socket.write(frames):
            subscriber.after = max(subscriber.after, written.head)
        else:
            self._subscribers.pop(subscriber, None)
            subscriber.leave(subscriber.after, ended=False)


class _Written:
    """The frames that a round writes: of the records between a subscriber's cursor and ``head``."""

    def __init__(self, log: Log, records: list[Record], crowd: int) -> None:
        self._log = log
        self._records = records
        self._crowd = crowd
        self._bytes = sum(len(record.data) for record in records)
        self._frames: dict[tuple[int, Form], bytes] = {}
        self.head = records[-1].seq

    def after(self, seq: int, form: Form) -> bytes:
        """One may have asked for what comes after a record that is not there yet."""
        if (frames := self._frames.get((seq, form))) is None:
            due = [r for r in self._due() if r.seq > seq and form.wants(r)]
            frames = self._frames[seq, form] = self._log.frames(due, form)
        return frames

    async def read_on(self) -> None:
        """Let ``head`` be the log's, as far as there is room in a round."""
        if self._bytes >= BATCH_BYTES or self._records[-1].ends:
            return
        if more := await self._log.read(self.head, BATCH_BYTES - self._bytes):
            self._records = self._records + more
            self._bytes += sum(len(record.data) for record in more)
            self._frames.clear()
            self.head = more[-1].seq

    def _due(self) -> Sequence[Record]:
        weights = sum(len(record.data) for record in self._records if record.binary)
        if weights * self._crowd <= WEIGHTS_AT_ONCE:
            return self._records
        return _without_overtaken(self._records, _last_weights(self._records))


class Broadcasts:
    """The broadcast of each log that is being watched, and each viewer's way through the log."""

    def __init__(self) -> None:
        self._broadcasts: dict[str, Broadcast] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Self]:
        broadcasts = cls()
        try:
            yield broadcasts
        finally:
            for broadcast in tuple(broadcasts._broadcasts.values()):
                await broadcast.close()

    async def send(self, name: str, log: Log, after: int, socket: Socket, form: Form) -> int:
        """Write to ``socket`` every record of ``log`` past ``after`` that ``form`` wants, in order. Returns the log's
        last number once it has ended. ``name`` is the log's own.

        A viewer that comes late gets everything; one that could not keep up, and a crowd too large for all of the
        weights, of those only the newest. Raises OSError when the viewer has left, and what the log raises.
        """
        async with _Pieces.open(log, form) as pieces:
            return await self._send(name, log, pieces, after, socket, form)

    async def _send(self, name: str, log: Log, pieces: "_Pieces", after: int, socket: Socket, form: Form) -> int:
        lags = False
        head = await log.head()
        while True:
            records = await pieces.read(after, head)
            if records:
                after = records[-1].seq
                due = _without_overtaken(records, log.newest_weights()) if lags else records
                if frames := log.frames(due, form):
                    await write(socket, frames)
                    await asyncio.sleep(0)  # to others too
                if records[-1].ends:
                    return after
                continue
            after = max(after, head.seq)  # up to there is nothing of these types
            head = await log.head()
            if head.seq > after:
                continue
            if not head.open:
                return head.seq
            left = await self._broadcast(name, log, head.seq).follow(socket, after, form)
            if left is None:
                await asyncio.sleep(0)  # the log has moved on since it was read: read on, but let others work too
            elif left.ended:
                return left.after
            else:
                after, lags = left.after, True
                await socket.room()

    def _broadcast(self, name: str, log: Log, head: int) -> Broadcast:
        broadcast = self._broadcasts.get(name)
        if broadcast is None or broadcast.task.done():
            broadcast = self._broadcasts[name] = Broadcast(name, log, head)
            broadcast.task.add_done_callback(partial(self._forget, name))
        return broadcast

    def _forget(self, name: str, task: "asyncio.Task[None]") -> None:
        if not task.cancelled():
            task.exception()  # its viewers meet it themselves: asyncio need not report it
        if name in self._broadcasts and self._broadcasts[name].task.done():
            del self._broadcasts[name]


class _Pieces:
    """A log in pieces behind a cursor. Of joined texts the next piece is read as soon as one has been given out."""

    def __init__(self, log: Log, form: Form) -> None:
        self._log, self._form = log, form
        self._size = JOINED_PIECE_BYTES if form.joined else PIECE_BYTES
        self._ahead: asyncio.Task[list[Record]] | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, log: Log, form: Form) -> AsyncIterator[Self]:
        pieces = cls(log, form)
        try:
            yield pieces
        finally:
            if pieces._ahead is not None:
                pieces._ahead.cancel()
                await asyncio.gather(pieces._ahead, return_exceptions=True)

    async def read(self, after: int, head: Head) -> list[Record]:
        """Return what comes past ``after``, which is where the piece before ended; ``head``: as far as the log is known
        to go."""
        ahead, self._ahead = self._ahead, None
        records = await (self._read(after) if ahead is None else ahead)
        if self._form.joined and records and records[-1].seq < head.seq:
            self._ahead = asyncio.create_task(self._read(records[-1].seq))
        return records

    async def _read(self, after: int) -> list[Record]:
        return await self._log.read(after, self._size, self._form.types)


def _last_weights(records: Sequence[Record]) -> int:
    return max((record.seq for record in records if record.binary), default=0)


def _without_overtaken(records: Sequence[Record], newest: int) -> Sequence[Record]:
    """Without weights older than number ``newest``: those would be painted over at once."""
    return [record for record in records if not record.binary or record.seq >= newest]
