"""The stream by which the server that writes a history tells the others what it has written: Valkey's or Redis's."""

from collections.abc import Awaitable, Sequence
from typing import Any, NamedTuple

from app.history.live_connection import ANSWER_SECONDS, LiveConnection

UPDATE, AT = b"update", b"at"
"""An entry's fields."""

KEPT = 256
"""Entries. Who is further behind reads the database. A run at full speed makes some twenty a second, of 100 kB."""

READ_AT_ONCE = 64
"""Entries: some megabytes."""

EXPIRE_SECONDS = 60
"""After so long without an entry the stream is gone: a server that no longer runs leaves nothing behind."""

STATE_SECONDS = 6.0
"""For which a server counts as there after it has said how it is."""


class Position(NamedTuple):
    """``writer``: the number of the server that has written the entry; ``number`` counts its entries from 1.

    They are the entry's id, and a stream takes ids in ascending order only: whoever wrote before can add nothing once
    another writes, and nothing can be there twice.
    """

    writer: int
    number: int

    @property
    def next(self) -> "Position":
        return Position(self.writer, self.number + 1)

    @classmethod
    def of(cls, id: bytes) -> "Position":
        writer, _, number = id.partition(b"-")
        return cls(int(writer), int(number))

    def __str__(self) -> str:
        return f"{self.writer}-{self.number}"


EMPTY = Position(0, 0)
"""Of a stream without entries."""


class Entry(NamedTuple):
    """``at``: when its update was committed, Unix time by the writer's clock."""

    position: Position
    at: float
    update: bytes


class LiveStream:
    """Everything that asks the server raises StreamLost."""

    def __init__(self, connection: LiveConnection) -> None:
        self._redis = connection.redis
        self._key = connection.key
        self._asked = connection.asked

    async def add(self, entries: Sequence[Entry]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for position, at, update in entries:
            fields: dict[Any, Any] = {UPDATE: update, AT: f"{at:.6f}"}
            pipeline.xadd(self._key, fields, id=str(position), maxlen=KEPT, approximate=False)
        pipeline.expire(self._key, EXPIRE_SECONDS)
        await self._asked(pipeline.execute())

    async def last(self) -> Position:
        """Return the position of the newest entry; ``EMPTY`` where there is none."""
        found: Any = await self._asked(self._redis.xrevrange(self._key, count=1))
        return Position.of(found[0][0]) if found else EMPTY

    async def read(self, after: Position, seconds: float) -> list[Entry]:
        """Entries after this one, as many as are taken at once; waits for the first, and gives none after so many
        seconds without."""
        asked: Awaitable[Any] = self._redis.xread({self._key: str(after)}, READ_AT_ONCE, block=round(seconds * 1000))
        found = await self._asked(asked, seconds + ANSWER_SECONDS)
        return [
            Entry(Position.of(id), float(fields[AT]), fields[UPDATE]) for _, entries in found for id, fields in entries
        ]

    async def put_state(self, server: str, state: bytes) -> list[bytes]:
        """Publish the state of the server at this address. Return the states published in the last ``STATE_SECONDS``
        by the clock of the stream's server, this one included."""
        key = f"{self._key}:servers"
        asking = self._redis.pipeline(transaction=False)
        asking.time()
        asking.hgetall(key)
        (seconds, microseconds), found = await self._asked(asking.execute())
        now = seconds + microseconds / 1e6
        found[server.encode()] = b"%.3f %s" % (now, state)
        states = {name: value.partition(b" ") for name, value in found.items()}
        late = [name for name, (at, _, _) in states.items() if now - float(at) > STATE_SECONDS]
        changing = self._redis.pipeline(transaction=False)
        changing.hset(key, server, found[server.encode()])
        if late:
            changing.hdel(key, *late)
        changing.expire(key, EXPIRE_SECONDS)
        await self._asked(changing.execute())
        return [value for name, (_, _, value) in states.items() if name not in late]

    async def remove_state(self, server: str) -> None:
        """Remove the server's state: it ends."""
        await self._asked(self._redis.hdel(f"{self._key}:servers", server))
