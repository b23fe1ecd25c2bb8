"""What is known of the classes that are open: the seam behind which several servers share it
(:mod:`app.web.classroom.shared_store`), and the store in this process's memory.

Nothing of it is personal: a member is a random string that its browser made up, and all that a class has is forgotten
when it is closed, or when who opened it has not come back for some hours.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from app.history.notifier import Notifier
from app.web.classroom.code import new_code
from app.web.classroom.questions import Answer

MOST_CLASSES = 32
"""Open at a time. Each may have some hundred kB of answers."""
MOST_MEMBERS = 1000
"""Members who may be there at a time, and whose answers to a lesson are kept: three times as many as were measured."""


class UnknownClass(Exception):
    """There is none of this code, or no more."""


class TooManyClasses(Exception):
    """As many as may be are open."""


class ClassFull(Exception):
    """It has as many members as it may have."""


class Standing(NamedTuple):
    """A class as it is now. ``version`` grows with each change. ``page``: what who opened it shows, a path with its
    query; ``lesson``: the slug of the lesson there. ``answers`` to that lesson; they are ``released`` or hidden."""

    version: int
    page: str | None
    lesson: str | None
    released: bool
    here: int
    following: int
    done: int
    answers: tuple[Mapping[str, Answer], ...]


class ClassStore(Protocol):
    """The classes that are open. Methods that take a code raise UnknownClass."""

    async def open(self) -> str:
        """A new class's code. Raises TooManyClasses."""

    async def close(self, code: str) -> None:
        """Forget all of it."""

    async def standing(self, code: str) -> Standing: ...

    async def wait(self, code: str, after: int, *, steered: bool = False) -> None:
        """Return once the class has a greater version than ``after``, or is closed; ``steered``: once it has been
        steered since then."""

    async def show(self, code: str, page: str, lesson: str | None) -> None:
        """Show the class this page. On another page (but for its query) nobody is done yet."""

    async def release(self, code: str, lesson: str, released: bool) -> None:
        """From now on all may see how the answers to this lesson are distributed, or no more."""

    async def answer(self, code: str, member: str, lesson: str, answers: Mapping[str, Answer]) -> None:
        """In the place of what this member answered before. Raises ClassFull."""

    async def done(self, code: str, member: str, done: bool) -> None:
        """Note whether this member is done with what is shown. Raises ClassFull."""

    async def come(self, code: str, member: str, follows: bool) -> None:
        """A page of this member's is there. Each call wants one of :meth:`go`. Raises ClassFull."""

    async def go(self, code: str, member: str) -> None: ...

    async def knows(self, code: str, member: str) -> bool:
        """Has this member been there? False for an unknown class, too."""

    async def keep(self, code: str) -> None:
        """Note that who opened the class is still there."""

    async def count(self) -> int:
        """Classes that are open."""


@dataclass
class OpenClass:
    """What a store knows of one. ``kept_at``: when who opened it was last there, by the store's clock."""

    code: str
    kept_at: float
    version: int = 1
    steered: int = 1
    page: str | None = None
    lesson: str | None = None
    released: set[str] = field(default_factory=set)
    answers: dict[str, dict[str, Mapping[str, Answer]]] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    """Of each member that is there, how many pages are open."""
    follows: dict[str, bool] = field(default_factory=dict)
    """Of each member that has been there, whether it follows."""
    done: set[str] = field(default_factory=set)
    changed: Notifier = field(default_factory=Notifier)
    was_steered: Notifier = field(default_factory=Notifier)


class MemoryStore:
    """A :class:`ClassStore` for one server. ``hours``: after so many without who opened it a class is closed."""

    def __init__(self, hours: float, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._now = hours * 3600, now
        self._classes: dict[str, OpenClass] = {}

    async def open(self) -> str:
        self._close_forgotten()
        if len(self._classes) >= MOST_CLASSES:
            raise TooManyClasses
        code = next(code for code in iter(new_code, "") if code not in self._classes)
        self._classes[code] = OpenClass(code, self._now())
        return code

    async def close(self, code: str) -> None:
        self._close(self._find(code))

    async def standing(self, code: str) -> Standing:
        found = self._find(code)
        return Standing(
            version=found.version,
            page=found.page,
            lesson=found.lesson,
            released=found.lesson in found.released,
            here=len(found.pages),
            following=sum(found.follows[member] for member in found.pages),
            done=len(found.done),
            answers=tuple(found.answers.get(found.lesson or "", {}).values()),
        )

    async def wait(self, code: str, after: int, *, steered: bool = False) -> None:
        while (found := self._classes.get(code)) and (found.steered if steered else found.version) <= after:
            await (found.was_steered if steered else found.changed).wait()

    async def show(self, code: str, page: str, lesson: str | None) -> None:
        found = self._find(code)
        found.kept_at = self._now()
        if page == found.page:
            return
        if _path(page) != _path(found.page or ""):
            found.done.clear()
        found.page, found.lesson = page, lesson
        self._note(found, steered=True)

    async def release(self, code: str, lesson: str, released: bool) -> None:
        found = self._find(code)
        found.kept_at = self._now()
        (found.released.add if released else found.released.discard)(lesson)
        self._note(found, steered=True)

    async def answer(self, code: str, member: str, lesson: str, answers: Mapping[str, Answer]) -> None:
        found = self._find(code)
        given = found.answers.setdefault(lesson, {})
        self._admit(given, member)
        self._meet(found, member)
        given[member] = dict(answers)
        self._note(found)

    async def done(self, code: str, member: str, done: bool) -> None:
        found = self._find(code)
        if done:
            self._meet(found, member)
        (found.done.add if done else found.done.discard)(member)
        self._note(found)

    async def come(self, code: str, member: str, follows: bool) -> None:
        found = self._find(code)
        self._admit(found.pages, member)
        self._meet(found, member)
        found.pages[member] = found.pages.get(member, 0) + 1
        found.follows[member] = follows
        self._note(found)

    async def go(self, code: str, member: str) -> None:
        found = self._find(code)
        if member not in found.pages:
            return
        found.pages[member] -= 1
        if not found.pages[member]:
            del found.pages[member]
        self._note(found)

    async def knows(self, code: str, member: str) -> bool:
        found = self._classes.get(code)
        return found is not None and member in found.follows

    async def keep(self, code: str) -> None:
        self._find(code).kept_at = self._now()

    async def count(self) -> int:
        self._close_forgotten()
        return len(self._classes)

    def _find(self, code: str) -> OpenClass:
        self._close_forgotten()
        if code not in self._classes:
            raise UnknownClass
        return self._classes[code]

    def _close_forgotten(self) -> None:
        before = self._now() - self._seconds
        for each in [*self._classes.values()]:
            if each.kept_at < before:
                self._close(each)

    def _close(self, closed: OpenClass) -> None:
        del self._classes[closed.code]
        closed.changed.notify()
        closed.was_steered.notify()

    def _note(self, found: OpenClass, *, steered: bool = False) -> None:
        found.version += 1
        if steered:
            found.steered = found.version
            found.was_steered.notify()
        found.changed.notify()

    def _admit(self, members: Mapping[str, object], member: str) -> None:
        if member not in members and len(members) >= MOST_MEMBERS:
            raise ClassFull

    def _meet(self, found: OpenClass, member: str) -> None:
        """Of those that have come and gone the first is forgotten where there are too many."""
        if member in found.follows:
            return
        if len(found.follows) >= 2 * MOST_MEMBERS:
            gone = next((each for each in found.follows if each not in found.pages), None)
            if gone is None:
                raise ClassFull
            self._forget(found, gone)
        found.follows[member] = False

    def _forget(self, found: OpenClass, member: str) -> None:
        del found.follows[member]
        found.done.discard(member)


def _path(page: str) -> str:
    return page.partition("#")[0].partition("?")[0]
