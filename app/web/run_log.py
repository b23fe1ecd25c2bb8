"""A run's log, as broadcasts read it."""

from collections.abc import Sequence

from app.history.history import History
from app.record import Record
from app.web.broadcast import Head
from app.web.frames import Form, record_frames


class RunLog:
    """Methods raise UnknownRun where there is no such run."""

    def __init__(self, history: History, run: str) -> None:
        self._history = history
        self._run = run

    async def read(self, after: int, limit_bytes: int, types: frozenset[str] | None = None) -> list[Record]:
        return await self._history.read(self._run, after, limit_bytes, types)

    async def wait(self, after: int) -> None:
        await self._history.wait(self._run, after)

    async def head(self) -> Head:
        run = await self._history.get(self._run)
        return Head(run.seq, run.active)

    def newest_weights(self) -> int:
        return self._history.newest_weights(self._run)

    def frames(self, records: Sequence[Record], form: Form) -> bytes:
        return record_frames(records, self._run, form)
