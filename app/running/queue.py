"""Which runs wait for a worker, and in what order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from app.controls import Act, Control, SetLearningRate, SetPace, SetSpeed
from app.history.queue_order import QueueOrder

PACED_SPEED = 200.0
"""Steps per second up to which a run is paced: a worker that trains many by turns takes some thousands in all. A run
that is to be faster waits for a worker of its own."""


Lane = Literal["full", "paced", "lesson"]
"""Runs wait only for others in their lane: those at full speed, those with a pace, and those of lessons."""


class QueueFull(Exception):
    """``limit`` runs or experiments are waiting already."""

    def __init__(self, limit: int, what: str = "runs") -> None:
        super().__init__(f"{limit} {what} are waiting already")
        self.limit = limit


def is_paced(control: Control) -> bool | None:
    """Return whether a run is paced from this control on; None where it changes nothing about that."""
    match control:
        case SetSpeed(steps_per_second=speed):
            return speed is not None and speed <= PACED_SPEED
        case SetPace(pace=pace):
            return pace != "full"
    return None


@dataclass
class Waiting:
    """Runs that are to train as one task. ``sweep`` is the one that they are members of; its tasks share a place in the
    queue. ``size``: they keep what members of a sweep of so many do. ``controls``, the newest of each kind, are handed
    over with each run; those under None with all of them. ``lesson``: a lesson has asked for them."""

    runs: list[str]
    sweep: str | None = None
    size: int = 1
    lesson: bool = False
    controls: dict[str | None, dict[str, Control]] = field(default_factory=dict)
    lost: int = 0
    """How many workers have had it and were gone before it began."""
    goes_on: bool = False
    """It is a run that had begun when its worker was lost. It takes every control, for where it goes on."""
    held: bool = False
    """It paused so that a person's run has the processor."""
    paced: bool = False
    """It had a pace, which a newer control may have changed."""
    logged: bool = True
    """Its log says that it waits: before that no worker gets it."""

    def control(self, run: str | None, control: Control) -> None:
        """Keep any control but a stop, which ends the wait."""
        if self.goes_on and control == Act(action="step"):
            return  # whether it was taken nobody knows
        match control:
            case SetLearningRate():
                kind = "learning_rate"
            case SetSpeed() | SetPace():
                kind = "speed"
            case _:
                kind = "action"
        if control == Act(action="resume") and not self.goes_on:
            self.controls.get(run, {}).pop(kind, None)
            return
        if run is None:  # it is the newest for each of them
            for kinds in self.controls.values():
                kinds.pop(kind, None)
        self.controls.setdefault(run, {})[kind] = control

    def controls_of(self, run: str | None) -> tuple[Control, ...]:
        return tuple(self.controls.get(run, {}).values())

    def changes_rate(self, run: str) -> bool:
        """Whether the run will not begin with its recipe's learning rate."""
        return any("learning_rate" in self.controls.get(key, {}) for key in (None, run))

    @property
    def place_of(self) -> str:
        """The run or the sweep that holds the place."""
        return self.sweep or self.runs[0]

    @property
    def lane(self) -> Lane:
        if self.lesson:
            return "lesson"
        return "paced" if all(self._paced(run) for run in self.runs) else "full"

    def _paced(self, run: str) -> bool:
        """A control of the run itself is newer than one of all."""
        newest = [self.controls.get(key, {}).get("speed") for key in (run, None)]
        paced = is_paced(next((control for control in newest if control), Act(action="resume")))
        return self.paced if paced is None else paced


class RunQueue:
    """First in, first out. ``order`` is told its places whenever they change."""

    def __init__(self, order: QueueOrder) -> None:
        self._waiting: list[Waiting] = []
        self._order = order

    def __iter__(self) -> Iterator[Waiting]:
        return iter(tuple(self._waiting))

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, waiting: Waiting, *, first: bool = False) -> None:
        self._waiting.insert(0 if first else len(self._waiting), waiting)
        self.changed()

    def remove(self, waiting: Waiting) -> None:
        self._waiting.remove(waiting)
        self.changed()

    def remove_run(self, run: str) -> None:
        """Leave the others of its task waiting."""
        for waiting in self._waiting:
            if run in waiting.runs:
                waiting.runs.remove(run)
                waiting.controls.pop(run, None)
        self._waiting = [waiting for waiting in self._waiting if waiting.runs]
        self.changed()

    def of(self, run: str) -> Waiting | None:
        return next((waiting for waiting in self._waiting if run in waiting.runs), None)

    def changes_rate(self, run: str) -> bool:
        """Whether the run waits and will not begin with its recipe's learning rate."""
        waiting = self.of(run)
        return waiting is not None and waiting.changes_rate(run)

    def of_sweep(self, sweep: str) -> list[Waiting]:
        return [waiting for waiting in self._waiting if waiting.sweep == sweep]

    def places(self) -> dict[str, int]:
        """Each waiting run's place, from 1. All members of a sweep have one place."""
        order = {place_of: place for place, place_of in enumerate(self._holders, 1)}
        return {run: order[waiting.place_of] for waiting in self._waiting for run in waiting.runs}

    @property
    def last_place(self) -> int:
        """0 where no run waits."""
        return len(self._holders)

    @property
    def _holders(self) -> dict[str, None]:
        return dict.fromkeys(waiting.place_of for waiting in self._waiting)

    def changed(self) -> None:
        self._order.set(self.places())
