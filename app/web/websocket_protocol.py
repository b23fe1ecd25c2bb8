"""A viewer's socket: takes frames ready-made, and keeps bounds to what a viewer can cost.

Sending through ASGI builds each frame anew for each viewer, and writes each by itself. Here what is due to all is
framed once, and each viewer costs one write of the same bytes.
"""

from asyncio import TimerHandle
from time import monotonic
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from app.web.connections import Upgraded
from app.web.http_protocol import HEAD_LIMIT, too_long

EXTENSION = "threeseven.socket"
"""In a WebSocket's ASGI scope, under ``extensions``: the :class:`WebSocketProtocol` itself."""

TALK_BYTES_PER_SECOND = 4096
"""What a viewer may send all the time. Pongs and subscriptions come to some hundred bytes a minute."""

TALK_BURST = 64 * 1024
"""What it may send at once beyond that: the subscriptions of a page that watches hundreds of runs."""

FRAME_BYTES = 128
"""As so many a frame counts besides its own: what it takes to read and answer one hardly depends on its length, and an
empty one has six bytes."""

TALK_PIECE = 1024
"""Bytes that are read before it is seen whether a viewer has sent too much."""

POLICY_VIOLATION = 1008

CLOSE_SECONDS = 5.0
"""How long a viewer may take to read what is on its way before a connection that is being closed is aborted."""


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's fastest WebSocket, and a way past its queue for viewers that keep up.

    A viewer that does not answer pings, or that does not read the end of its connection, is cut off; one that sends
    more than it has reason to is closed with 1008. A handshake that cannot be read is answered 400 or 431.
    """

    scope: Any
    place: Upgraded
    """Set as soon as there is a connection."""
    _allowance = float(TALK_BURST)
    _allowed_at = 0.0
    _abort_timer: TimerHandle | None = None

    def write(self, frames: bytes) -> bool:
        """Write whole frames. False, with nothing written, where the viewer has not taken the earlier ones yet or has
        left: wait for :meth:`room`, which raises for one that has left."""
        if not self.writable.is_set() or self.close_sent or self.transport.is_closing():
            return False
        self.transport.write(frames)
        return True

    async def room(self) -> None:
        """Return when the viewer has taken what was written before. Raises OSError where it has left."""
        await self.writable.wait()
        if self.disconnected or self.close_sent or self.transport.is_closing():
            raise ClientDisconnected

    def data_received(self, data: bytes) -> None:
        if not self.handshake_initiated:
            return self._handshake(data)
        now = monotonic()
        earned = (now - self._allowed_at) * TALK_BYTES_PER_SECOND
        self._allowance = min(TALK_BURST, self._allowance + earned)
        self._allowed_at = now
        for start in range(0, len(data), TALK_PIECE):
            piece = data[start : start + TALK_PIECE]
            self._allowance -= len(piece)
            if self._allowance < 0:
                return self._silence()
            super().data_received(piece)
            if self.conn.parser_exc is not None:
                return

    def _silence(self) -> None:
        if not (self.close_sent or self.transport.is_closing()):
            self.conn.fail(POLICY_VIOLATION, "a viewer has less to say")
            self.handle_parser_exception()

    def handle_events(self) -> None:
        self._allowance -= FRAME_BYTES * len(self.conn.events)
        super().handle_events()

    def _handshake(self, data: bytes) -> None:
        """``data`` is the whole head, as the HTTP protocol has read it."""
        self._allowed_at = monotonic()
        if len(data) > HEAD_LIMIT:
            return self._refuse(too_long())
        super().data_received(data)
        if not self.handshake_initiated:  # the library could not read it, and uvicorn has not noticed
            answer = b"".join(self.conn.data_to_send())
            self._refuse(answer or b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

    def _refuse(self, answer: bytes) -> None:
        self.handshake_initiated = self.handshake_complete = self.close_sent = True
        self.transport.write(answer)
        self._close()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.scope["extensions"][EXTENSION] = self

    def pause_writing(self) -> None:
        """Stop reading, too: a client that does not read is not answered either, such as its pings."""
        super().pause_writing()
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not (self.read_paused or self.transport.is_closing()):
            self.transport.resume_reading()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if self.close_sent:
            self.handshake_complete = True  # also of one that was refused, which uvicorn would log as an error
            self._close_soon()

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        self._close_soon()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._close_soon()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()  # what waits to be written may never be read

    def shutdown(self) -> None:
        super().shutdown()
        self._close_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._abort_timer is not None:
            self._abort_timer.cancel()
        super().connection_lost(exc)
        self.place.lost()

    def _close(self) -> None:
        self.transport.close()
        self._close_soon()

    def _close_soon(self) -> None:
        if self._abort_timer is None and not self.disconnected:
            self._abort_timer = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)
