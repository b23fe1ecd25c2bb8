"""uvicorn's fastest HTTP, with limits that it has no options for: of itself it keeps a head of any length in memory,
waits for ever for one that does not end and for a client that does not read its answer, and takes any number of
connections from anybody."""

import asyncio
from asyncio import TimerHandle
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.web.client import network
from app.web.connections import MOMENT, Connections, State, only_health
from app.web.problems import Problem

HEAD_LIMIT = 64 * 1024
"""Bytes of request line and headers; as many again of chunk sizes and trailers. Browsers send one or two thousand."""

PIECE = 4096
"""Bytes that are parsed at once. Where in them a head begins or ends is not known: it may be longer by two of them."""

ROUND = 0.001
"""Seconds: the shortest after which a loop calls back only when it has looked at its sockets."""

_JOINED = "threeseven.joined"
"""The ASGI extension by which :func:`join_writes` reaches the connection."""

_GIVEN_UP = "threeseven.given_up"
"""The ASGI extension by which :func:`give_up_at_end` does."""

BODY_STEP = 64 * 1024
"""Bytes of a body in the time that a head may take: 3 kB/s by default."""

_REFUSAL = b"The request's head may have at most %d bytes.\n" % HEAD_LIMIT


def too_long() -> bytes:
    """The answer to a request whose head is longer than ``HEAD_LIMIT``."""
    return (
        b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain\r\n"
        b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(_REFUSAL), _REFUSAL)
    )


def _as_it_is_sent(problem: Problem) -> bytes:
    """A problem document where there is no app to answer with it; the connection is closed afterwards."""
    response = problem.response()
    response.headers["connection"] = "close"
    head = b"".join(b"%b: %b\r\n" % header for header in response.raw_headers)
    phrase = HTTPStatus(problem.status).phrase.encode()
    return b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (problem.status, phrase, head, bytes(response.body))


_TOO_SLOW = _as_it_is_sent(
    Problem(
        408, "Too slow", "The request has not come in in time: send it again, faster.", headers={"Retry-After": "5"}
    )
)

_CUT_SHORT = _as_it_is_sent(Problem(400, "Incomplete body", "The connection was closed before the body had ended."))


def join_writes(scope: Scope) -> None:
    """Write head and body of the answer to a POST, which has to follow at once and whole, in one piece."""
    extension = scope.get("extensions", {}).get(_JOINED)
    if extension is not None:  # none beneath another server
        extension["join"]()


def give_up_at_end(scope: Scope) -> None:
    """Take a client that closes its sending half, or has, for one that has gone: the connection is closed and the app
    receives ``http.disconnect``. For a POST that is costly to answer, since a client that has closed the whole
    connection looks the same until something is written to it. Others get their answers: see ``eof_received``."""
    extension = scope.get("extensions", {}).get(_GIVEN_UP)
    if extension is not None:  # none beneath another server
        extension["give_up_at_end"]()


class _Answered:
    """What uvicorn writes an answer to, and closes after one that is the last. To close a connection by which more
    comes in is to reset it, which may take the answer from a client that has not read it yet: so what is left of the
    request's body is read first, and dropped."""

    def __init__(self, protocol: "HttpProtocol") -> None:
        self._protocol = protocol
        self.is_closing = protocol.transport.is_closing
        self.write: Callable[[bytes], None] = protocol.transport.write

    def join(self) -> None:
        """Write the next two pieces as one: the system takes longer over a second one than a prediction's JSON does."""
        self.write = self._hold

    def _hold(self, head: bytes) -> None:
        self._head = head
        self.write = self._write_joined

    def _write_joined(self, body: bytes) -> None:
        self.write = self._protocol.transport.write
        self.write(self._head + body)

    def close(self) -> None:
        asked = self._protocol.cycle  # or a later request, if this one has come in whole
        if asked.response_complete and asked.more_body:
            self._protocol.closing = True
        else:
            self._protocol.transport.close()


@dataclass(frozen=True)
class Patience:
    """Seconds. ``request``: how long the head of a request may take, and each ``BODY_STEP`` of its body; ``reading``:
    how long a client may take nothing of its answer."""

    request: float
    reading: float


def http_protocol(patience: Patience, connections: Connections) -> type["HttpProtocol"]:
    """The protocol with these limits, as uvicorn takes it: a class."""
    return type("LimitedHttpProtocol", (HttpProtocol,), {"patience": patience, "kept": connections})


class HttpProtocol(HttpToolsProtocol):
    """Answers 431 and closes the connection where a request's head is too long, 408 where head or body take too long.
    Aborts it where the client does not read the answer, and where another needs its place and it does nothing."""

    patience: Patience
    kept: Connections
    closing = False
    """Once the request's body has come in, or has not in time."""
    _sent_all = _given_up_at_end = False
    """The client has closed its sending half; the request at work is given up where it does."""
    _beside_body = 0
    _in_head = False
    _refusing = False
    _body_came = 0
    _request_timer: TimerHandle | None = None
    _reading_timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._unanswered: deque[RequestResponseCycle] = deque()
        if not self.kept.add(self, network(self.client[0]) if self.client else ""):
            self.app = only_health(self.app)
        self.loop.call_later(MOMENT, self._settle)
        self._start_request_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self.kept.remove(self)
        self._stop_timers()
        for cycle in self._unanswered:  # uvicorn tells only the newest, which may be waiting for the one at work
            cycle.disconnected = True
            cycle.message_event.set()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """It keeps this connection's place until it is let in."""
        self._stop_timers()
        place = self.kept.upgrade(self)
        super().handle_websocket_upgrade()
        socket: Any = self.transport.get_protocol()
        socket.place = place

    def shutdown(self) -> None:
        """A request that has not come in whole is not waited for."""
        super().shutdown()
        if self._in_head or (self.cycle is not None and self.cycle.more_body):
            self.transport.abort()

    def give_way(self) -> None:
        self.transport.abort()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._beside_body = 0
        self._in_head = True

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._beside_body = 0
        self._body_came = 0
        self._stop_request_timer()
        super().on_headers_complete()
        if self.cycle is None or self.cycle.scope is not self.scope:  # a WebSocket is asked for
            return
        self._unanswered.append(self.cycle)
        if self.scope["method"] not in ("GET", "HEAD"):
            answered = _Answered(self)
            self.cycle.transport = answered  # type: ignore[assignment]
            self.scope["extensions"] = {
                _JOINED: {"join": answered.join},
                _GIVEN_UP: {"give_up_at_end": self._give_up_at_end},
            }

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._stop_request_timer()
        if self.closing:
            self.transport.close()
        self.kept.mark(self, State.WORKING)

    def on_response_complete(self) -> None:
        self._unanswered.popleft()
        self._given_up_at_end = False
        super().on_response_complete()
        if self._refusing:
            self._refuse()
        elif not self.pipeline:
            self.kept.mark(self, State.IDLE)

    def pause_writing(self) -> None:
        """Wait, from here on, for the client to read what was written."""
        super().pause_writing()
        self.kept.mark(self, State.UNREAD)
        self._await_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.kept.mark(self, State.WORKING)
        self._stop_reading_timer()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._await_reading()  # the end of the answer may still be in the buffer

    def _settle(self) -> None:
        """Once the loop has read what has come by now: taking in hundreds of others may have lasted all that time."""
        self.loop.call_later(ROUND, self.kept.settle, self)

    def _start_request_timer(self) -> None:
        if self._request_timer is None:
            self._request_timer = self.loop.call_later(self.patience.request, self._request_too_slow)

    def _stop_request_timer(self) -> None:
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None

    def _request_too_slow(self) -> None:
        self._request_timer = None
        in_body = not self._in_head and self.cycle is not None and not self.cycle.response_complete
        if in_body and (self._body_came >= BODY_STEP or self.flow.read_paused):  # paused: it waits for us
            self._body_came = 0
            return self._start_request_timer()
        if self._in_head or (in_body and not self.cycle.response_started):
            self.transport.write(_TOO_SLOW)
        self.transport.close()
        self._await_reading()

    def _await_reading(self) -> None:
        # Not by closing, which would wait for what is in the buffer.
        self._stop_reading_timer()
        self._reading_timer = self.loop.call_later(self.patience.reading, self.transport.abort)

    def _stop_reading_timer(self) -> None:
        if self._reading_timer is not None:
            self._reading_timer.cancel()
            self._reading_timer = None

    def _stop_timers(self) -> None:
        self._stop_request_timer()
        self._stop_reading_timer()

    def on_body(self, body: bytes) -> None:
        self._beside_body = max(0, self._beside_body - len(body))
        self._body_came += len(body)
        super().on_body(body)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """The client has sent all it will and may still read: it gets the answer that is under way, then the close.
        Where that is given up then, it gets the close."""
        if self.cycle is None or self.cycle.response_complete or self._given_up_at_end:
            return None
        if self.cycle.more_body and not (self.cycle.response_started or self.pipeline):
            self.transport.write(_CUT_SHORT)
            return None
        self.cycle.keep_alive = False
        self._sent_all = True
        return True

    def _give_up_at_end(self) -> None:
        self._given_up_at_end = True
        if self._sent_all:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            upgraded = self.transport.get_protocol() is not self
            if upgraded or self._refusing or self.transport.is_closing():
                return
            self._parse(data[start : start + PIECE])

    def _parse(self, piece: bytes) -> None:
        self._beside_body += len(piece)
        super().data_received(piece)
        upgraded = self.transport.get_protocol() is not self
        if upgraded or self.transport.is_closing():
            return
        if self._beside_body > HEAD_LIMIT:
            self._refusing = True
            self._stop_request_timer()
            self._refuse()
        elif self._in_head or self.cycle is None or self.cycle.response_complete:
            self._start_request_timer()  # what comes may as well be the rest of a body that was refused
        elif self.cycle.more_body:
            self.kept.mark(self, State.RECEIVING)
            self._start_request_timer()

    def _refuse(self) -> None:
        """Once the requests before it have their answers."""
        if self._in_head and self.cycle is not None and not self.cycle.response_complete:
            return
        self.transport.write(too_long())
        self.transport.close()
