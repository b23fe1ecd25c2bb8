"""A run whose time and controls are written down beforehand."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from app.checkpoint import Checkpoint
from app.controls import Act, Control
from app.events import Event
from app.learning.dataset import Digits
from app.learning.train import Member, Wait, train_members
from app.recipe import Recipe

Emitted = list[Event | Checkpoint]
T = TypeVar("T")

PAUSE, RESUME, STEP, STOP = (Act(action=action) for action in ("pause", "resume", "step", "stop"))


class Clock:
    """Goes on by some milliseconds at each reading, and with each wait."""

    def __init__(self, milliseconds: float) -> None:
        self.seconds = 100.0
        self.milliseconds = milliseconds

    def __call__(self) -> float:
        self.seconds += self.milliseconds / 1000
        return self.seconds


NOTHING = None
"""In a script: no control comes until the run has waited."""


class Script:
    """``asked[n]`` is asked for, one after the other, when n steps have been taken at full or at a set speed; single
    steps do not count. To wait for ever when nothing more is to come is an error."""

    def __init__(self, clock: Clock, asked: Mapping[int, Iterable[Control | None]]) -> None:
        self.clock = clock
        self.asked = {steps: list(controls) for steps, controls in asked.items()}
        self.steps = 0
        self.waits: list[float | None] = []

    def take(self) -> tuple[None, Control] | None:
        if (controls := self.asked.get(self.steps)) and (control := controls.pop(0)):
            return None, control
        self.steps += 1  # a step follows, or a wait
        return None

    def wait(self, until: float | None) -> None:
        self.steps -= 1
        self.waits.append(until)
        if until is None:
            assert self.asked.get(self.steps), f"nobody will wake the run after {self.steps} steps"
        else:
            self.clock.seconds = max(self.clock.seconds, until)


def play(
    recipe: Recipe,
    digits: Digits,
    asked: Mapping[int, Iterable[Control | None]] | None = None,
    *,
    milliseconds: float = 1,
) -> tuple[Emitted, Script]:
    """All that a run says on the CPU, by a clock that goes on by some milliseconds at each reading."""
    clock = Clock(milliseconds)
    script = Script(clock, asked or {})
    member = Member("r1", "a run", recipe.model_copy(update={"device": "cpu"}))
    emitted: Emitted = []
    for each in train_members([member], digits, script, clock=clock, now=lambda: 1_700_000_000.0):
        if isinstance(each, Wait):
            script.wait(each.until)
        else:
            assert each.run == "r1"
            emitted.append(each.what)
    return emitted, script


def of(emitted: Emitted, kind: type[T]) -> list[T]:
    """Those of one type."""
    return [item for item in emitted if isinstance(item, kind)]
