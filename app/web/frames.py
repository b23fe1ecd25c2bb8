"""Records as WebSocket frames of a server, which are not masked (RFC 6455, section 5.2), in each form that they are
sent in. A form's bytes are made once per record, however many viewers get them."""

from collections.abc import Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from app.events import RunQueued, RunStarted, Weights
from app.record import Record

_TEXT, _BINARY = 0x81, 0x82  # FIN and the opcode

_NAME_THEIR_RUN = frozenset({RunQueued.__name__, RunStarted.__name__})


class Form(NamedTuple):
    """``named``: text frames say which run they are of. ``weights``: the version of weight frames. ``types``: what is
    sent; None is everything. ``joined``: of several events that are sent at once, those of text are one frame."""

    named: bool = False
    weights: Literal[1, 2] = 1
    types: frozenset[str] | None = None
    joined: bool = False

    def wants(self, record: Record) -> bool:
        return self.types is None or record.type in self.types


def record_frames(records: Sequence[Record], run: str, form: Form) -> bytes:
    """A frame for each record, with its stored bytes but for what ``form`` asks: ``"run"`` comes first in text, and
    texts that follow each other are joined to a JSON array. A browser takes as long for a frame as for thousands of
    bytes."""
    frames: list[bytes] = []
    for binary, group in groupby(records, lambda record: record.binary):
        if binary:
            version = Weights.version_1 if form.weights == 1 else lambda data: Weights.version_2(data, run)
            frames += (_frame(_BINARY, version(record.data)) for record in group)
            continue
        texts = [_text(record, run, form) for record in group]
        if form.joined and len(texts) > 1:
            texts = [b"[%b]" % b",".join(texts)]
        frames += map(text_frame, texts)
    return b"".join(frames)


def _text(record: Record, run: str, form: Form) -> bytes:
    if form.named and record.type not in _NAME_THEIR_RUN:
        return b'{"run":"%b",%b' % (run.encode(), record.data[1:])
    return record.data


def text_frame(data: bytes) -> bytes:
    return _frame(_TEXT, data)


def _frame(opcode: int, data: bytes) -> bytes:
    """As ``websockets.frames.Frame.serialize`` makes it, which takes two (25 kB) to ten times (100 bytes) as long."""
    length = len(data)
    if length < 126:
        head = bytes((opcode, length))
    elif length < 1 << 16:
        head = bytes((opcode, 126)) + length.to_bytes(2)
    else:
        head = bytes((opcode, 127)) + length.to_bytes(8)
    return head + data
