"""What a worker tells the server, as bytes on a pipe.

A message is a uint32 with the length of what follows, a byte for its kind, and its body; numbers are little-endian.
Pure: nothing here reads or writes.
"""

import json
import struct
from dataclasses import dataclass
from typing import Final

from app.checkpoint import Checkpoint
from app.record import Record

MESSAGE_BYTES = 16 << 20
"""The longest message believed in. The largest model a recipe allows has 0.8 MB; a longer message means that
something else has written to the pipe."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has loaded everything and waits for its job. ``devices`` are those it can train on, the one that
    ``auto`` means first."""

    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Broke:
    """The worker cannot go on, and says why in a plain sentence. Nothing follows."""

    reason: str


Message = Ready | Broke | Record | Checkpoint


class FramingError(ValueError):
    """The bytes are not messages of a worker."""


_LENGTH: Final = struct.Struct("<I")
_RECORD: Final = struct.Struct("<IqB")
"""seq, step (-1: none), length of the type's name; the name and the data follow."""
_CHECKPOINT: Final = struct.Struct("<II?")
"""step, epoch, kept; the data follow."""

_READY, _BROKE, _RECORD_KIND, _CHECKPOINT_KIND = b"r", b"b", b"e", b"c"


def encode(message: Message) -> bytes:
    match message:
        case Record():
            name = message.type.encode()
            step = -1 if message.step is None else message.step
            body = _RECORD_KIND + _RECORD.pack(message.seq, step, len(name)) + name + message.data
        case Checkpoint():
            body = _CHECKPOINT_KIND + _CHECKPOINT.pack(message.step, message.epoch, message.kept) + message.data
        case Ready():
            body = _READY + json.dumps(message.devices).encode()
        case Broke():
            body = _BROKE + message.reason.encode()
    return _LENGTH.pack(len(body)) + body


class Decoder:
    """Give it bytes as they come, in pieces of any size, and it gives back the messages that are complete."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """Raises FramingError, after which nothing more can be decoded."""
        self._rest += data
        messages, begin = [], 0
        while len(self._rest) >= begin + _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._rest, begin)
            if not 0 < length <= MESSAGE_BYTES:
                raise FramingError(f"a message of {length} bytes")
            end = begin + _LENGTH.size + length
            if len(self._rest) < end:
                break
            messages.append(_decode(bytes(self._rest[begin + _LENGTH.size : end])))
            begin = end
        del self._rest[:begin]
        return messages


def _decode(body: bytes) -> Message:
    kind, rest = body[:1], body[1:]
    try:
        if kind == _RECORD_KIND:
            seq, step, length = _RECORD.unpack_from(rest)
            data = _RECORD.size + length
            return Record(seq, rest[_RECORD.size : data].decode(), None if step < 0 else step, rest[data:])
        if kind == _CHECKPOINT_KIND:
            step, epoch, kept = _CHECKPOINT.unpack_from(rest)
            return Checkpoint(step, epoch, kept, rest[_CHECKPOINT.size :])
        if kind == _READY:
            return Ready(tuple(json.loads(rest)))
        if kind == _BROKE:
            return Broke(rest.decode())
    except (struct.error, ValueError, TypeError) as error:
        raise FramingError(f"a message of kind {kind!r} that cannot be read: {error}") from error
    raise FramingError(f"a message of unknown kind {kind!r}")
