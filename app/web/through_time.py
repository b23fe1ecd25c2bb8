"""All kept models of a run, ready to read a drawing."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.checkpoint import Checkpoint
from app.handwriting.ink import Image
from app.handwriting.predictor import Diverged, Predictor, from_safetensors
from app.handwriting.stack import Stack
from app.history.history import History
from app.web.problems import Problem
from app.web.reading_work import ReadingWork
from app.web.turns import Turns

HELD_BYTES = 64 * 1024 * 1024
"""Of all stacks together. 200 models of 30 units are 19 MB, of 100 units 63 MB. A run with more (200 of 256 units are
161 MB) is not held: it is read in pieces, at each question anew."""

PIECE_BYTES = 16 * 1024 * 1024
"""Of checkpoints that are fetched, and stacked, at a time."""

Logits = NDArray[np.float64]


@dataclass
class Held:
    """A run's models in the order of their steps. It only grows."""

    steps: list[int] = field(default_factory=list)
    stacks: list[Stack] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        return sum(stack.bytes for stack in self.stacks)


class ThroughTime:
    """Holds the models of the runs asked about last, as many as ``HELD_BYTES`` have room for."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._stacking = Turns(1)
        self._work = ReadingWork()

    async def read(
        self, history: History, run: str, image: Image, client: str, after: int = -1
    ) -> tuple[list[int], Logits]:
        """The steps beyond ``after`` whose models are kept, and what each makes of an image of 784 pixels: NaN where it
        had diverged. Clients take turns. Raises UnknownRun, and Problem 409 for models that cannot read."""
        held = self._held.get(run)
        if held is None or await history.checkpoints(run, held.steps[-1], 1):
            async with self._stacking.turn(client):
                return await self._read_anew(history, run, image, client, after)
        self._held.move_to_end(run)
        return _beyond(after, *(await self._read_held(held, image, client)))

    def forget(self, run: str) -> None:
        """It has no models any more."""
        self._held.pop(run, None)

    async def _read_held(self, held: Held, image: Image, client: str) -> tuple[list[int], Logits]:
        steps = list(held.steps)
        return steps, await self._work.run(client, False, _read, list(held.stacks), image)

    async def _read_anew(
        self, history: History, run: str, image: Image, client: str, after: int
    ) -> tuple[list[int], Logits]:
        """With models that are not held, and are from now on where there is room for all."""
        # Where a run is not held and only what is new is asked for, the rest of it is not fetched.
        held = self._held.get(run) or (Held() if after < 0 else None)
        last = held.steps[-1] if held and held.steps else after
        steps: list[int] = []
        logits: list[Logits] = []
        while page := await history.checkpoints(run, last, PIECE_BYTES):
            more = [checkpoint.step for checkpoint in page]
            last = more[-1]
            stack = await self._work.run(client, True, _stacked, run, page)
            if held is not None and held.bytes + stack.bytes > HELD_BYTES:
                steps, read = await self._read_held(held, image, client)
                logits = [read]
                self.forget(run)
                held = None
            if held is not None:
                held.steps += more
                held.stacks.append(stack)
            else:
                steps += more
                logits.append(await self._work.run(client, False, stack.logits, image))
        if held is not None and held.steps:
            self._hold(run, held)
            steps, read = await self._read_held(held, image, client)
            logits = [read]
        return _beyond(after, steps, np.concatenate([np.empty(0), *logits]))

    def _hold(self, run: str, held: Held) -> None:
        self._held[run] = held
        self._held.move_to_end(run)
        while sum(each.bytes for each in self._held.values()) > HELD_BYTES:
            self._held.popitem(last=False)


def _stacked(run: str, page: Sequence[Checkpoint]) -> Stack:
    try:
        return Stack([_predictor(run, checkpoint) for checkpoint in page])
    except ValueError as error:
        raise Problem(409, "Unusable models", f"Run {run} up to step {page[-1].step}: {error}.") from None


def _predictor(run: str, checkpoint: Checkpoint) -> Predictor | None:
    try:
        return from_safetensors(checkpoint.data)
    except Diverged:
        return None
    except ValueError as error:
        raise Problem(409, "Unusable model", f"Run {run} at step {checkpoint.step}: {error}.") from None


def _read(stacks: Sequence[Stack], image: Image) -> Logits:
    return np.concatenate([np.empty(0), *(stack.logits(image) for stack in stacks)])


def _beyond(after: int, steps: list[int], logits: Logits) -> tuple[list[int], Logits]:
    first = bisect_right(steps, after)
    return steps[first:], logits[first:]
