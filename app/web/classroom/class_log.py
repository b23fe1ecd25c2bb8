"""A class as a log whose one record is how it stands: each follower is sent the newest, encoded once for all."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic

from app.record import Record
from app.web.broadcast import Head
from app.web.classroom.class_state import ClassState
from app.web.classroom.store import ClassStore, Standing, UnknownClass
from app.web.frames import Form, text_frame
from app.web.stream_frames import Class, ClassClosed

PAUSE = 0.25
"""Seconds between two frames that only count: of three hundred that answer at once nobody needs three hundred frames.
What the class is shown, and that its answers are released, is sent at once."""


class _Last(Record):
    """The class is closed."""

    @property
    def ends(self) -> bool:
        return True


class ClassLog:
    """``state``: what everybody may see of a class's standing."""

    def __init__(self, code: str, store: ClassStore, state: Callable[[Standing], ClassState]) -> None:
        self.name = f"class {code}"
        self._code, self._store, self._state = code, store, state
        self._newest = Record(0, "Class", None, b"")
        self._rest_until = 0.0

    async def read(self, after: int, limit_bytes: int, types: frozenset[str] | None = None) -> list[Record]:
        try:
            standing = await self._store.standing(self._code)
        except UnknownClass:
            return [_Last(self._newest.seq + 1, "Class", None, ClassClosed(code=self._code).encode())]
        if standing.version <= after:
            return []
        if standing.version != self._newest.seq:
            frame = Class(**dict(self._state(standing)))
            self._newest = Record(standing.version, frame.type, None, frame.encode())
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
