"""How much runs may take, and how long deleted ones can be restored."""

from dataclasses import dataclass

from app.history.sizes import readable

UNDO_SECONDS = 600.0
"""Long enough to notice that it was the wrong run; short enough that what is deleted gives its room back soon."""


WRITE_SECONDS = 3600.0
"""Long enough to notice a full disk and make room, while what trains for nothing does not wait for days."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``keep_bytes``: what all runs together may take; None: no limit, and nothing is ever removed by itself.
    ``reserve_bytes``: what stays free on the disk of an SQLite database. ``undo_seconds``: how long a deleted run, or
    drawing, can be restored. ``write_seconds``: how long an active run waits for a disk that is full, or a database
    that another program has locked."""

    keep_bytes: int | None = None
    reserve_bytes: int = 0
    undo_seconds: float = UNDO_SECONDS
    write_seconds: float = WRITE_SECONDS

    def reached(self, free: int | None) -> bool:
        """Whether the disk, which has so many bytes left (None: it is not ours), has none beyond its reserve."""
        return free is not None and free < self.reserve_bytes


UNLIMITED = Limits()


class NoRoom(Exception):
    """What is asked for would take more than the disk has left beyond its reserve."""

    def __init__(self, needed: int, free: int, reserve: int) -> None:
        asked = f"this may take {readable(needed)}" if needed else "no run may start"
        super().__init__(
            f"{readable(max(0, free))} are free on the server's disk, of which {readable(reserve)} stay free; "
            f"{asked}: delete runs that are no longer needed"
        )
        self.needed, self.free, self.reserve = needed, free, reserve
