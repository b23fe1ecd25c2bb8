"""What changes in the memory of those who serve a history, one value for each transaction of its writer.

The process that writes the database applies an update to its own memory and publishes it; others apply the same update
to theirs (:class:`app.history.memory.Memory`). An update is made only once its transaction has been committed: whoever
has it finds all of it in the database too.
"""

from typing import Any

import msgspec

from app.history import deleted_runs
from app.record import Record
from app.run import Run


class Created(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """New runs, with the first record of each."""

    runs: list[tuple[Run, Record]]
    live: str | None


class Appended(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """Records by run, those of each in the order of their numbers."""

    records: dict[str, list[Record]]


class Changed(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """A run is like this now, though nothing was added to its log: it has another name, or lost its models."""

    run: Run


class Hidden(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """Runs are deleted since ``at``, or for good where that is ``deleted_runs.PURGED``."""

    runs: list[str]
    at: float
    live: str | None

    @property
    def for_good(self) -> bool:
        return self.at == deleted_runs.PURGED


class Removed(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """Of a run that was deleted for good nothing is left."""

    run: str


class Restored(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """Deleted runs are back; ``readable`` are those of them that can be read, as they are."""

    runs: list[str]
    readable: list[Run]
    live: str | None


class Queued(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """The places of the runs that wait. Sent again and again: it is also the sign that its sender is there."""

    places: dict[str, int]


Update = Created | Appended | Changed | Hidden | Removed | Restored | Queued


def _plain(value: Any) -> bytes:
    if isinstance(value, Run):
        return value.model_dump_json().encode()
    raise NotImplementedError(f"an update has no {type(value)}")


def _typed(type: Any, value: Any) -> Any:
    return Run.model_validate_json(value) if type is Run else value


encode = msgspec.msgpack.Encoder(enc_hook=_plain).encode
decode = msgspec.msgpack.Decoder(Update, dec_hook=_typed).decode
"""Raises msgspec.DecodeError for what :data:`encode` has not made."""
