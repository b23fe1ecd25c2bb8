"""Following a run as a viewer does."""

from typing import TypeVar

import anyio

from app.events import Event, Steps
from app.history.history import History
from app.recipe import Recipe
from tests.waiting import PATIENCE

E = TypeVar("E", bound=Event)

LONG = Recipe(epochs=1000, batch_size=32)
"""387,000 steps, which no test waits for."""


class Watcher:
    """What a run has said so far, in ``events``."""

    def __init__(self, history: History, run: str) -> None:
        self._history, self._run = history, run
        self._seq = 0
        self.events: list[Event] = []

    async def until(self, type: type[E], **fields: object) -> E:
        """The next event, from where this was called last, of this type and with these fields."""
        with anyio.fail_after(PATIENCE):
            while True:
                records = await self._history.read(self._run, self._seq, limit_bytes=1)
                for record in records:
                    assert record.seq == self._seq + 1
                    self._seq = record.seq
                    event = record.event()
                    self.events.append(event)
                    if isinstance(event, type) and all(getattr(event, name) == fields[name] for name in fields):
                        return event
                if not records:
                    run = await self._history.get(self._run)
                    assert run.active, f"the run is {run.state} ({run.error}) and never said {type.__name__} {fields}"
                    await self._history.wait(self._run, self._seq)

    def column(self, name: str) -> list[float]:
        """A column of all steps so far."""
        return [value for event in self.events if isinstance(event, Steps) for value in getattr(event, name)]
