"""Where a run goes on whose worker was lost."""

from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict

from app.controls import Pace
from app.events import Controlled, Event, Steps
from app.recipe import Device
from app.run import Run


class Resumption(BaseModel):
    """A model that the log says is kept, and what the log says after that: all this is computed again, without a word,
    and then the run goes on as if nothing had been.

    ``checkpoint`` is the model's file, ``device`` the kind of device that the run began on, ``started`` its
    ``RunStarted.time``. ``epoch`` is the last whose end is in the log. Of what was logged after the model: ``steps``,
    and the learning ``rates`` that were set, each with the number of steps taken before. ``shown``: every step whose
    weights are in the log. ``paused``: as the log says; ``pauses``: as the run was told last, which it may not have
    said. Of ``steps_per_second`` and ``pace`` one may be set.
    """

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    checkpoint: bytes
    device: Device
    started: float
    step: int
    epoch: int
    steps: Steps
    rates: tuple[tuple[int, float], ...]
    shown: frozenset[int]
    paused: bool
    pauses: bool
    steps_per_second: float | None
    pace: Pace | None

    @classmethod
    def of(cls, run: Run, checkpoint: bytes, step: int, events: Iterable[Event], shown: Iterable[int]) -> Self:
        """``step``: of the newest ``CheckpointSaved``; ``events``: at least the ``Steps`` beyond it (some of which may
        stand before it in the log) and the ``Controlled`` from it on. Raises ValueError for a run that has not started.
        """
        if run.device is None or run.started is None:
            raise ValueError(f"run {run.id} has not started")
        columns: dict[str, list[float | None]] = {name: [] for name in Steps.model_fields}
        rates: list[tuple[int, float]] = []
        pauses = paused = run.state == "paused"
        for event in events:
            match event:
                case Steps():
                    for name, column in event.beyond(step):
                        columns[name] += column
                case Controlled(what="learning_rate", value=float(rate), step=at) if at >= step:
                    rates.append((at, rate))
                case Controlled(what="pause" | "step"):
                    pauses = True
                case Controlled(what="resume"):
                    pauses = False
        return cls.model_validate(
            {
                "checkpoint": checkpoint, "device": run.device, "started": run.started, "step": step,
                "epoch": run.epoch, "steps": columns, "rates": rates, "shown": frozenset(shown), "paused": paused,
                "pauses": pauses, "steps_per_second": run.steps_per_second, "pace": run.pace,
            }
        )  # fmt: skip

    @property
    def last(self) -> int:
        """The last step in the log."""
        return self.steps.step[-1] if self.steps.step else self.step
