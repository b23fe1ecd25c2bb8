"""Where a run hears what is asked of it."""

from typing import Protocol

from app.controls import Control


class Controls(Protocol):
    def take(self, timeout: float | None = 0) -> Control | None:
        """The next control, waiting up to ``timeout`` seconds for it (None: for ever). None where none came."""


class NoControls:
    """Nobody asks anything, so the run never has to wait."""

    def take(self, timeout: float | None = 0) -> None:
        return None
