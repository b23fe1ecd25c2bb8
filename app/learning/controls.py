"""Where a training loop gets its controls from."""

from typing import Protocol

from app.controls import Control


class Controls(Protocol):
    def take(self) -> tuple[str | None, Control] | None:
        """The next control with the id of its run (None: all that train together), or None where there is none.

        Never waits: the loop asks before every step.
        """


class NoControls:
    """No control ever comes."""

    def take(self) -> None:
        return None
