"""An active run's log, as far as it is in memory."""

from collections.abc import Sequence

from app.checkpoint import Checkpoint
from app.history.notifier import Notifier
from app.history.recent_records import RecentRecords
from app.record import Record
from app.run import Run


class LiveLog:
    """What is here has been stored before. Dropped when the run has ended; who still waits on it is woken by then."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.recent = RecentRecords()
        self.checkpoint: Checkpoint | None = None
        """The newest, kept or not."""
        self.weights_seq = 0
        """Of the newest weights since the log was opened; 0: none."""
        self._notifier = Notifier()
        self._woken = 0

    def folded(self, records: Sequence[Record]) -> Run:
        """The run with ``records`` after its last one. Raises ValueError where they do not follow it."""
        run = self.run
        for record in records:
            if record.seq != run.seq + 1 or not run.active:
                raise ValueError(f"record {record.seq} ({record.type}) cannot follow {run.seq} of {run.state} {run.id}")
            run = run.after(record)
        return run

    def publish(self, run: Run, records: Sequence[Record]) -> None:
        self.run = run
        self.recent.extend(records)
        self.weights_seq = max((record.seq for record in records if record.binary), default=self.weights_seq)
        self._notifier.notify()

    def jump(self, run: Run) -> None:
        """The log has come this far, or ended, by records that are in the database alone."""
        self.run = run
        self.recent = RecentRecords()
        self._notifier.notify()

    def wake(self) -> None:
        """Have everybody return from ``wait``, though no record has come."""
        self._woken += 1
        self._notifier.notify()

    async def wait(self, after: int) -> None:
        """Until there is a record with a greater ``seq``, or the run has ended, or :meth:`wake`."""
        woken = self._woken
        while self.run.seq <= after and self.run.active and self._woken == woken:
            await self._notifier.wait()
