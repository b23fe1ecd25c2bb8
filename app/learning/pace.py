"""How fast a run goes on: at full speed, at a pace, so many steps a second, one step at a time, or not at all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, inf

from app import controls

CATCH_UP = 0.5
"""Seconds of delay that are made up for by going faster afterwards: of thirty runs that share two cores each waits so
long now and then, when others test their models. Longer delays, a pause, are not made up for."""
TOGETHER = 0.04
"""Seconds. At more steps than one in that time, those that are due by its end are taken one after another, and seen at
once: a screen shows no more, and between two steps of one run its numbers stay in a processor's cache."""
SLOW = 4.0
"""Steps per second that an eye can follow one by one."""
WATCHED = 30
"""Steps that ``watch`` takes at that speed."""
GAIN = 0.7
"""Steps per second by which each further step is faster than the one before it."""
CRUISE = 130.0
"""Steps per second that this leads to. Thirty runs at it are about what two cores can train, and a class need not wait
for each other."""
LONG = 2000
"""Steps, a few more than the textbook run has, beyond which a run grows faster again, up to ``PACED_SPEED``."""

Speed = Callable[[int], float]
"""Steps per second, when so many steps have been taken."""


def turn(due: float) -> float:
    """When what is due then has its turn: all runs of a process whose clock is the same have theirs together."""
    return ceil(due / TOGETHER) * TOGETHER


def watch(step: int) -> float:
    """Thirty steps one by one, then faster and faster up to ``CRUISE``, and in long runs up to ``PACED_SPEED``.

    100 steps take 11 s, the textbook run's 1,960 take 26 s, 500 such epochs 139 s.
    """
    ramp = min(CRUISE, SLOW + GAIN * max(0, step - WATCHED))
    return min(controls.PACED_SPEED, ramp + GAIN * max(0, step - LONG))


def constant(steps_per_second: float) -> Speed:
    return lambda step: steps_per_second


PACES: Mapping[controls.Pace, Speed | None] = {"watch": watch, "slow": constant(SLOW), "full": None}
"""None is full speed."""


@dataclass
class Pace:
    """Says when the next step is due. Times are seconds of one clock."""

    paused: bool = False
    single: bool = False
    """One step is to be taken even though the run is paused."""
    speed: Speed | None = None
    """None is full speed."""
    beat: float = -inf
    """When the last step was due."""

    def due(self, step: int) -> float | None:
        """When the step after ``step`` is due: ``-inf`` for at once, None for when a control says so."""
        if self.single:
            return -inf
        if self.paused:
            return None
        return -inf if self.speed is None else self.beat + 1 / self.speed(step)

    def stepped(self, step: int, now: float) -> None:
        """Step number ``step`` has been taken. One that was a little late does not put off those after it, or what each
        step itself takes would make all of them slower than they are meant to be."""
        if self.speed is None:
            self.beat = now
            return
        time = 1 / self.speed(step - 1)
        due = self.beat + time
        self.beat = due if now - due < max(time, CATCH_UP) else now
