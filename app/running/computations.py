"""Experiments that are being computed, or wait to be."""

import asyncio
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable

from pydantic import BaseModel

from app.running.protocol import ComputeExperiment
from app.running.queue import QueueFull

WAITING = 100
"""Questions that may wait: a class that asks at once, three times over."""

STEP_SECONDS = 2.0
"""A step of an experiment takes less, on a slow and busy machine too: ``app.experiments`` bounds its work."""

AT_ONCE = 4
"""Questions that a worker computes by turns, so that a short one does not wait for a long one."""

ANSWER_SECONDS = 20.0
"""How long it may take altogether from its first turn, however many share its worker."""

WAIT_SECONDS = 20.0
"""How long one may wait for its turn: a worker that is still loading PyTorch takes some seconds."""


class ExperimentFailed(Exception):
    """The message is a plain sentence for the person who asked."""


class Busy(Exception):
    """No worker was free for so long. The message is a plain sentence."""


class Computation:
    """One question, and those who wait for its answer."""

    def __init__(self, name: str, parameters: str, seconds: float) -> None:
        self.command = ComputeExperiment(id=secrets.token_hex(5), name=name, parameters=parameters, seconds=seconds)
        self.future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.waiters = 0
        self.answer: bytes | None = None
        self.too_long = False
        self.timer: asyncio.TimerHandle | None = None

    @property
    def id(self) -> str:
        return self.command.id

    @property
    def step_seconds(self) -> float:
        return STEP_SECONDS

    def end(self, reason: str | None) -> None:
        """The task is over; ``reason``: without an answer."""
        if self.future.done():
            return
        if self.answer is not None:
            self.future.set_result(self.answer)
        elif self.too_long:
            self.future.set_exception(_too_long(self.command.seconds))
        else:
            self.future.set_exception(ExperimentFailed(reason or "The experiment was cancelled."))


class _Waiting:
    """Computations that wait, each in the line of every client that asks for it. Clients are served by turns, each
    line's first comes first."""

    def __init__(self) -> None:
        self._all: set[Computation] = set()
        self._lines: OrderedDict[str, deque[Computation]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, computation: Computation) -> bool:
        return computation in self._all

    def add(self, client: str, computation: Computation) -> None:
        self._all.add(computation)
        line = self._lines.setdefault(client, deque())
        if computation not in line:
            line.append(computation)

    def take(self) -> Computation:
        """The first of the client that has waited longest since its last turn. Raises IndexError where none waits."""
        while self._lines:
            client, line = self._lines.popitem(last=False)
            computation = line.popleft()
            if line:
                self._lines[client] = line
            if computation in self._all:  # else it was taken from another line, or is not waited for any more
                self._all.remove(computation)
                return computation
            if line:
                self._lines.move_to_end(client, last=False)  # that was no turn
        raise IndexError("no computation waits")

    def remove(self, computation: Computation) -> None:
        self._all.remove(computation)
        for client, line in list(self._lines.items()):
            if computation in line:
                line.remove(computation)
            if not line:
                del self._lines[client]


class Computations:
    """The same question asked at once is computed once; those who ask are served by turns, however much one of them
    asks. ``seconds`` of a processor are what one may take: turns of others, and other programs, are not its work.
    ``wake`` is called when there is one to begin, ``cancel`` when one that has begun need not go on."""

    def __init__(self, seconds: float, wake: Callable[[], None], cancel: Callable[[Computation], None]) -> None:
        self._seconds, self._wake, self._cancel = seconds, wake, cancel
        self._asked: dict[tuple[str, str], Computation] = {}
        self._waiting = _Waiting()

    @property
    def waiting(self) -> bool:
        return bool(self._waiting)

    async def compute(self, name: str, parameters: BaseModel, client: str = "") -> bytes:
        """The answer as JSON; ``client`` is who asks. Raises ExperimentFailed, QueueFull, TimeoutError where it takes
        longer than its seconds or ANSWER_SECONDS, and Busy where it waits longer than WAIT_SECONDS."""
        question = name, parameters.model_dump_json()
        computation = self._asked.get(question)
        if computation is None:
            if len(self._waiting) >= WAITING:
                raise QueueFull(WAITING, "experiments")
            computation = self._asked[question] = Computation(*question, self._seconds)
            self._waiting.add(client, computation)
            self._limit(computation, WAIT_SECONDS, Busy(f"No worker was free for {WAIT_SECONDS:g} s."))
            self._wake()
        elif computation in self._waiting:
            self._waiting.add(client, computation)
        computation.waiters += 1
        try:
            return await asyncio.shield(computation.future)
        finally:
            computation.waiters -= 1
            if not computation.waiters:
                self._forget(question, computation)

    def take(self) -> Computation:
        """The next one, to be given to a worker now."""
        computation = self._waiting.take()
        self._limit(computation, ANSWER_SECONDS, _too_long(ANSWER_SECONDS))
        return computation

    def fail(self, reason: str) -> None:
        """End all that wait, for ``reason``."""
        while self._waiting:
            self._waiting.take().end(reason)

    def _limit(self, computation: Computation, seconds: float, error: Exception) -> None:
        if computation.timer is not None:
            computation.timer.cancel()
        computation.timer = asyncio.get_running_loop().call_later(seconds, _give_up, computation, error)

    def _forget(self, question: tuple[str, str], computation: Computation) -> None:
        """Nobody waits for it any more: with its answer, or because the last has left."""
        if self._asked.get(question) is computation:
            del self._asked[question]
        if computation.timer is not None:
            computation.timer.cancel()
        if computation in self._waiting:
            self._waiting.remove(computation)
        elif computation.answer is None:
            self._cancel(computation)
        computation.future.cancel()


def _too_long(seconds: float) -> TimeoutError:
    return TimeoutError(f"The experiment took longer than {seconds:g} s.")


def _give_up(computation: Computation, error: Exception) -> None:
    if not computation.future.done():
        computation.future.set_exception(error)
