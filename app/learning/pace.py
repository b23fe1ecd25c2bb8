"""How fast a run may go on: at full speed, so many steps a second, one step at a time, or not at all."""

from dataclasses import dataclass


@dataclass
class Pace:
    """Times are seconds of one clock."""

    paused: bool = False
    single: bool = False
    """One step is to be taken even though the run is paused."""
    steps_per_second: float | None = None
    """None is full speed."""
    stepped: float = float("-inf")
    """When the last step was taken."""

    def wait(self, now: float) -> float | None:
        """How long the next step must wait: seconds, or None for as long as nobody says otherwise."""
        if self.single:
            return 0
        if self.paused:
            return None
        if self.steps_per_second is None:
            return 0
        return max(0, self.stepped + 1 / self.steps_per_second - now)
