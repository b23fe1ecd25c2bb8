"""How much runs may take, and how long deleted ones can be restored."""

from dataclasses import dataclass

from app.history.sizes import readable

UNDO_SECONDS = 600.0
"""Long enough to notice that it was the wrong run; short enough that what is deleted gives its room back soon."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``keep_bytes``: what all runs together may take; None: no limit, and nothing is ever removed by itself.
    ``reserve_bytes``: what stays free on the disk of an SQLite database. ``undo_seconds``: how long a deleted run can
    be restored."""

    keep_bytes: int | None = None
    reserve_bytes: int = 0
    undo_seconds: float = UNDO_SECONDS


UNLIMITED = Limits()


class NoRoom(Exception):
    """What is asked for would take more than the disk has left beyond its reserve."""

    def __init__(self, needed: int, free: int, reserve: int) -> None:
        super().__init__(
            f"{readable(max(0, free))} are free on the server's disk, of which {readable(reserve)} stay free; this may "
            f"take {readable(needed)}: delete runs that are no longer needed"
        )
        self.needed, self.free, self.reserve = needed, free, reserve
