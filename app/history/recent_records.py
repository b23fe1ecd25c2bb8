"""The newest records of a run, in memory."""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from itertools import islice

from app.record import Record

RECENT_BYTES = 4 << 20
"""Memory for one active run: the last 170 weight images of a 30-unit network with the metrics between them, more than
viewers at the head ever ask for. Who is further behind reads pages from the database, as a replay does."""

RECORD_BYTES = 300
"""What a record costs beyond its data: the objects that hold it."""


class RecentRecords:
    """Consecutive records, the oldest dropped when the newest would not fit in ``limit_bytes``."""

    def __init__(self, limit_bytes: int = RECENT_BYTES) -> None:
        self._limit = limit_bytes
        self._bytes = 0
        self._records: deque[Record] = deque()

    def __len__(self) -> int:
        return len(self._records)

    @property
    def bytes(self) -> int:
        return self._bytes

    def extend(self, records: Sequence[Record]) -> None:
        self._records.extend(records)
        self._bytes += sum(_cost(record) for record in records)
        while self._bytes > self._limit:
            self._bytes -= _cost(self._records.popleft())

    def after(self, seq: int, limit_bytes: int, types: Collection[str] | None = None) -> list[Record] | None:
        """Records from ``seq + 1`` on, of these types or all, as many as fit in ``limit_bytes`` but at least one if
        there is one; None where the record ``seq + 1`` is no longer (or not yet) here."""
        if not self._records or not self._records[0].seq <= seq + 1 <= self._records[-1].seq:
            return None
        records = islice(self._records, seq + 1 - self._records[0].seq, None)
        return fitting((r for r in records if types is None or r.type in types), limit_bytes)


def fitting(records: Iterable[Record], limit_bytes: int) -> list[Record]:
    """The first of ``records`` whose data are together no longer than ``limit_bytes``, but at least one."""
    taken: list[Record] = []
    for record in records:
        limit_bytes -= len(record.data)
        if taken and limit_bytes < 0:
            break
        taken.append(record)
    return taken


def _cost(record: Record) -> int:
    return len(record.data) + RECORD_BYTES
