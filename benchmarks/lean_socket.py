"""A WebSocket viewer that costs next to nothing, so that hundreds in one process measure the server and not themselves.

It reads frame headers and each frame's ``seq``; it answers pings; it understands only what this server sends.
"""

import asyncio
import base64
import os
import struct
import time
from array import array
from typing import cast


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
        self._rest = b""
        """The begin of a frame whose end has not come yet."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        if self._rest:
            data = self._rest + data
        at = 0
        if not self.open.done():
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._rest = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                self.open.set_exception(ConnectionError(data[:end].decode()))
                return
            at = end + 4
            self.open.set_result(None)
        size = len(data)
        while at + 2 <= size:
            length, start = data[at + 1], at + 2
            if length >= 126:
                wide = 2 if length == 126 else 8
                if size < start + wide:
                    break
                length, start = int.from_bytes(data[start : start + wide]), start + wide
            if size < start + length:
                break
            self._read(data, data[at] & 15, start, now)
            at = start + length
        self._rest = data[at:]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.open.done():
            self.open.set_exception(exc or ConnectionError("closed during the handshake"))
        if not self.closed.done():
            self.closed.set_result(None)

    def _read(self, data: bytes, opcode: int, start: int, now: float) -> None:
        if opcode == 1:  # {"seq":123,…
            self.seqs.append(int(data[start + 7 : data.index(b",", start)]))
            self.times.append(now)
        elif opcode == 2:
            self.seqs.append(struct.unpack_from("<I", data, start + 4)[0])
            self.times.append(now)
            self.binary += 1
        elif opcode == 9:
            length = data[start - 1]  # of a control frame it is one byte
            self._transport.write(bytes((0x8A, 0x80 | length, 0, 0, 0, 0)) + data[start : start + length])
        elif opcode == 8:
            self._transport.write(b"\x88\x80\0\0\0\0")
            self._transport.close()
