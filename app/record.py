"""One encoded event."""

import json
from dataclasses import dataclass
from typing import Any, Self

from app.events import ENDINGS, TEXT_TYPES, Event, Weights

ADVANCES = frozenset({"Steps", "Weights", "CheckpointSaved"})


@dataclass(frozen=True, slots=True)
class Record:
    """One encoded event with what the log must know of it without decoding."""

    seq: int
    type: str
    step: int | None
    data: bytes

    @classmethod
    def of(cls, event: Event, seq: int) -> Self:
        return cls(seq, type(event).__name__, event.at_step(), event.encode(seq))

    @property
    def binary(self) -> bool:
        return self.type == Weights.__name__

    @property
    def advances(self) -> bool:
        """It tells of its run how far it has come, and nothing else."""
        return self.type in ADVANCES

    @property
    def ends(self) -> bool:
        return self.type in ENDINGS

    def event(self) -> Event:
        """Decode. Raises KeyError for an unknown type, ValueError for a malformed frame."""
        if self.binary:
            return Weights.decode(self.data)
        fields: dict[str, Any] = json.loads(self.data)
        cls = TEXT_TYPES[fields.pop("type")]
        del fields["seq"]
        return cls.model_validate(fields)
