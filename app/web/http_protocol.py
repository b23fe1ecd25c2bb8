"""uvicorn's fastest HTTP, with limits that it has no options for: of itself it keeps a head of any length in memory,
and waits for ever for a client that does not read its answer."""

from asyncio import TimerHandle
from dataclasses import dataclass

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT = 64 * 1024
"""Bytes of request line, headers, chunk sizes and trailers together. Browsers send one or two thousand."""

_REFUSAL = b"The request's head may have at most %d bytes.\n" % HEAD_LIMIT


def too_long() -> bytes:
    """The answer to a request whose head is longer than ``HEAD_LIMIT``."""
    return (
        b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain\r\n"
        b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(_REFUSAL), _REFUSAL)
    )


@dataclass(frozen=True)
class Patience:
    """Seconds. ``reading``: how long a client may take nothing of its answer."""

    reading: float


def http_protocol(patience: Patience) -> type["HttpProtocol"]:
    """The protocol with these limits, as uvicorn takes it: a class."""
    return type("LimitedHttpProtocol", (HttpProtocol,), {"patience": patience})


class HttpProtocol(HttpToolsProtocol):
    """Answers 431 and closes the connection where a request's head is too long. Aborts it where the client does not
    read the answer."""

    patience: Patience
    _beside_body = 0
    _reading_timer: TimerHandle | None = None

    def pause_writing(self) -> None:
        """What was written has not been read: from here until it has been, the client is being waited for."""
        super().pause_writing()
        self._await_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_waiting()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._await_reading()  # the end of the answer may still be in the buffer

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        self._stop_waiting()
        super().handle_websocket_upgrade()

    def _await_reading(self) -> None:
        # Not by closing, which would wait for what is in the buffer.
        self._stop_waiting()
        self._reading_timer = self.loop.call_later(self.patience.reading, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._reading_timer is not None:
            self._reading_timer.cancel()
            self._reading_timer = None

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._beside_body = 0

    def on_body(self, body: bytes) -> None:
        self._beside_body = max(0, self._beside_body - len(body))
        super().on_body(body)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """The client has sent all it will and may still read: it gets the answer that is under way, then the close."""
        if self.cycle is None or self.cycle.response_complete:
            return None
        self.cycle.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        self._beside_body += len(data)
        super().data_received(data)
        upgraded = self.transport.get_protocol() is not self
        if self._beside_body > HEAD_LIMIT and not upgraded and not self.transport.is_closing():
            self.transport.write(too_long())
            self.transport.close()
