"""How fast a run may go on: at full speed, so many steps a second, one step at a time, or not at all."""

from dataclasses import dataclass

CATCH_UP = 0.1
"""Seconds of delay that are made up for by going faster afterwards. Longer ones, a pause, are not."""


@dataclass
class Pace:
    """Times are seconds of one clock."""

    paused: bool = False
    single: bool = False
    """One step is to be taken even though the run is paused."""
    steps_per_second: float | None = None
    """None is full speed."""
    beat: float = float("-inf")
    """When the last step was due; the next is due one step's time later."""

    def wait(self, now: float) -> float | None:
        """How long the next step must wait: seconds, or None for as long as nobody says otherwise."""
        if self.single:
            return 0
        if self.paused:
            return None
        if self.steps_per_second is None:
            return 0
        return max(0, self.beat + 1 / self.steps_per_second - now)

    def stepped(self, now: float) -> None:
        """A step has been taken. One that was a little late does not put off those after it, or what each step itself
        takes would make all of them slower than they are meant to be."""
        if self.steps_per_second is None:
            self.beat = now
            return
        time = 1 / self.steps_per_second
        due = self.beat + time
        self.beat = due if now - due < max(time, CATCH_UP) else now
