"""What the server that leads keeps at the stream's server, for whichever leads after it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from redis.exceptions import WatchError

from app.history.live_connection import LiveConnection

Fields = Mapping[str, bytes | None]
"""What a document's fields become; those that are None are removed."""

WRITER = b"writer"
"""Of the index's fields the one that names no document."""

INDEX_SECONDS = 8 * 24 * 3600
"""After which the names of documents are gone, if nothing has been written: no document is kept for longer."""


class Overtaken(Exception):
    """A server that has begun to lead later has written here: this one may no more."""


class NotKept(Exception):
    """What there is was not written by this server."""


class Document(NamedTuple):
    """``seconds``: after which it is gone, unless it is written again."""

    fields: Mapping[str, bytes]
    seconds: float


class LiveDocuments:
    """Documents of one ``kind``, each of named fields and with a time after which it is gone.

    ``writer``: this server's number among those that have led. Once it has written here, no server with a smaller
    number can. Everything raises StreamLost.
    """

    def __init__(self, connection: LiveConnection, kind: str, writer: int) -> None:
        self._redis = connection.redis
        self._asked = connection.asked
        self._key = f"{connection.key}:{kind}"
        self._writer = writer

    async def read(self) -> dict[str, Document]:
        """All that there are, whoever has written them."""
        return await self._asked(self._read())

    async def write(self, changed: Mapping[str, tuple[Fields, float] | None], *, whole: bool = False) -> None:
        """Change fields of documents, in one transaction, and after how many seconds each is gone; remove those that
        are None. ``whole``: nothing but this is there then. Raises Overtaken; NotKept where this server has not written
        yet, or what it has written is gone: then write ``whole``."""
        await self._asked(self._write(changed, whole))

    async def _read(self) -> dict[str, Document]:
        found: Any = await self._redis.hkeys(self._key)
        names = [name.decode() for name in found if name != WRITER]
        asking = self._redis.pipeline(transaction=False)
        for name in names:
            asking.hgetall(self._name(name))
            asking.pttl(self._name(name))
        answers = await asking.execute()
        return {
            name: Document({field.decode(): value for field, value in fields.items()}, left / 1000)
            for name, fields, left in zip(names, answers[::2], answers[1::2], strict=True)
            if fields
        }

    async def _write(self, changed: Mapping[str, tuple[Fields, float] | None], whole: bool) -> None:
        async with self._redis.pipeline(transaction=True) as pipeline:
            await pipeline.watch(self._key)
            index: Any = await pipeline.hgetall(self._key)
            before = int(index.get(WRITER, 0))
            if before > self._writer:
                raise Overtaken
            if before < self._writer and not whole:
                raise NotKept
            pipeline.multi()  # type: ignore[no-untyped-call]
            if whole:
                pipeline.delete(self._key, *(self._name(name.decode()) for name in index if name != WRITER))
            for name, change in changed.items():
                if change is None:
                    pipeline.delete(self._name(name))
                    pipeline.hdel(self._key, name)
                    continue
                fields, seconds = change
                if removed := [field for field, value in fields.items() if value is None]:
                    pipeline.hdel(self._name(name), *removed)
                if put := {field: value for field, value in fields.items() if value is not None}:
                    pipeline.hset(self._name(name), mapping=put)  # type: ignore[arg-type]
                pipeline.pexpire(self._name(name), round(seconds * 1000))
                pipeline.hset(self._key, name, b"")
            pipeline.hset(self._key, WRITER.decode(), str(self._writer))
            pipeline.expire(self._key, INDEX_SECONDS)
            try:
                await pipeline.execute()
            except WatchError:
                raise Overtaken from None

    def _name(self, document: str) -> str:
        return f"{self._key}:{document}"
