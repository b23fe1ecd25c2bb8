"""What can happen in a run, and how each event is written on the wire.

A run is an append-only log of events numbered 1, 2, 3, … (``seq``). One writer at a time numbers and encodes them:
the supervisor while the run is queued, the worker while it trains, the supervisor again when the worker has died.
The bytes are made once, here, and go unchanged to disk and to every viewer.

Text events are JSON objects ``{"seq", "type", …}``. :class:`Weights` is binary, little-endian: bytes 0-3 ``W37\\x01``,
uint32 ``seq``, uint32 ``step``, uint16 ``units``, ``height``, ``width`` and a reserved zero, float32 ``scale``, then
``units * height * width`` int8 values; a weight is ``value * scale``.

Steps are numbered from 1; step 0 is the state before the first update.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict

from app.recipe import Recipe


class Event(BaseModel):
    """Something that happened in a run. The class name is the ``type`` on the wire."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def encode(self, seq: int) -> bytes:
        """The frame that viewers get, UTF-8 JSON. NaN and infinities become ``null``."""
        body = self.model_dump_json()
        head = f'{{"seq":{seq},"type":"{type(self).__name__}"'
        return (head + ("," if len(body) > 2 else "") + body[1:]).encode()

    def at_step(self) -> int | None:
        """The number of updates made when this happened, or None where it has none."""
        step: int | None = getattr(self, "step", None)
        return step


class Summary(BaseModel):
    """How a run stands or ended. Losses and accuracies are fractions, not per cent; ``seconds`` is wall time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    train_loss: float | None = None
    valid_loss: float | None = None
    valid_accuracy: float | None = None
    best_valid_accuracy: float | None = None
    baseline_accuracy: float | None = None
    seconds: float | None = None


class Units(BaseModel):
    """What the first layer's weight images alone do not tell about its units, one number per unit.

    ``output_weight`` is the weight with which a unit enters the logit: positive speaks for a 3. A model whose first
    layer is its output has one unit of output weight 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bias: list[float]
    output_weight: list[float]


class Baseline(BaseModel):
    """Accuracy, over all validation images, of "which mean image is nearer?" by mean absolute (L1) and by root mean
    squared (L2) pixel difference. ``l1`` is the chapter's own and is what ``baseline_accuracy`` means elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    l1: float
    l2: float


class RunQueued(Event):
    """The run exists. ``place`` counts from 1: the next to start. Said again whenever the place changes."""

    run: str
    name: str
    recipe: Recipe
    place: int
    time: float
    """Unix time, seconds."""


class RunStarted(Event):
    run: str
    name: str
    recipe: Recipe
    device: str
    """``cpu``, ``cuda`` or ``mps``."""
    device_name: str
    steps: int
    steps_per_epoch: int
    parameters: int
    train_images: int
    valid_images: int
    baseline: Baseline
    units: Units
    time: float
    """Unix time, seconds; ``Steps.milliseconds`` counts from it."""


class Steps(Event):
    """Consecutive steps as columns of equal length; no step is ever left out.

    ``loss`` and ``accuracy`` are those of the step's own mini-batch before its update, ``learning_rate`` the one used,
    ``gradient_norm`` the L2 norm of the whole gradient, ``milliseconds`` the host's clock since ``RunStarted.time``
    when the step's work had been given to the device.
    """

    step: list[int]
    loss: list[float | None]
    accuracy: list[float | None]
    learning_rate: list[float]
    gradient_norm: list[float | None]
    milliseconds: list[float]

    def at_step(self) -> int | None:
        return self.step[-1]


class EpochEnded(Event):
    """``epoch`` counts from 1. ``train_loss`` is the mean over the epoch's images as each was met, the others are over
    the whole validation set. ``confusion`` is ``[[3 as 3, 3 as 7], [7 as 3, 7 as 7]]`` in images."""

    epoch: int
    step: int
    train_loss: float | None
    valid_loss: float | None
    valid_accuracy: float
    confusion: list[list[int]]
    units: Units
    milliseconds: float


class Weights(Event):
    """First-layer weights as int8, kept at a fixed schedule of steps."""

    MAGIC: ClassVar[bytes] = b"W37\x01"
    HEADER: ClassVar[struct.Struct] = struct.Struct("<4sIIHHHHf")

    step: int
    scale: float
    units: int
    height: int
    width: int
    values: bytes

    def encode(self, seq: int) -> bytes:
        header = self.HEADER.pack(self.MAGIC, seq, self.step, self.units, self.height, self.width, 0, self.scale)
        return header + self.values

    @classmethod
    def decode(cls, frame: bytes) -> Self:
        """Read a frame back. Raises ValueError if it is not a weights frame or has the wrong length."""
        if len(frame) < cls.HEADER.size or frame[:4] != cls.MAGIC:
            raise ValueError("not a weights frame: it must begin with W37\\x01")
        _, _, step, units, height, width, _, scale = cls.HEADER.unpack_from(frame)
        values = frame[cls.HEADER.size :]
        if len(values) != units * height * width:
            raise ValueError(f"weights frame has {len(values)} values, its header says {units * height * width}")
        return cls(step=step, scale=scale, units=units, height=height, width=width, values=values)


class Controlled(Event):
    """A control took effect after ``step`` updates: the update ``step + 1`` is the first made under it. For ``step``
    (one single step) it is the step just taken."""

    what: Literal["pause", "resume", "step", "stop", "learning_rate", "steps_per_second"]
    value: float | None = None
    step: int


class CheckpointSaved(Event):
    """The whole model at this step can be asked for: to predict with, to download."""

    step: int
    epoch: int


class RunPaused(Event):
    step: int


class RunResumed(Event):
    step: int


class RunFinished(Event):
    step: int
    summary: Summary
    time: float


class RunStopped(Event):
    """Ended by a person. ``step`` is 0 for a run stopped while it was queued."""

    step: int
    summary: Summary
    time: float


class RunFailed(Event):
    """``reason`` is a plain sentence for the person who started it."""

    step: int
    reason: str
    summary: Summary
    time: float


class RunInterrupted(Event):
    """The server went away while the run was queued, training or paused."""

    step: int
    reason: str
    summary: Summary
    time: float


ENDINGS = frozenset({"RunFinished", "RunStopped", "RunFailed", "RunInterrupted"})
"""Types after which no event follows."""

_TEXT_TYPES: Mapping[str, type[Event]] = {
    cls.__name__: cls
    for cls in (
        RunQueued, RunStarted, Steps, EpochEnded, Controlled, CheckpointSaved, RunPaused, RunResumed,
        RunFinished, RunStopped, RunFailed, RunInterrupted,
    )
}  # fmt: skip


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
    def ends(self) -> bool:
        return self.type in ENDINGS

    def event(self) -> Event:
        """Decode. Raises KeyError for an unknown type, ValueError for a malformed frame."""
        if self.binary:
            return Weights.decode(self.data)
        fields: dict[str, Any] = json.loads(self.data)
        cls = _TEXT_TYPES[fields.pop("type")]
        del fields["seq"]
        return cls.model_validate(fields)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The whole model at a step. It travels beside the log, not in it: viewers never get it.

    ``data`` is a safetensors file (float32 tensors under PyTorch's parameter names, metadata ``model``, ``step``,
    ``epoch``). One that is to be ``kept`` goes to disk; the others only replace the live run's newest.
    """

    step: int
    epoch: int
    kept: bool
    data: bytes
