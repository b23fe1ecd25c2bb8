"""The classes of several servers: in the memory of the one that leads, and at the stream's server as well, from where
the one that leads after it takes them.

Neither is needed while there is the other: a class is lost only with both. Who is there is in memory alone, since pages
say so again when they have another server.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from app.history.live_connection import ANSWER_SECONDS, StreamLost
from app.history.live_documents import Document, LiveDocuments, NotKept, Overtaken
from app.web.classroom.questions import Answer
from app.web.classroom.store import MemoryStore, OpenClass
from app.web.leader import NoLeader

BEAT_SECONDS = 1.0
"""Between two looks whether what is kept is still there, while a class is open; and two attempts to keep it."""

PAGE, RELEASED = "page", "released"
"""A document's fields, besides one for each member and one for each of its answers."""

logger = logging.getLogger(__name__)


class SharedStore(MemoryStore):
    """A :class:`~app.web.classroom.store.ClassStore` for several servers, of which the one that leads is asked alone:
    there, :meth:`kept` is to go on. A change is kept before whoever has made it gets an answer, unless the stream's
    server cannot be reached. Raises NoLeader where another server has begun to lead."""

    def __init__(self, hours: float, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(hours, now)
        self._documents: LiveDocuments | None = None
        self._touched: dict[str, set[str]] = {}
        """Of each class, fields that are not kept as they are now."""
        self._written: asyncio.Future[bool] | None = None
        """Whether the touched fields are kept, once that is known: False where another server leads."""
        self._wake = asyncio.Event()
        self._whole = True
        """Nothing is known of what is kept."""
        self._lost = False
        self._warned = False
        """The log has been told that classes would be lost with this server."""

    @asynccontextmanager
    async def kept(self, documents: LiveDocuments) -> AsyncIterator[None]:
        """While this goes on, all is kept in ``documents``. What is there of the server that led before is taken over
        first, where it can be had soon."""
        self._documents = documents
        keeping = asyncio.create_task(self._keep(documents), name="classes kept")
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(2 * ANSWER_SECONDS):
                    await self._settled()
            yield
        finally:
            self._documents = None
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            if self._written is not None and not self._written.done():
                self._written.set_result(True)

    async def open(self) -> str:
        code = await super().open()
        await self._save(code, PAGE, RELEASED)
        return code

    async def close(self, code: str) -> None:
        await super().close(code)
        await self._save(code)

    async def show(self, code: str, page: str, lesson: str | None) -> None:
        done = [_member(member) for member in self._find(code).done]  # which may be so no more
        await super().show(code, page, lesson)
        await self._save(code, PAGE, *done)

    async def release(self, code: str, lesson: str, released: bool) -> None:
        await super().release(code, lesson, released)
        await self._save(code, RELEASED)

    async def answer(self, code: str, member: str, lesson: str, answers: Mapping[str, Answer]) -> None:
        await super().answer(code, member, lesson, answers)
        await self._save(code, _member(member), f"answer {lesson} {member}")

    async def done(self, code: str, member: str, done: bool) -> None:
        await super().done(code, member, done)
        await self._save(code, _member(member))

    async def come(self, code: str, member: str, follows: bool) -> None:
        await super().come(code, member, follows)
        self._touch(code, _member(member))

    async def keep(self, code: str) -> None:
        await super().keep(code)
        await self._save(code)

    def _close(self, closed: OpenClass) -> None:
        super()._close(closed)
        self._touch(closed.code)

    def _forget(self, found: OpenClass, member: str) -> None:
        super()._forget(found, member)
        self._touch(found.code, _member(member))

    def _touch(self, code: str, *fields: str) -> None:
        """Have these fields kept soon, and the class for its time from now on."""
        if self._documents is not None:
            self._touched.setdefault(code, set()).update(fields)
            self._wake.set()

    async def _save(self, code: str, *fields: str) -> None:
        """:meth:`_touch`, and :meth:`_settled`."""
        self._touch(code, *fields)
        await self._settled()

    async def _settled(self) -> None:
        """Return once what is touched now is kept, or cannot be. Raises NoLeader."""
        if self._documents is None or self._lost:
            return
        self._wake.set()
        if self._written is None:
            self._written = asyncio.get_running_loop().create_future()
        if not await asyncio.shield(self._written):
            raise NoLeader("it leads no more")

    async def _keep(self, documents: LiveDocuments) -> None:
        """Write what is touched, until cancelled."""
        while self._documents is documents:
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS if self._classes else None):
                    await self._wake.wait()
            self._wake.clear()
            touched, self._touched = self._touched, {}
            written, self._written = self._written, None
            leads = True
            try:
                await self._write(documents, touched)
            except Overtaken:
                leads = False
            except Exception as error:
                if self._documents is not documents:  # redis-py says so where it is cancelled in a transaction
                    return
                self._whole = True
                for code, fields in touched.items():
                    self._touch(code, *fields)
                self._wake.set()
                if self._classes and not self._warned:
                    self._warned = True
                    unexpected = not isinstance(error, StreamLost)
                    logger.warning("Classes are in this server's memory alone: %s", error, exc_info=unexpected)
                self._lost = True
            else:
                if self._warned:
                    logger.warning("Classes are kept beside this server's memory again.")
                self._lost = self._warned = False
            finally:
                if written is not None and not written.done():
                    written.set_result(leads)
            if self._lost:
                await asyncio.sleep(BEAT_SECONDS)

    async def _write(self, documents: LiveDocuments, touched: Mapping[str, set[str]]) -> None:
        """Raises StreamLost, Overtaken."""
        try:
            if self._whole:  # whether or not it was this server that has written what is there
                await documents.write({}, whole=False)
            else:
                return await documents.write({code: self._changed(code, fields) for code, fields in touched.items()})
        except NotKept:
            self._whole = True
            for code, document in (await documents.read()).items():
                if code not in self._classes and code not in touched and document.seconds > 0:
                    self._take(code, document)
        await documents.write(
            {code: self._changed(code, _fields(found)) for code, found in self._classes.items()}, whole=True
        )
        self._whole = False

    def _changed(self, code: str, fields: set[str]) -> tuple[dict[str, bytes | None], float] | None:
        """What these fields of a class are now, and for how many seconds it is open; None where it is not."""
        if (found := self._classes.get(code)) is None:
            return None
        return {field: _value(found, field) for field in fields}, found.kept_at + self._seconds - self._now()

    def _take(self, code: str, document: Document) -> None:
        """Go on with a class of the server that led before."""
        found = OpenClass(code, self._now() + document.seconds - self._seconds)
        try:
            for field, value in document.fields.items():
                _put(found, field, json.loads(value))
        except (ValueError, TypeError):
            logger.warning("A class is over: what another server has kept of it cannot be read.")
        else:
            self._classes[code] = found


def _member(member: str) -> str:
    return f"member {member}"


def _fields(found: OpenClass) -> set[str]:
    """All that is kept of a class."""
    answers = (f"answer {lesson} {member}" for lesson, given in found.answers.items() for member in given)
    return {PAGE, RELEASED, *map(_member, found.follows), *answers}


def _value(found: OpenClass, field: str) -> bytes | None:
    """None where there is none any more."""
    match field.split(" "):
        case ["page"]:
            value: object = [found.page, found.lesson]
        case ["released"]:
            value = sorted(found.released)
        case ["answer", lesson, member]:
            value = found.answers[lesson][member]
        case [_, member]:
            if member not in found.follows:
                return None
            value = [found.follows[member], member in found.done]
    return json.dumps(value).encode()


def _put(found: OpenClass, field: str, value: object) -> None:
    """Undo :func:`_value`. Raises ValueError, TypeError."""
    match field.split(" "), value:
        case ["page"], [str() | None as page, str() | None as lesson]:
            found.page, found.lesson = page, lesson
        case ["released"], [*lessons]:
            found.released = {*map(str, lessons)}
        case ["answer", lesson, member], dict():
            found.answers.setdefault(lesson, {})[member] = value
        case ["member", member], [bool() as follows, bool() as done]:
            found.follows[member] = follows
            if done:
                found.done.add(member)
        case _:
            raise ValueError(field)
