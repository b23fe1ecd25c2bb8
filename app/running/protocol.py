"""What the server and a worker process send each other, as frames on two pipes.

A frame is a uint32 (little-endian) with the length of its body, and the body. To a worker go commands: JSON, each with
its ``type``. From a worker come messages: MessagePack, each with its type's name. Commands and messages carry the id of
their task and, where they are about one, of their run.
"""

import os
import queue
import struct
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, BinaryIO, Final, Literal, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.checkpoint import Checkpoint
from app.controls import AnyControl
from app.recipe import Recipe
from app.record import Record
from app.resumption import Resumption

if sys.platform == "linux":
    from fcntl import F_SETPIPE_SZ, fcntl

FRAME_BYTES = 32 << 20
"""The longest frame accepted. The kept models from which a sweep goes on are a third of ``SWEEP_BYTES`` at most, and
what is compared then 4 MB; a longer frame means that something else has written to the pipe."""

WAITING_COMMANDS = 1000
"""Commands that a worker holds before the next one waits in the pipe, and its sender with it."""

PIPE_BYTES = 1 << 20
"""What the pipe holds before training must wait for the server, which may be busy with its viewers for some
milliseconds. Linux's usual 64 kB do not hold one checkpoint; this is the most that it grants to any user."""


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True)


class Member(_Command):
    """A run of a task. Its log's next record gets the number ``first_seq``; ``controls`` hold from step 0 on or, with
    ``resumption``, from where its log ends: it goes on there. ``ended``: it did so in another worker, from which the
    others have come; it takes its place beside them, and nothing is said of it."""

    run: str
    name: str
    recipe: Recipe
    first_seq: int
    controls: tuple[AnyControl, ...] = ()
    resumption: Resumption | None = None
    ended: bool = False


class TrainRun(_Command):
    type: Literal["TrainRun"] = "TrainRun"
    id: str
    member: Member

    @property
    def members(self) -> tuple[Member, ...]:
        return (self.member,)

    @property
    def controls(self) -> tuple[AnyControl, ...]:
        return ()

    @property
    def size(self) -> None:
        """It is no sweep's."""

    @property
    def background(self) -> bool:
        return False


class TrainSweep(_Command):
    """Members of a sweep that train as one: ``app.sweep.groups`` has the rule. ``controls`` hold for all of them from
    step 0 on, or from where their logs end. They take so many ``threads`` of a processor. ``size`` is that of the whole
    sweep, which shares the room for pictures and models. All tasks of the ``background`` together have as many turns as
    any other task has."""

    type: Literal["TrainSweep"] = "TrainSweep"
    id: str
    members: Annotated[tuple[Member, ...], Field(min_length=1)]
    controls: tuple[AnyControl, ...] = ()
    size: int
    threads: int = 1
    background: bool = False


class ComputeExperiment(_Command):
    """``parameters`` is the JSON of the experiment's parameters; ``seconds`` of a processor may be spent on it."""

    type: Literal["ComputeExperiment"] = "ComputeExperiment"
    id: str
    name: str
    parameters: str
    seconds: float


class SendControl(_Command):
    """For one run of a task, or for all of them (``run`` is None). Nothing happens where the task has ended."""

    type: Literal["SendControl"] = "SendControl"
    task: str
    run: str | None
    control: AnyControl


class CancelTask(_Command):
    """End the task between two steps, without a word in its runs' logs."""

    type: Literal["CancelTask"] = "CancelTask"
    task: str


Task = TrainRun | TrainSweep | ComputeExperiment
Command = Task | SendControl | CancelTask

_COMMAND: Final[TypeAdapter[Command]] = TypeAdapter(Annotated[Command, Field(discriminator="type")])


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The worker has loaded everything and waits for tasks. ``devices`` are those it can train on, the one that
    ``auto`` means first; ``node`` is the name of its machine, ``pid`` the id of its process there."""

    devices: tuple[str, ...]
    node: str
    pid: int


class Logged(msgspec.Struct, frozen=True, tag=True):
    """The next record of a run's log."""

    task: str
    run: str
    record: Record


class Saved(msgspec.Struct, frozen=True, tag=True):
    """A checkpoint of a run."""

    task: str
    run: str
    checkpoint: Checkpoint


class Answer(msgspec.Struct, frozen=True, tag=True):
    """What an experiment has computed, as JSON. ``TaskEnded`` follows."""

    task: str
    json: bytes


class TaskEnded(msgspec.Struct, frozen=True, tag=True):
    """The task is done, or was cancelled. ``memory`` is what the process takes, in bytes; 0 where the system does not
    say."""

    task: str
    memory: int


class TaskFailed(msgspec.Struct, frozen=True, tag=True):
    """The task met an error, told in a sentence, or was ``too_long``. The worker goes on with its other tasks.
    ``memory`` is that of :class:`TaskEnded`."""

    task: str
    reason: str
    memory: int
    too_long: bool = False


class Broke(msgspec.Struct, frozen=True, tag=True):
    """The worker cannot go on, and says why in a sentence. Nothing follows."""

    reason: str


Message = Ready | Logged | Saved | Answer | TaskEnded | TaskFailed | Broke

_LENGTH: Final = struct.Struct("<I")
_to_bytes: Final = msgspec.msgpack.Encoder().encode
_to_message: Final = msgspec.msgpack.Decoder(Message).decode


class ProtocolError(ValueError):
    """The bytes are not frames of this protocol."""


def encode(sent: Command | Message) -> bytes:
    body = _to_bytes(sent) if isinstance(sent, msgspec.Struct) else sent.model_dump_json().encode()
    return _LENGTH.pack(len(body)) + body


class Frames:
    """Passes on a worker's bytes, but a frame only once it is whole: where the rest never comes, another can follow."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> bytes:
        """All that is whole by now. Raises ProtocolError."""
        self._rest += data
        end = 0
        while len(self._rest) >= end + _LENGTH.size:
            after = end + _LENGTH.size + _body_length(self._rest, end)
            if len(self._rest) < after:
                break
            end = after
        whole = bytes(self._rest[:end])
        del self._rest[:end]
        return whole


class Decoder:
    """Takes a worker's bytes in pieces of any size, and returns the messages that are complete."""

    def __init__(self) -> None:
        self._frames = Frames()

    def feed(self, data: bytes) -> list[Message]:
        """Raises ProtocolError, after which nothing more can be decoded."""
        whole = self._frames.feed(data)
        messages, begin = [], 0
        while begin < len(whole):
            end = begin + _LENGTH.size + _body_length(whole, begin)
            try:
                messages.append(_to_message(whole[begin + _LENGTH.size : end]))
            except msgspec.DecodeError as error:
                raise ProtocolError(f"a frame that is no message: {error}") from error
            begin = end
        return messages


def _body_length(data: bytes | bytearray, begin: int = 0) -> int:
    length: int = _LENGTH.unpack_from(data, begin)[0]
    if not 0 < length <= FRAME_BYTES:
        raise ProtocolError(f"a frame of {length} bytes; at most {FRAME_BYTES} are accepted")
    return length


class Inbox:
    """A worker's standard input. A thread of its own reads it, so that asking whether a command has come costs some
    tens of nanoseconds.

    The end of the input means that the server has died or wants nothing more: the process then ends at once, whatever
    it is doing.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._room = threading.Semaphore(WAITING_COMMANDS)
        self._reader = threading.Thread(target=self._read, args=(stream,), name="inbox", daemon=True)
        self._reader.start()

    def take(self, timeout: float | None = 0) -> Command | None:
        """The next command, waiting up to ``timeout`` seconds for it (None: for ever), or None where none came."""
        if timeout == 0 and self._commands.empty():
            return None
        try:
            command = self._commands.get(timeout=timeout)
        except queue.Empty:
            return None
        self._room.release()
        return command

    def wait_for_end(self) -> None:
        """Stay until the server closes the input, which ends the process."""
        self._reader.join()

    def _read(self, stream: BinaryIO) -> None:
        try:
            for body in _bodies(stream):
                self._room.acquire()
                self._commands.put(_COMMAND.validate_json(body))
        except Exception:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)


def _bodies(stream: BinaryIO) -> Iterator[bytes]:
    """Each whole frame's body; a frame that is cut short by the end is left out."""
    while len(head := stream.read(_LENGTH.size)) == _LENGTH.size:
        length = _body_length(head)
        if len(body := stream.read(length)) < length:
            return
        yield body


class Outbox:
    """A worker's way to the server. ``stream`` is unbuffered: what has been sent stays sent when the process is
    killed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    @classmethod
    def instead_of_stdout(cls) -> Self:
        """From now on whatever else is printed goes to standard error, where it can spoil no frame."""
        stream = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        if sys.platform == "linux":
            with suppress(OSError):  # this user has many wide pipes already: a narrow one does as well
                fcntl(stream.fileno(), F_SETPIPE_SZ, PIPE_BYTES)
        return cls(stream)

    def send(self, *messages: Message) -> None:
        """Wait while the server is behind. End the process where the server has died: there is nobody to train for."""
        self.write(b"".join(map(encode, messages)))

    def write(self, frames: bytes) -> None:
        """As :meth:`send`, what is encoded already."""
        data = memoryview(frames)
        try:
            while data:
                data = data[self._stream.write(data) :]
        except BrokenPipeError:
            os._exit(0)
