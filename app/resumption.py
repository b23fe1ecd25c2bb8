"""Where a run goes on whose worker was lost."""

from collections.abc import Iterable
from math import isfinite, nan
from struct import Struct
from typing import Self
from zlib import crc32

from pydantic import BaseModel, ConfigDict

from app.controls import Pace
from app.events import Controlled, Event, Steps, Summary
from app.recipe import Device
from app.run import Run

COMPARED = ("loss", "accuracy", "learning_rate", "gradient_norm")

MOST_CHECKSUMS = 1 << 20
"""Of runs that go on together: 4 MB. The longest run has half as many steps."""

_FIGURES = Struct("<4d")


class Resumption(BaseModel):
    """A model that a run goes on from, and what its log says after that: all this is computed again, without a word,
    and then the run goes on as if nothing had been.

    ``checkpoint`` is the file of a kept model, of the step ``step``; without one it is the run's first weights.
    ``device`` is the kind of device that the run began on and ``started`` its ``RunStarted.time``, None where its log
    has not come so far. ``last`` is the last step in the log, ``epoch`` the last whose end is there, ``kept`` the last
    step whose model it calls kept (-1 for none), ``shown`` every step whose weights are there; ``seconds`` it had gone
    on for. Of what was logged after the model: ``checksums``, of ``block`` steps each, and the learning ``rates`` that
    were set, each with the number of steps taken before. ``paused``: as the log says; ``pauses``: as the run was told
    last, which it may not have said. ``kept_summary``: the run's, were it to end now with its newest kept model. Of
    ``steps_per_second`` and ``pace`` one may be set.
    """

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    checkpoint: bytes | None
    device: Device | None
    started: float | None
    step: int
    last: int
    epoch: int
    kept: int
    shown: frozenset[int]
    seconds: float
    summary: Summary
    kept_summary: Summary
    block: int
    checksums: bytes
    rates: tuple[tuple[int, float], ...]
    paused: bool
    pauses: bool
    steps_per_second: float | None
    pace: Pace | None

    @classmethod
    def of(
        cls,
        run: Run,
        checkpoint: bytes | None,
        step: int,
        events: Iterable[Event],
        *,
        kept: int,
        kept_summary: Summary,
        shown: Iterable[int],
        block: int = 1,
    ) -> Self:
        """``events``: at least the ``Steps`` beyond ``step`` (some of which may stand before its model in the log) and
        the ``Controlled`` from it on, in order."""
        checksums, rates = Checksums(block), []
        pauses = paused = run.state == "paused"
        last, seconds = step, 0.0
        for event in events:
            match event:
                case Steps():
                    if (after := event.beyond(step)).step:
                        checksums.add(after)
                        last, seconds = after.step[-1], after.milliseconds[-1] / 1000
                case Controlled(what="learning_rate", value=float(rate), step=at) if at >= step:
                    rates.append((at, rate))
                case Controlled(what="pause" | "step"):
                    pauses = True
                case Controlled(what="resume"):
                    pauses = False
        checksums.close()
        return cls.model_validate(
            {
                "checkpoint": checkpoint, "device": run.device, "started": run.started, "step": step, "last": last,
                "epoch": run.epoch, "kept": kept, "shown": frozenset(shown), "seconds": seconds,
                "summary": run.summary, "kept_summary": kept_summary, "block": block,
                "checksums": bytes(checksums.found), "rates": rates, "paused": paused, "pauses": pauses,
                "steps_per_second": run.steps_per_second, "pace": run.pace,
            }
        )  # fmt: skip


class Checksums:
    """Of what two computations of the same steps must agree on, every ``block`` steps: 4 bytes each in ``found``."""

    def __init__(self, block: int) -> None:
        self.found = bytearray()
        self._block, self._count, self._sum = block, 0, 0

    def add(self, steps: Steps) -> None:
        """``steps`` follow those that were added before."""
        for figures in zip(*(map(_number, getattr(steps, name)) for name in COMPARED), strict=True):
            self._sum = crc32(_FIGURES.pack(*figures), self._sum)
            self._count += 1
            if self._count == self._block:
                self.close()

    def close(self) -> None:
        """End a block that is not full."""
        if self._count:
            self.found += self._sum.to_bytes(4, "little")
            self._count = self._sum = 0


def _number(value: float | None) -> float:
    """In a log there is no other than this one that is none."""
    return value if value is not None and isfinite(value) else nan
