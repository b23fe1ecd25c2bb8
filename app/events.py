"""What can happen in a run, and how each event is written on the wire.

A run is an append-only log of events numbered 1, 2, 3, … (``seq``). One writer at a time numbers and encodes them:
the supervisor while the run is queued, the worker while it trains, the supervisor when the worker has died.
The bytes are made once, here, and go unchanged to disk and to every viewer.

Text events are JSON objects ``{"seq", "type", …}``. :class:`Weights` is binary, little-endian: bytes 0-3 ``W37\\x02``,
16 bytes of run id (ASCII, zero-padded), uint32 ``seq``, uint32 ``step``, uint16 ``units``, ``height``, ``width`` and
flags (0), float32 ``scale``, float32 output bias, ``units`` float32 biases, ``units`` float32 output weights, then
``units * height * width`` int8 values; a weight is ``value * scale``. Frames of version 1 (``W37\\x01``: seq, step,
units, height, width, a reserved zero, scale, values) are in older logs and are derived for clients that know no other.

Steps are numbered from 1; step 0 is the state before the first update.
"""

import math
import struct
from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict

from app.controls import Pace
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

    def with_model(self, kept: "Summary") -> "Summary":
        """How a run that stood so ended with an older model, as ``kept`` tells of that one: losses and accuracy are the
        model's, and all else is the run's."""
        best = [each.best_valid_accuracy for each in (self, kept) if each.best_valid_accuracy is not None]
        return Summary(
            train_loss=kept.train_loss,
            valid_loss=kept.valid_loss,
            valid_accuracy=kept.valid_accuracy,
            best_valid_accuracy=max(best, default=None),
            baseline_accuracy=self.baseline_accuracy,
            seconds=kept.seconds if self.seconds is None else self.seconds,
        )


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


Origin = Literal["person", "first", "lesson"]
"""What asked for a run: a person, the server itself when its history was empty, or a lesson."""


class RunQueued(Event):
    """The run exists. ``place`` is the place in the queue at that moment, from 1: the next to start.

    ``preset`` is the name of the preset that the recipe came from, ``sweep`` the id of the sweep that the run is a
    member of, ``learner`` the learner's version. Older logs have none of them. ``steps_per_second`` or ``pace`` is what
    it was given when it was started: ``Controlled`` says when it holds.
    """

    run: str
    name: str
    recipe: Recipe
    place: int
    preset: str | None = None
    sweep: str | None = None
    origin: Origin = "person"
    learner: int | None = None
    steps_per_second: float | None = None
    pace: Pace | None = None
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

    def beyond(self, step: int) -> "Steps":
        """The same columns after one step; they may be empty then."""
        count = sum(each <= step for each in self.step)
        return Steps(**{name: column[count:] for name, column in self})


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

    def summed_up(self, before: Summary) -> Summary:
        """How the run stands now, if it stood so before."""
        return Summary(
            train_loss=self.train_loss,
            valid_loss=self.valid_loss,
            valid_accuracy=self.valid_accuracy,
            best_valid_accuracy=max(self.valid_accuracy, before.best_valid_accuracy or 0.0),
            baseline_accuracy=before.baseline_accuracy,
            seconds=round(self.milliseconds / 1000, 3),
        )


class Weights(Event):
    """First-layer weights as int8 with what is needed to colour and sort the units at that very step.

    ``bias`` and ``output_weight`` have one number per unit (float32), ``output_bias`` is the logit's own. A model whose
    first layer is its output has one unit of output weight 1 and output bias 0. All three are None in a frame of
    version 1, which had no room for them; such a frame names no ``run`` either.
    """

    MAGIC: ClassVar[bytes] = b"W37\x02"
    HEADER: ClassVar[struct.Struct] = struct.Struct("<4s16sIIHHHHff")
    MAGIC_1: ClassVar[bytes] = b"W37\x01"
    HEADER_1: ClassVar[struct.Struct] = struct.Struct("<4sIIHHHHf")

    run: str = ""
    """At most 16 ASCII characters."""
    step: int
    scale: float
    units: int
    height: int
    width: int
    output_bias: float | None = None
    bias: tuple[float, ...] | None = None
    output_weight: tuple[float, ...] | None = None
    values: bytes

    def encode(self, seq: int) -> bytes:
        """A frame of version 2, or of version 1 where bias and output weights are not known."""
        if self.bias is None or self.output_weight is None or self.output_bias is None:
            return self.encode_1(seq)
        shape = self.units, self.height, self.width
        header = self.HEADER.pack(
            self.MAGIC, self.run.encode("ascii"), seq, self.step, *shape, 0, self.scale, self.output_bias
        )
        return header + struct.pack(f"<{2 * self.units}f", *self.bias, *self.output_weight) + self.values

    def encode_1(self, seq: int) -> bytes:
        """A frame of version 1."""
        shape = self.units, self.height, self.width
        return self.HEADER_1.pack(self.MAGIC_1, seq, self.step, *shape, 0, self.scale) + self.values

    @classmethod
    def version_1(cls, frame: bytes) -> bytes:
        """The same weights as a frame of version 1. Any other bytes are returned as they are."""
        if frame[:4] != cls.MAGIC:
            return frame
        units = int.from_bytes(frame[28:30], "little")
        return cls.MAGIC_1 + frame[20:40] + frame[cls.HEADER.size + 8 * units :]

    @classmethod
    def version_2(cls, frame: bytes, run: str) -> bytes:
        """The same weights as a frame of version 2. Where ``frame`` is of version 1, output bias, biases and output
        weights are NaN: nobody knows them."""
        if frame[:4] != cls.MAGIC_1:
            return frame
        unknown = struct.pack("<f", math.nan)
        name = run.encode("ascii").ljust(16, b"\0")
        units = int.from_bytes(frame[12:14], "little")
        return cls.MAGIC + name + frame[4:24] + unknown * (1 + 2 * units) + frame[24:]

    @classmethod
    def seq_of(cls, frame: bytes) -> int | None:
        """The number in a frame of either version; None where it is none or has the wrong length. Decodes nothing."""
        if frame[:4] == cls.MAGIC and len(frame) >= cls.HEADER.size:
            numbers, before = frame[20:34], cls.HEADER.size
        elif frame[:4] == cls.MAGIC_1 and len(frame) >= cls.HEADER_1.size:
            numbers, before = frame[4:18], cls.HEADER_1.size
        else:
            return None
        seq, _, units, height, width = struct.unpack("<IIHHH", numbers)
        if before == cls.HEADER.size:
            before += 8 * units
        return int(seq) if len(frame) == before + units * height * width else None

    @classmethod
    def decode(cls, frame: bytes) -> Self:
        """Read a frame of either version. Raises ValueError if it is none or has the wrong length."""
        if frame[:4] == cls.MAGIC and len(frame) >= cls.HEADER.size:
            _, run, _, step, units, height, width, _, scale, output_bias = cls.HEADER.unpack_from(frame)
            begin, end = cls.HEADER.size, cls.HEADER.size + 8 * units
            if len(frame) < end:
                raise ValueError(f"weights frame ends within the biases of its {units} units")
            numbers = struct.unpack_from(f"<{2 * units}f", frame, begin)
            of_units = {"output_bias": output_bias, "bias": numbers[:units], "output_weight": numbers[units:]}
            name = run.rstrip(b"\0").decode("ascii")
        elif frame[:4] == cls.MAGIC_1 and len(frame) >= cls.HEADER_1.size:
            _, _, step, units, height, width, _, scale = cls.HEADER_1.unpack_from(frame)
            end, of_units, name = cls.HEADER_1.size, {}, ""
        else:
            raise ValueError("not a weights frame: it must begin with W37\\x01 or W37\\x02")
        values = frame[end:]
        if len(values) != units * height * width:
            raise ValueError(f"weights frame has {len(values)} values, its header says {units * height * width}")
        return cls(run=name, step=step, scale=scale, units=units, height=height, width=width, values=values, **of_units)


class Controlled(Event):
    """A control took effect after ``step`` updates: the update ``step + 1`` is the first made under it. For ``step``
    (one single step) it is the step just taken."""

    what: Literal["pause", "resume", "step", "stop", "learning_rate", "steps_per_second", "pace"]
    value: float | str | None = None
    """A learning rate, steps per second (None: full speed), or a pace's name."""
    step: int


class CheckpointSaved(Event):
    """The whole model at this step can be asked for: to predict with, to download."""

    step: int
    epoch: int


class RunPaused(Event):
    step: int


class RunResumed(Event):
    step: int


class WorkerLost(Event):
    """The worker that trained the run has gone, ``reason`` says how; ``step`` is the last that it had logged. The run
    waits for another, which goes on from the kept model of step ``checkpoint``."""

    step: int
    checkpoint: int
    reason: str
    time: float


class WorkerReplaced(Event):
    """Another worker has computed again, to the same bits, what the log has after the kept model, and trains on from
    ``step``. ``device_name`` is the device's there."""

    step: int
    device_name: str
    time: float


class RunFinished(Event):
    step: int
    summary: Summary
    time: float


class RunStopped(Event):
    """Ended by a person. ``step`` is 0 for a run stopped while it was queued. ``summary`` tells of the newest kept
    model, which is of an earlier step where the run was stopped while it had no worker."""

    step: int
    summary: Summary
    time: float


class RunFailed(Event):
    """``reason`` is a plain sentence for the person who started it. ``diverged``: the recipe itself leads there, and
    would again."""

    step: int
    reason: str
    diverged: bool = False
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

TEXT_TYPES: Mapping[str, type[Event]] = {
    cls.__name__: cls
    for cls in (
        RunQueued, RunStarted, Steps, EpochEnded, Controlled, CheckpointSaved, RunPaused, RunResumed,
        WorkerLost, WorkerReplaced, RunFinished, RunStopped, RunFailed, RunInterrupted,
    )
}  # fmt: skip
"""Every event but :class:`Weights`, by its ``type`` on the wire."""
