"""What is no body has a limit; bodies have others."""

import asyncio
import json
import socket
from contextlib import suppress

import pytest
from starlette.responses import PlainTextResponse
from uvicorn import Config
from uvicorn.server import ServerState

from app.web.connections import Connections
from app.web.http_protocol import HEAD_LIMIT, Patience, give_up_at_end, http_protocol, join_writes
from app.web.websocket_protocol import WebSocketProtocol
from tests.handshake import HANDSHAKE


def answer(server, *pieces):
    """What a server says to these bytes until it closes the connection, which it may do while we still talk."""
    host, port = server.url.removeprefix("http://").split(":")
    said = b""
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        with suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
        with suppress(ConnectionError):
            while heard := connection.recv(65_536):
                said += heard
    return said


BODY = (
    b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nConnection: close\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
LONG = [b"x" * 1000] * (4 * HEAD_LIMIT // 1000)


@pytest.mark.parametrize(
    "request_",
    [
        [b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ", *LONG],
        [b"GET /", *LONG],
        [b"GET / HTTP/1.1\r\nHost: localhost\r\n", *[b"X-Many: 12345\r\n" * 70] * (4 * HEAD_LIMIT // 1000)],
        [BODY, b"1\r\nx\r\n0\r\nX-Trailer: ", *LONG],
    ],
    ids=["a header", "the path", "many headers", "a trailer"],
)
def test_a_head_without_an_end_is_refused(server, request_):
    assert answer(server, *request_).startswith(b"HTTP/1.1 431 ")


def test_a_body_may_be_longer_than_a_head(server):
    chunk = b"8000\r\n" + bytes(0x8000) + b"\r\n"
    said = answer(server, BODY, *[chunk] * 10, b"0\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 422 ")
    assert b"Unreadable picture" in said


def test_a_connection_carries_many_requests(server):
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Some: " + b"x" * 1000 + b"\r\n\r\n"
    last = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert b"431" not in answer(server, *[request] * 2, last)
    with server.client() as client:
        for _ in range(100):
            assert client.get("/healthz", headers={"x-some": "x" * 1000}).status_code == 200


def test_a_client_that_has_sent_all_it_will_still_gets_its_answer(server):
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(b"GET /api/runs HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        said = b""
        while piece := connection.recv(65_536):
            said += piece
    assert said.startswith(b"HTTP/1.1 200 ")
    assert json.loads(said.partition(b"\r\n\r\n")[2])["runs"] is not None


def test_a_batch_of_drawings_is_answered_whole_though_the_client_has_sent_all_it_will(server):
    """The answer begins before all of it is made."""
    body = json.dumps({"items": [{"strokes": []}] * 100, "image": False}).encode()
    head = BODY.replace(b"image/png", b"application/json")
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head.replace(b"Transfer-Encoding: chunked", b"Content-Length: %d" % len(body)) + body)
        connection.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.count(b'"blank"') == 100
    assert said.endswith(b"0\r\n\r\n")


def test_a_client_that_has_ended_within_a_body_is_told_so_at_once(serve, tmp_path):
    with serve(tmp_path, request_patience="600") as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(BODY.replace(b"Transfer-Encoding: chunked", b"Content-Length: 100") + b"half of it")
            connection.shutdown(socket.SHUT_WR)
            said = b""
            while piece := connection.recv(65_536):
                said += piece
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1") == 1
    assert b"closed before the body had ended" in said


@pytest.mark.parametrize("path", [b"/predict", b"/api/runs", b"/nothing"])
def test_a_client_that_reads_only_when_it_has_sent_all_learns_that_it_was_too_much(server, path):
    """Also one that asks for the connection to be closed."""
    host, port = server.url.removeprefix("http://").split(":")
    size = 12_000_000
    head = BODY.replace(b"/predict", path).replace(b"Transfer-Encoding: chunked", b"Content-Length: %d" % size)
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head + bytes(size))
        said = b""
        while piece := connection.recv(65_536):
            said += piece
    assert said.startswith(b"HTTP/1.1 413 ")
    assert said.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "header",
    [b"Cookie: " + b"x" * 20_000, b"\r\n".join(b"X-%d: 1" % number for number in range(500))],
    ids=["long", "many"],
)
def test_a_handshake_may_have_as_long_a_head_as_any_request(server, header):
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(HANDSHAKE + header + b"\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        (b"Cookie: " + b"x" * HEAD_LIMIT + b"\r\n\r\n", b"431"),
        (b"Content-Length: 5\r\n\r\nhello", b"400"),
    ],
    ids=["too long", "with a body"],
)
def test_a_handshake_that_cannot_be_read_is_answered(server, rest, status):
    assert answer(server, HANDSHAKE + rest).startswith(b"HTTP/1.1 %b " % status)


HERE = PlainTextResponse("here")


class Written:
    """A transport that notes each piece that it is given."""

    def __init__(self, transport, pieces):
        self._transport, self._pieces = transport, pieces

    def write(self, piece):
        self._pieces.append(piece)
        self._transport.write(piece)

    def __getattr__(self, name):
        return getattr(self._transport, name)


def noting(pieces, connection_made):
    return lambda protocol, transport: connection_made(protocol, Written(transport, pieces))


async def answer_to_one_read(said, app=HERE, pieces=None, ends=None):
    """What a client is told that has sent all of it before the server reads for the first time. ``pieces`` gets what
    the server writes at a time. Once ``ends`` is set, the client closes its sending half."""
    protocol = http_protocol(Patience(request=20, reading=20), Connections(10, 10))
    if pieces is not None:
        protocol = type("Noted", (protocol,), {"connection_made": noting(pieces, protocol.connection_made)})
    config = Config(app, http=protocol, ws=WebSocketProtocol, log_config=None)
    config.load()
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * len(said))
        theirs.settimeout(20)
        theirs.sendall(said)
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: protocol(config=config, server_state=ServerState(), app_state={}), ours
        )
        if ends is not None:
            await ends.wait()
            theirs.shutdown(socket.SHUT_WR)
        heard = b""
        with suppress(ConnectionError):
            while piece := await asyncio.to_thread(theirs.recv, 65_536):
                heard += piece
    return heard


GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.anyio
@pytest.mark.parametrize("size", [75_000, 100_000, 180_000])
@pytest.mark.parametrize("start", [GET, HANDSHAKE], ids=["a request", "a handshake"])
@pytest.mark.parametrize("before", [0, 1, 3])
async def test_a_head_that_comes_in_one_read_has_the_same_limit(before, start, size):
    said = (GET + b"\r\n") * before + start + b"X-Long: " + b"x" * size + b"\r\n\r\n"
    answers = (await answer_to_one_read(said)).split(b"HTTP/1.1 ")[1:]
    assert [each[:3] for each in answers] == [b"200"] * before + [b"431"]


@pytest.mark.anyio
async def test_many_requests_may_come_in_one_read():
    one = GET + b"X-Some: " + b"x" * 1000 + b"\r\n\r\n"
    body = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000
    last = GET + b"Connection: close\r\n\r\n"
    answers = (await answer_to_one_read(one * 60 + body + one * 60 + last)).split(b"HTTP/1.1 ")[1:]
    assert [each[:3] for each in answers] == [b"200"] * 122


@pytest.mark.anyio
async def test_head_and_body_that_are_joined_are_written_as_one():
    async def whole(scope, receive, send):
        await receive()
        join_writes(scope)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"here"})

    one = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx"
    last = one.replace(b"Host", b"Connection: close\r\nHost")
    pieces: list[bytes] = []
    heard = await answer_to_one_read(one + one + last, whole, pieces)
    assert b"".join(pieces) == heard
    assert [piece[:12] + piece[-8:] for piece in pieces] == [b"HTTP/1.1 200\r\n\r\nhere"] * 3


@pytest.mark.anyio
async def test_to_join_where_it_cannot_be_changes_nothing():
    """A GET, and beneath another server than ours."""

    async def whole(scope, receive, send):
        join_writes(scope)
        join_writes({"type": "http"})
        await HERE(scope, receive, send)

    heard = await answer_to_one_read(GET + b"Connection: close\r\n\r\n", whole)
    assert heard.startswith(b"HTTP/1.1 200")
    assert heard.endswith(b"here")


POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx"


class Ending:
    """An app that gives up what is asked by POST when the client has sent all it will, and answers what is asked by GET
    some time after that. ``late``: a POST is looked at some time after that, too."""

    def __init__(self, late=False):
        self.begun, self.left, self._late = asyncio.Event(), 0, late

    async def __call__(self, scope, receive, send):
        await receive()
        if scope["method"] == "GET" or self._late:
            self.begun.set()
            await some_time()
        if scope["method"] == "GET":
            return await HERE(scope, receive, send)
        give_up_at_end(scope)
        self.begun.set()
        while (await receive())["type"] != "http.disconnect":
            pass
        self.left += 1


async def some_time():
    """In which the loop reads all that has been sent."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.anyio
@pytest.mark.parametrize("late", [False, True], ids=["before the client ends", "after it"])
async def test_what_is_given_up_ends_with_what_the_client_sends(late):
    app = Ending(late)
    assert await answer_to_one_read(POST, app, ends=app.begun) == b""
    assert app.left == 1


@pytest.mark.anyio
async def test_what_follows_a_request_that_could_be_given_up_is_answered():
    async def answered(scope, receive, send):
        if scope["method"] == "GET":
            return await ending(scope, receive, send)
        give_up_at_end(scope)
        give_up_at_end({"type": "http"})  # beneath another server than ours
        await HERE(scope, receive, send)

    ending = Ending()
    heard = await answer_to_one_read(POST + GET + b"\r\n", answered, ends=ending.begun)
    assert heard.count(b"HTTP/1.1 200") == heard.count(b"here") == 2
