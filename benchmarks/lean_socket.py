"""A WebSocket viewer that costs next to nothing, so that hundreds in one process measure the server and not themselves.

It reads frame headers and each frame's ``seq``; it answers pings; it understands only what this server sends.
"""

import asyncio
import base64
import os
import struct
import time
from array import array


class LeanViewer(asyncio.Protocol):
    """``seqs`` and ``times`` (Unix seconds) of every frame received; ``binary`` counts those with weights."""

    def __init__(self, path: str, host: str) -> None:
        self.seqs = array("L")
        self.times = array("d")
        self.binary = 0
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # of a stream
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        buffer = self._buffer
        buffer += data
        if not self.open.done():
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not buffer.startswith(b"HTTP/1.1 101"):
                self.open.set_exception(ConnectionError(bytes(buffer[:end]).decode()))
                return
            del buffer[: end + 4]
            self.open.set_result(None)
        at = 0
        while (frame := self._frame(at)) is not None:
            start, end = frame
            self._read(buffer[at] & 15, start, end, now)
            at = end
        del buffer[:at]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.open.done():
            self.open.set_exception(exc or ConnectionError("closed during the handshake"))
        if not self.closed.done():
            self.closed.set_result(None)

    def _frame(self, at: int) -> tuple[int, int] | None:
        """Where the payload of the frame at ``at`` begins and ends, once all of it is here."""
        buffer = self._buffer
        if len(buffer) < at + 2:
            return None
        length, start = buffer[at + 1], at + 2
        if length >= 126:
            size = 2 if length == 126 else 8
            if len(buffer) < start + size:
                return None
            length, start = int.from_bytes(buffer[start : start + size]), start + size
        return (start, start + length) if len(buffer) >= start + length else None

    def _read(self, opcode: int, start: int, end: int, now: float) -> None:
        buffer = self._buffer
        if opcode == 1:  # {"seq":123,…
            self.seqs.append(int(buffer[start + 7 : buffer.index(b",", start)]))
            self.times.append(now)
        elif opcode == 2:
            self.seqs.append(struct.unpack_from("<I", buffer, start + 4)[0])
            self.times.append(now)
            self.binary += 1
        elif opcode == 9:
            self._transport.write(b"\x8a\x80\0\0\0\0")
        elif opcode == 8:
            self._transport.write(b"\x88\x80\0\0\0\0")
            self._transport.close()
