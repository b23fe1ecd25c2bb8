"""A viewer's socket that takes frames ready-made.

Sending through ASGI builds each frame anew for each viewer, and writes each by itself. Here what is due to all is
framed once, and each viewer costs one write of the same bytes.
"""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from app.events import Weights
from app.record import Record

EXTENSION = "threeseven.frames"
"""In a WebSocket's ASGI scope, under ``extensions``: ``{"write": WebSocketProtocol.write}``."""

_TEXT, _BINARY = 0x81, 0x82  # FIN and the opcode


def frame(record: Record) -> bytes:
    """The record as one WebSocket frame of a server, which is not masked (RFC 6455, section 5.2)."""
    opcode = _BINARY if record.binary else _TEXT
    data = Weights.version_1(record.data) if record.binary else record.data
    length = len(data)
    if length < 126:
        head = bytes((opcode, length))
    elif length < 1 << 16:
        head = bytes((opcode, 126)) + length.to_bytes(2)
    else:
        head = bytes((opcode, 127)) + length.to_bytes(8)
    return head + data


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's fastest WebSocket, and a way past its queue for those who keep up."""

    scope: Any

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.scope["extensions"][EXTENSION] = {"write": self.write}

    def write(self, frames: bytes) -> bool:
        """Write whole frames. False, with nothing written, where the viewer has not taken the earlier ones yet or has
        left: ``send`` will then wait, or raise."""
        if not self.writable.is_set() or self.close_sent or self.transport.is_closing():
            return False
        self.transport.write(frames)
        return True
