"""The stream by which the server that writes a history tells the others what it has written: Valkey's or Redis's."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Self, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

T = TypeVar("T")

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

ANSWER_SECONDS = 2.0
"""How long the stream's server may take to answer, besides the time for which it was told to wait."""


class StreamLost(Exception):
    """The stream cannot be reached, or does not do what it is told. The message has no password in it."""


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
    """Open it with ``async with LiveStream.open(url, secret)``. Everything that asks the server raises StreamLost."""

    def __init__(self, redis: Redis, key: str) -> None:
        self._redis = redis
        self._key = key

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, secret: bytes) -> AsyncIterator[Self]:
        """Nothing is asked of the server yet. ``secret`` is the history's: each has a stream of its own. Raises
        ValueError for an address that is none."""
        scheme, _, rest = url.partition("://")
        scheme = scheme.replace("valkey", "redis")
        redis = Redis.from_url(
            f"{scheme}://{rest}", socket_connect_timeout=ANSWER_SECONDS, socket_keepalive=True,
            retry=Retry(NoBackoff(), 0),
        )  # fmt: skip
        try:
            yield cls(redis, f"threeseven:{hashlib.sha256(b'stream' + secret).hexdigest()[:16]}")
        finally:
            await redis.aclose()

    async def add(self, entries: Sequence[Entry]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for position, at, update in entries:
            fields: dict[Any, Any] = {UPDATE: update, AT: f"{at:.6f}"}
            pipeline.xadd(self._key, fields, id=str(position), maxlen=KEPT, approximate=False)
        pipeline.expire(self._key, EXPIRE_SECONDS)
        await self._asked(pipeline.execute(), ANSWER_SECONDS)

    async def last(self) -> Position:
        """Of the newest entry."""
        found: Any = await self._asked(self._redis.xrevrange(self._key, count=1), ANSWER_SECONDS)
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
        """Say how a server is, which its address names, and learn how all are that have said so lately, this one
        included. What is late is by the clock of the stream's server."""
        key = f"{self._key}:servers"
        asking = self._redis.pipeline(transaction=False)
        asking.time()
        asking.hgetall(key)
        (seconds, microseconds), found = await self._asked(asking.execute(), ANSWER_SECONDS)
        now = seconds + microseconds / 1e6
        found[server.encode()] = b"%.3f %s" % (now, state)
        said = {name: value.partition(b" ") for name, value in found.items()}
        late = [name for name, (at, _, _) in said.items() if now - float(at) > STATE_SECONDS]
        saying = self._redis.pipeline(transaction=False)
        saying.hset(key, server, found[server.encode()])
        if late:
            saying.hdel(key, *late)
        saying.expire(key, EXPIRE_SECONDS)
        await self._asked(saying.execute(), ANSWER_SECONDS)
        return [value for name, (_, _, value) in said.items() if name not in late]

    async def remove_state(self, server: str) -> None:
        """It is no more there."""
        await self._asked(self._redis.hdel(f"{self._key}:servers", server), ANSWER_SECONDS)

    async def _asked(self, answer: Awaitable[T], seconds: float) -> T:
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            raise StreamLost(f"it has not answered for {seconds:g} s") from None
        except (RedisError, OSError) as error:
            raise StreamLost(str(error)) from None
