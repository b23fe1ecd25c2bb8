"""Which runs wait for a worker, and in what order."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from time import monotonic
from typing import Literal

from app.controls import PACED_SPEED, Act, Control, Kind, SetPace, SetSpeed, kind_of
from app.history.queue_order import QueueOrder
from app.recipe import Recipe

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
    queue. ``size``: of a sweep, its ``shares``. ``controls``, the newest of each kind, are handed
    over with each run; those under None with all of them. ``lesson``: a lesson has asked for them."""

    runs: list[str]
    sweep: str | None = None
    size: int = 1
    lesson: bool = False
    controls: dict[str | None, dict[Kind, Control]] = field(default_factory=dict)
    lost: int = 0
    """How many workers have had it and were gone before it began."""
    goes_on: bool = False
    """It had begun when its worker was lost. It takes every control, for where it goes on."""
    held: bool = False
    """It paused so that a person's run has the processor."""
    paced: bool = False
    """It had a pace, which a newer control may have changed."""
    starter: str = ""
    """An id of the person who has asked for them. Empty: the server."""
    logged: bool = True
    """Its log says that it waits: before that no worker gets it."""
    begun: tuple[tuple[str, Recipe], ...] = ()
    """Where it goes on: the ids and recipes of all that it had begun with, in their order. Some may have ended."""
    step: int = 0
    """Of the models that it goes on from."""
    threads: int = 1
    """Of the processor, that members of a sweep take together."""
    since: float = field(default_factory=monotonic)
    """When it began to wait."""

    def control(self, run: str | None, control: Control) -> None:
        """Keep any control but a stop, which ends the wait."""
        if self.goes_on and control == Act(action="step"):
            return  # whether it was taken nobody knows
        kind = kind_of(control)
        if control == Act(action="resume") and not self.goes_on:
            self.controls.get(run, {}).pop(kind, None)
            return
        if run is None:  # it is the newest for each of them
            for kinds in self.controls.values():
                kinds.pop(kind, None)
        self.controls.setdefault(run, {})[kind] = control

    @property
    def given(self) -> dict[str, tuple[Control, ...]]:
        """By run, the controls with which it waits; one of its own is newer than one of all."""
        of_all = self.controls.get(None, {})
        return {run: tuple((of_all | self.controls.get(run, {})).values()) for run in self.runs}

    def take(self, given: Mapping[str, Sequence[Control]]) -> None:
        """Wait with these controls, by run, as another server's task of the same runs did."""
        for run in self.runs:
            for control in given.get(run, ()):
                of_all = all(control in given.get(each, ()) for each in self.runs)
                self.control(None if of_all else run, control)

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
    """Of each lane people take turns, each in the order in which they have asked: a place is had by a run or a whole
    sweep, and who comes new comes behind those whose turn is still to come. Thus before anybody's next run at most one
    of each other's starts. Runs that go on after the loss of a worker come before all. Without ``turns`` the first in
    is the first out. ``order`` is told the places whenever they change."""

    def __init__(self, order: QueueOrder, *, turns: bool = True) -> None:
        self._going_on: list[Waiting] = []
        self._waiting: list[Waiting] = []
        """As they have come."""
        self._people: dict[Lane, list[str]] = {}
        """Of each lane the ids of people with runs waiting, in the order of their turns."""
        self._order = order
        self._turns = turns

    def __iter__(self) -> Iterator[Waiting]:
        """In the order in which they are to start."""
        return iter(self._going_on + self._in_turn(self._waiting))

    def __bool__(self) -> bool:
        return bool(self._going_on or self._waiting)

    def add(self, waiting: Waiting, *, first: bool = False) -> None:
        if first:
            self._going_on.insert(0, waiting)
        else:
            (self._going_on if waiting.goes_on else self._waiting).append(waiting)
        self.changed()

    def remove(self, waiting: Waiting) -> None:
        """It is not to start: nobody's turn has passed."""
        (self._going_on if waiting in self._going_on else self._waiting).remove(waiting)
        self.changed()

    def start(self, waiting: Waiting) -> None:
        """Remove it. Who has asked for it has had a turn, unless more of the same sweep waits."""
        if waiting in self._waiting and not any(
            each.place_of == waiting.place_of and each is not waiting for each in self._waiting
        ):
            people = self._people[waiting.lane]
            people.remove(self._person(waiting))  # who has more comes behind the others
        self.remove(waiting)

    def remove_run(self, run: str) -> None:
        """Leave the others of its task waiting."""
        for waiting in self:
            if run in waiting.runs:
                waiting.runs.remove(run)
                waiting.controls.pop(run, None)
        self._going_on = [waiting for waiting in self._going_on if waiting.runs]
        self._waiting = [waiting for waiting in self._waiting if waiting.runs]
        self.changed()

    def of(self, run: str) -> Waiting | None:
        return next((waiting for waiting in self if run in waiting.runs), None)

    def changes_rate(self, run: str) -> bool:
        """Whether the run waits and will not begin with its recipe's learning rate."""
        waiting = self.of(run)
        return waiting is not None and waiting.changes_rate(run)

    def of_sweep(self, sweep: str) -> list[Waiting]:
        return [waiting for waiting in self if waiting.sweep == sweep]

    def places(self) -> dict[str, int]:
        """Each waiting run's place, from 1. All members of a sweep have one place."""
        entries = tuple(self)
        order = _places(entries)
        return {run: order[waiting.place_of] for waiting in entries for run in waiting.runs}

    def place(self, added: Sequence[Waiting]) -> int:
        """What the place of these, a run or a sweep, will be once they are added."""
        return _places(self._going_on + self._in_turn([*self._waiting, *added]))[added[0].place_of]

    def changed(self) -> None:
        """Tell the order, after a change of what waits or of its lanes."""
        self._people = {lane: self._settled(lane, entries) for lane, entries in _lanes(self._waiting).items()}
        self._order.set(self.places())

    def _in_turn(self, waiting: Sequence[Waiting]) -> list[Waiting]:
        """Return entries, given in the order in which they came, in the order in which they will start. Lanes do not
        wait for each other: of entries in different ones the one that came first is first."""
        came = {id(each): number for number, each in enumerate(waiting)}
        lanes = [deque(self._turn_by_turn(lane, entries)) for lane, entries in _lanes(waiting).items()]
        order = []
        while lanes := [lane for lane in lanes if lane]:
            order.append(min(lanes, key=lambda lane: came[id(lane[0])]).popleft())
        return order

    def _turn_by_turn(self, lane: Lane, entries: Sequence[Waiting]) -> Iterator[Waiting]:
        asked: dict[str, dict[str, list[Waiting]]] = {person: {} for person in self._settled(lane, entries)}
        for each in entries:
            asked[self._person(each)].setdefault(each.place_of, []).append(each)
        for turn in zip_longest(*(places.values() for places in asked.values()), fillvalue=()):
            for place in turn:
                yield from place

    def _settled(self, lane: Lane, entries: Sequence[Waiting]) -> list[str]:
        """Return the ids of the people whose entries these are, in the order of their turns; new ones come last."""
        people = dict.fromkeys(map(self._person, entries))
        return list(dict.fromkeys([*(each for each in self._people.get(lane, ()) if each in people), *people]))

    def _person(self, waiting: Waiting) -> str:
        return waiting.starter if self._turns else ""


def _lanes(waiting: Iterable[Waiting]) -> dict[Lane, list[Waiting]]:
    lanes: dict[Lane, list[Waiting]] = {}
    for each in waiting:
        lanes.setdefault(each.lane, []).append(each)
    return lanes


def _places(entries: Iterable[Waiting]) -> dict[str, int]:
    """By the run or sweep that holds it."""
    return {holder: place for place, holder in enumerate(dict.fromkeys(each.place_of for each in entries), 1)}
