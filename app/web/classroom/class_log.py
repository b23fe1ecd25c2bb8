"""A class as a log whose one record is how it stands: each follower is sent the newest, encoded once for all."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic

from app.record import Record
from app.web.broadcast import Head
from app.web.classroom.store import ClassStore, Standing, UnknownClass
from app.web.frames import Form, text_frame

PAUSE = 0.25
"""Seconds between two frames that only count: of three hundred that answer at once nobody needs three hundred frames.
What the class is shown, and that its answers are released, is sent at once."""


class _Last(Record):
    """The class is closed."""

    @property
    def ends(self) -> bool:
        return True


class ClassLog:
    """``state``: a class's standing as the fields of its frame."""

    def __init__(self, code: str, store: ClassStore, state: Callable[[Standing], dict[str, object]]) -> None:
        self.name = f"class {code}"
        self._code, self._store, self._state = code, store, state
        self._newest = Record(0, "Class", None, b"")
        self._rest_until = 0.0

    async def read(self, after: int, limit_bytes: int, types: frozenset[str] | None = None) -> list[Record]:
        try:
            standing = await self._store.standing(self._code)
        except UnknownClass:
            closed = {"type": "Class", "code": self._code, "closed": True}
            return [_Last(self._newest.seq + 1, "Class", None, json.dumps(closed).encode())]
        if standing.version <= after:
            return []
        if standing.version != self._newest.seq:
            frame = {"type": "Class", **self._state(standing), "closed": False}
            self._newest = Record(standing.version, "Class", None, json.dumps(frame).encode())
        return [self._newest]

    async def wait(self, after: int) -> None:
        await self._store.wait(self._code, after)
        if (rest := self._rest_until - monotonic()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await self._store.wait(self._code, after, steered=True)
        self._rest_until = monotonic() + PAUSE

    async def head(self) -> Head:
        try:
            return Head((await self._store.standing(self._code)).version, True)
        except UnknownClass:
            return Head(self._newest.seq + 1, True)

    def newest_weights(self) -> int:
        return 0

    def frames(self, records: Sequence[Record], form: Form) -> bytes:
        return b"".join(text_frame(record.data) for record in records)
