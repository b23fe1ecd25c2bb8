"""Records as WebSocket frames of a server, which are not masked (RFC 6455, section 5.2), in each form that they are
sent in. A form's bytes are made once per record, however many viewers get them."""

from typing import Literal, NamedTuple

from app.events import RunQueued, RunStarted, Weights
from app.record import Record

_TEXT, _BINARY = 0x81, 0x82  # FIN and the opcode

_NAME_THEIR_RUN = frozenset({RunQueued.__name__, RunStarted.__name__})


class Form(NamedTuple):
    """``named``: text frames say which run they are of. ``weights``: the version of weight frames. ``types``: what is
    sent; None is everything."""

    named: bool = False
    weights: Literal[1, 2] = 1
    types: frozenset[str] | None = None

    def wants(self, record: Record) -> bool:
        return self.types is None or record.type in self.types


def record_frame(record: Record, run: str, form: Form) -> bytes:
    """One frame with the record's stored bytes, but for what ``form`` asks: ``"run"`` comes first in text."""
    data = record.data
    if record.binary:
        return _frame(_BINARY, Weights.version_1(data) if form.weights == 1 else Weights.version_2(data, run))
    if form.named and record.type not in _NAME_THEIR_RUN:
        data = b'{"run":"%b",%b' % (run.encode(), data[1:])
    return _frame(_TEXT, data)


def text_frame(data: bytes) -> bytes:
    return _frame(_TEXT, data)


def _frame(opcode: int, data: bytes) -> bytes:
    length = len(data)
    if length < 126:
        head = bytes((opcode, length))
    elif length < 1 << 16:
        head = bytes((opcode, 126)) + length.to_bytes(2)
    else:
        head = bytes((opcode, 127)) + length.to_bytes(8)
    return head + data
