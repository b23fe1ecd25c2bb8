"""uvicorn's fastest HTTP, with a limit to what is no body: of itself it keeps a head of any length in memory."""

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


class HttpProtocol(HttpToolsProtocol):
    """Answers 431 and closes the connection where a request's head is too long."""

    _beside_body = 0

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
