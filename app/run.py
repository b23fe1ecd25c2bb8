"""A run as its log tells it: all but the name that a person gives it later is a fold over the events."""

from functools import cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, computed_field

from app.controls import Pace
from app.events import (
    Controlled,
    EpochEnded,
    Event,
    Origin,
    RunFailed,
    RunFinished,
    RunInterrupted,
    RunPaused,
    RunQueued,
    RunResumed,
    RunStarted,
    RunStopped,
    Summary,
)
from app.recipe import Recipe
from app.record import Record

State = Literal["queued", "running", "paused", "finished", "stopped", "failed", "interrupted"]
ACTIVE: frozenset[State] = frozenset({"queued", "running", "paused"})


class Run(BaseModel):
    """Times are Unix seconds, none earlier than what came before it. ``place`` is the place in the queue, from 1, while
    the run is queued.
    ``learning_rate`` is the one in force; ``learning_rate_changed`` tells whether a control ever set it. Of
    ``steps_per_second`` and ``pace`` the newer is set; without either the run goes on as fast as it can.
    ``models_removed``: the server has removed its models to keep within what runs may take. ``diverged``: why it
    failed. ``learner`` is the version of the learner that trains it.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    state: State
    recipe: Recipe
    preset: str | None = None
    sweep: str | None = None
    origin: Origin = "person"
    learner: int | None = None
    device: str | None = None
    created: float
    started: float | None = None
    ended: float | None = None
    step: int = 0
    steps: int
    epoch: int = 0
    seq: int = 0
    place: int | None = None
    learning_rate: float
    learning_rate_changed: bool = False
    steps_per_second: float | None = None
    pace: Pace | None = None
    summary: Summary = Summary()
    error: str | None = None
    diverged: bool = False
    models_removed: bool = False

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def recipe_key(self) -> str:
        """Equal for runs of equal recipes, whatever their device."""
        return self.recipe.key

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    @classmethod
    def queued(cls, queued: RunQueued) -> Self:
        recipe = queued.recipe
        return cls(
            id=queued.run, name=queued.name, state="queued", recipe=recipe, preset=queued.preset, sweep=queued.sweep,
            origin=queued.origin, learner=queued.learner, created=queued.time, steps=recipe.steps, place=queued.place,
            learning_rate=recipe.learning_rate,
        )  # fmt: skip

    def after(self, record: Record) -> Self:
        """This run with one more record in its log."""
        changes: dict[str, object] = {"seq": record.seq}
        if record.step is not None:
            changes["step"] = max(self.step, record.step)
        if not record.advances:
            changes |= _changes(self, record.event())
        return self.model_copy(update=changes)


def _ended(run: Run, time: float) -> float:
    """Not before it began, wherever the clock was set meanwhile."""
    return max(time, run.started or run.created)


def _changes(run: Run, event: Event) -> dict[str, object]:
    match event:
        case RunQueued():
            return {"place": event.place}
        case RunStarted():
            summary = Summary(baseline_accuracy=event.baseline.l1)
            return {
                "state": "running", "place": None, "started": max(event.time, run.created), "device": event.device,
                "steps": event.steps, "summary": summary,
            }  # fmt: skip
        case EpochEnded():
            return {"epoch": event.epoch, "summary": event.summed_up(run.summary)}
        case Controlled(what="learning_rate"):
            return {"learning_rate": event.value, "learning_rate_changed": True}
        case Controlled(what="steps_per_second"):
            return {"steps_per_second": event.value, "pace": None}
        case Controlled(what="pace"):
            return {"steps_per_second": None, "pace": event.value}
        case RunPaused():
            return {"state": "paused"}
        case RunResumed():
            return {"state": "running"}
        case RunFinished() | RunStopped():
            state: State = "finished" if isinstance(event, RunFinished) else "stopped"
            return {"state": state, "ended": _ended(run, event.time), "summary": event.summary, "place": None}
        case RunFailed() | RunInterrupted():
            state = "failed" if isinstance(event, RunFailed) else "interrupted"
            return {
                "state": state, "ended": _ended(run, event.time), "summary": event.summary, "error": event.reason,
                "place": None,
                "diverged": isinstance(event, RunFailed) and event.diverged,
            }  # fmt: skip
    return {}
