"""What `/ws` sends that is in no log: the vocabulary of the stream beside ``app.events``.

The page's types (``static/js/wire.d.ts``) are generated from it, and docs/protocol.md's table is held to it by a test.
"""

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.cluster import ClusterState
from app.run import Run
from app.web.classroom.class_state import ClassState


class StreamFrame(BaseModel):
    """A text frame without a ``seq`` of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str

    def encode(self) -> bytes:
        """The JSON object, ``type`` first."""
        return json.dumps(self.model_dump(mode="json", by_alias=True)).encode()


class Heartbeat(StreamFrame):
    """``every``: seconds between two. ``trouble``: why nothing can be stored; null where it can."""

    type: Literal["Heartbeat"] = "Heartbeat"
    time: float
    """Unix time, seconds."""
    every: float
    trouble: str | None


class Live(StreamFrame):
    """The run that started last; its events follow."""

    type: Literal["Live"] = "Live"
    run: str


class Ended(StreamFrame):
    """The run's last event, of this ``seq``, has been sent."""

    type: Literal["Ended"] = "Ended"
    run: str
    seq: int


class Refused(StreamFrame):
    """``run``: what the message named, or null. ``damaged``: no more of the run's log can be read."""

    type: Literal["Refused"] = "Refused"
    run: str | None
    reason: str
    damaged: bool


class ClassRefused(StreamFrame):
    """The same of a message that named a class."""

    type: Literal["Refused"] = "Refused"
    run: str | None
    code: str = Field(serialization_alias="class")
    reason: str
    damaged: Literal[False] = False


class RunChanged(StreamFrame):
    """To subscribers of the list: a run is new, or another than it was."""

    type: Literal["RunChanged"] = "RunChanged"
    run: Run


class RunDeleted(StreamFrame):
    """To subscribers of the list."""

    type: Literal["RunDeleted"] = "RunDeleted"
    id: str


class Queue(StreamFrame):
    """To subscribers of the list: ids of the runs that wait, the next first, and the place of each, from 1."""

    type: Literal["Queue"] = "Queue"
    runs: list[str]
    places: list[int]


class BoardChanged(StreamFrame):
    """To subscribers of the board."""

    type: Literal["BoardChanged"] = "BoardChanged"


class Cluster(ClusterState, StreamFrame):
    """To subscribers of the cluster."""

    type: Literal["Cluster"] = "Cluster"


class Class(ClassState, StreamFrame):
    """To subscribers of a class."""

    type: Literal["Class"] = "Class"
    closed: Literal[False] = False


class ClassClosed(StreamFrame):
    """The last frame of a class."""

    type: Literal["Class"] = "Class"
    code: str
    closed: Literal[True] = True


FRAMES: tuple[type[StreamFrame], ...] = (
    Heartbeat, Live, Ended, Refused, ClassRefused,
    RunChanged, RunDeleted, Queue, BoardChanged, Cluster, Class, ClassClosed,
)  # fmt: skip
"""Every frame that is in no log."""
