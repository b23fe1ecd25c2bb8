"""The classes of this server: who may find them, who is there, and what they are sent."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Self

from limits import RateLimitItemPerMinute

from app.lessons.contents import lesson
from app.web.classroom.class_log import ClassLog
from app.web.classroom.class_state import ClassState
from app.web.classroom.code import read_code
from app.web.classroom.poll import distributions
from app.web.classroom.questions import questions
from app.web.classroom.store import ClassStore, Standing, UnknownClass
from app.web.guesses import Guesses

WRONG_CODES = RateLimitItemPerMinute(30, namespace="wrong codes")
"""Codes of no class that an address may send before its next ones are checked slowly: a whole class mistypes less."""

GONE_AFTER = 3.0
"""Seconds after which a member without a page is gone: one that goes to another page comes back before."""

TITLES = {"": "Watch", "lessons": "Lessons", "draw": "Draw", "runs": "Runs", "compare": "Compare"}
"""What pages are called that are no lessons, by what their path begins with."""

LOOK = 60.0
"""Seconds between two looks for classes whose time is over."""


class Classes:
    """Open it with ``async with Classes.open(store)``."""

    def __init__(self, store: ClassStore) -> None:
        self.store = store
        self._guesses = Guesses(WRONG_CODES)
        self._logs: dict[str, ClassLog] = {}
        self._going: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, store: ClassStore) -> AsyncIterator[Self]:
        made = cls(store)
        looking = asyncio.create_task(made._look(), name="classes")
        try:
            yield made
        finally:
            for task in (looking, *made._going):
                task.cancel()
            await asyncio.gather(looking, *made._going, return_exceptions=True)

    async def find(self, typed: str, client: str, *, member: str | None = None, trusted: bool = False) -> str:
        """The code of an open class. Raises UnknownClass, and TooManyGuesses for an address that tries many; members
        who have been there and who is ``trusted`` do not guess."""
        code = read_code(typed)
        if code is None:
            raise UnknownClass
        if member is not None and await self.store.knows(code, member):
            return code
        try:
            await self.store.standing(code)
        except UnknownClass:
            if not trusted:
                await self._guesses.check(client, False)
            raise
        if not trusted:
            await self._guesses.check(client, True)
        return code

    async def state(self, code: str) -> ClassState:
        """Raises UnknownClass."""
        return _state(code, await self.store.standing(code))

    def log(self, code: str) -> ClassLog:
        if code not in self._logs:
            self._logs[code] = ClassLog(code, self.store, partial(_state, code))
        return self._logs[code]

    @asynccontextmanager
    async def attending(self, code: str, member: str, follows: bool) -> AsyncIterator[None]:
        """Count a member's page for as long as this lasts, and a little longer. Raises UnknownClass, ClassFull."""
        await self.store.come(code, member, follows)
        try:
            yield
        finally:
            task = asyncio.create_task(self._go(code, member))
            self._going.add(task)
            task.add_done_callback(self._going.discard)

    async def _go(self, code: str, member: str) -> None:
        await asyncio.sleep(GONE_AFTER)
        with suppress(UnknownClass):
            await self.store.go(code, member)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            await self.store.count()
            for code in [*self._logs]:
                try:
                    await self.store.standing(code)
                except UnknownClass:
                    del self._logs[code]


def _title(standing: Standing) -> str | None:
    if standing.page is None:
        return None
    if standing.lesson is not None:
        return lesson(standing.lesson).title
    first = re.split("[/?#]", standing.page)[1]
    return TITLES.get(first, first)


def _state(code: str, standing: Standing) -> ClassState:
    poll = standing.released and standing.lesson
    return ClassState(
        code=code,
        page=standing.page,
        title=_title(standing),
        lesson=standing.lesson,
        released=standing.released,
        here=standing.here,
        following=standing.following,
        answered=len(standing.answers),
        done=standing.done,
        poll=distributions(questions(poll), standing.answers) if poll else None,
    )
