"""Threads in which drawings and pictures are read. What takes long has its own, so that it holds up nothing else."""

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple, Unpack

from anyio import to_thread

from app.web.turns import Turns

LIGHT, HEAVY = 2, 1
"""At work at the same time. A heavy picture may need some 400 MB while it is decoded."""

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


class ReadingWork:
    """Clients take turns in each kind. How many may wait is bounded by their connections, and where they have sent much
    by the places for large bodies."""

    def __init__(self) -> None:
        self._light, self._heavy = Turns(LIGHT), Turns(HEAVY)

    async def run(self, client: str, heavy: bool, work: Callable[[Unpack[Arguments]], T], *arguments: *Arguments) -> T:
        async with (self._heavy if heavy else self._light).turn(client):
            return await to_thread.run_sync(work, *arguments)
