"""What the server itself writes into a run's log."""

from app.events import Event
from app.record import Record
from app.run import Run


def records(run: Run, *events: Event) -> list[Record]:
    """The next records of its log."""
    return [Record.of(event, run.seq + i) for i, event in enumerate(events, 1)]
