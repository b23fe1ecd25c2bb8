"""Silent and slow connections cost others nothing."""

import json
import socket
import sys
from contextlib import ExitStack, contextmanager

import httpx
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.web.connections import GUESTS, SHARE, Connections, State, only_health
from tests.waiting import wait_until


class Connection:
    def __init__(self, address="here"):
        self.address = address
        self.open = True

    def give_way(self):
        self.open = False


def filled(kept, count, state, address="here"):
    made = [Connection(address) for _ in range(count)]
    for connection in made:
        assert kept.add(connection, address)
        kept.mark(connection, state)
    return made


def test_the_oldest_gives_way_and_those_at_work_do_not():
    kept = Connections(8, 0)  # of which one address may have 6
    working, idle, receiving, unread = (
        filled(kept, count, state)
        for count, state in ((2, State.WORKING), (1, State.IDLE), (2, State.RECEIVING), (1, State.UNREAD))
    )
    for gone in (*idle, *receiving, *unread):
        assert gone.open
        newest = Connection()
        assert kept.add(newest, "here")
        kept.mark(newest, State.WORKING)
        assert not gone.open
    assert all(connection.open for connection in working)
    assert not kept.add(Connection(), "here")


def test_of_many_that_come_at_once_none_gives_way_before_what_it_asks_is_read():
    """Such as one that is honest, behind the same address as those that send bodies of one byte."""
    kept = Connections(8, 0, spare=3)  # of which one address may have 6
    slow = filled(kept, 5, State.RECEIVING)
    honest, *others = (Connection() for _ in range(4))
    for connection in (honest, *others):
        assert kept.add(connection, "here")
    assert honest.open
    assert [connection.open for connection in slow] == [False, False, False, True, True]
    silent = [Connection() for _ in range(7)]
    for connection in silent:
        assert kept.add(connection, "here")
    assert not honest.open  # not even the spare places were enough
    still = [connection for connection in (*others, *silent) if connection.open]
    for connection in still:
        kept.settle(connection)
    assert kept.add(Connection(), "here")
    assert not any(connection.open for connection in still[: len(still) - 5])
    assert sum(connection.open for connection in (*slow, *others, *silent)) == 5


def test_what_has_asked_does_not_become_silent():
    kept = Connections(1, 0)
    (working,) = filled(kept, 1, State.WORKING)
    kept.settle(working)
    assert not kept.add(Connection(), "here")
    assert working.open


def test_one_address_cannot_take_all():
    kept = Connections(8, 0)
    filled(kept, 6, State.WORKING, "there")
    assert not kept.add(Connection(), "there")
    filled(kept, 2, State.WORKING, "here")


def test_with_all_places_taken_the_largest_clients_give_way():
    kept = Connections(8, 0)
    large, small = filled(kept, 5, State.IDLE, "large"), filled(kept, 3, State.IDLE, "small")
    assert kept.add(Connection(), "new")
    assert [connection.open for connection in large] == [False, True, True, True, True]
    assert all(connection.open for connection in small)


def test_of_guests_the_newest_are_kept():
    kept = Connections(1, 0)
    filled(kept, 1, State.WORKING)
    guests = [Connection() for _ in range(GUESTS + 2)]
    assert not any(kept.add(guest, "here") for guest in guests)
    assert [guest.open for guest in guests] == [False] * 2 + [True] * GUESTS


def test_sockets_are_counted_apart():
    kept = Connections(1, 1)
    first, second = Connection(), Connection()
    assert kept.add(first, "here")
    let_in = kept.upgrade(first)
    assert let_in.let_in()
    assert kept.add(second, "here")
    assert not kept.upgrade(second).let_in()
    let_in.lost()
    assert kept.upgrade(second).let_in()
    assert kept.add(Connection(), "here")


def test_a_socket_that_is_turned_away_takes_no_other_place_and_gives_way():
    kept = Connections(1, 1)
    (away,) = filled(kept, 1, State.WORKING)
    place = kept.upgrade(away)
    place.turn_away()
    assert away.open
    other = Connection()
    assert kept.add(other, "here")
    assert not away.open
    place.lost()
    assert kept.upgrade(other).let_in()


def test_a_socket_that_is_lost_before_it_is_let_in_takes_no_place():
    kept = Connections(4, 1)
    gone, other = filled(kept, 2, State.WORKING)
    place = kept.upgrade(gone)
    place.lost()
    assert not place.let_in()
    assert kept.upgrade(other).let_in()


@pytest.mark.parametrize(("places", "spare"), [(1, 0), (1, 3)])
def test_that_connections_are_closed_unanswered_is_logged_once(caplog, places, spare):
    kept = Connections(places, 0, spare=spare)
    for _ in range(places + spare):
        assert kept.add(Connection(), "here")
    assert caplog.messages == []
    for _ in range(5):
        assert kept.add(Connection(), "here")
    assert len(caplog.messages) == 1


@given(st.lists(st.tuples(st.sampled_from(["add", "remove", *State]), st.sampled_from("abcd"), st.integers(0, 20))))
def test_there_are_never_more_than_there_may_be(steps):
    kept = Connections(6, 0, spare=2)
    placed: list[Connection] = []
    guests: list[Connection] = []
    for what, address, number in steps:
        if what == "add":
            new = Connection(address)
            (placed if kept.add(new, address) else guests).append(new)
        elif placed:
            chosen = placed[number % len(placed)]
            if what == "remove":
                kept.remove(chosen)
                placed.remove(chosen)
            else:
                kept.mark(chosen, what)
        placed = [connection for connection in placed if connection.open]
        guests = [connection for connection in guests if connection.open]
        assert len(placed) <= 6 + 2
        assert all(sum(c.address == each for c in placed) <= int(6 * SHARE) + 2 for each in "abcd")
        assert len(guests) <= GUESTS


@pytest.mark.anyio
async def test_a_guest_learns_whether_the_server_is_alive_and_when_to_try_again():
    app = Starlette(routes=[Route(path, lambda _: PlainTextResponse("ok")) for path in ("/", "/healthz")])
    transport = httpx.ASGITransport(only_health(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as guest:
        assert (await guest.get("/healthz")).text == "ok"
        refused = await guest.get("/")
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["connection"] == "close"


@pytest.fixture(scope="module")
def small(serve, tmp_path_factory):
    """A server with places for some fifty connections and little patience."""
    with serve(tmp_path_factory.mktemp("small"), files=256, request_patience="2", reading_patience="2") as server:
        yield server


@contextmanager
def opened(server, *, source="127.0.0.1"):
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30, source_address=(source, 0)) as connection:
        yield connection


def ended(connection):
    """What came until the connection ended."""
    came = b""
    try:
        while piece := connection.recv(65_536):
            came += piece
    except ConnectionResetError:
        pass
    return came


def answered_bytewise(connection, byte):
    """Send this again and again until something comes, or the end."""
    connection.settimeout(0.1)
    while True:
        try:
            connection.sendall(byte)
            return connection.recv(65_536)
        except TimeoutError:
            continue
        except ConnectionError:
            return b""


@pytest.mark.skipif(sys.platform != "linux", reason="files are limited, and 127.0.0.2 is there, on Linux")
@pytest.mark.parametrize("beginning", [b"", b"GET / HT", b"POST /api/runs HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"])
def test_many_that_say_little_shut_nobody_out(small, beginning):
    with ExitStack() as stack:
        for number in range(120):
            connection = stack.enter_context(opened(small, source=f"127.0.0.{number % 3 + 1}"))
            connection.sendall(beginning)
        with small.client() as client:
            for path in ("/", "/healthz", "/api/runs"):
                assert client.get(path).status_code == 200


def test_a_connection_that_says_nothing_is_closed(small):
    with opened(small) as connection:
        assert ended(connection) == b""


@pytest.mark.parametrize(
    ("beginning", "byte"),
    [
        (b"GET /", b"a"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ", b"a"),
        (b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{", b" "),
        (
            b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 60000\r\n\r\n",
            b"a",
        ),
    ],
    ids=["the path", "a header", "a body", "a small picture"],
)
def test_what_comes_byte_by_byte_is_cut(small, beginning, byte):
    with opened(small) as connection:
        connection.sendall(beginning)
        answer = answered_bytewise(connection, byte)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"retry-after: 5" in head.lower()
    assert b"application/problem+json" in head.lower()
    assert "in time" in json.loads(body)["detail"]


def test_the_rest_of_a_refused_body_is_not_waited_for(small):
    with opened(small) as connection:
        connection.sendall(b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 413 ")
        while answered_bytewise(connection, b" "):
            pass  # the rest of the answer, until the end


def test_requests_sent_at_once_are_not_answered_any_more_once_a_client_that_does_not_read_is_cut(serve, tmp_path):
    """The server writes no traceback, for which this and every server of the tests is looked at as it ends."""
    request = b"GET /api/digits?split=valid HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with serve(tmp_path, reading_patience="0.5") as server, opened(server) as connection:
        connection.sendall(request * 12)
        assert connection.recv(12) == b"HTTP/1.1 200"
        known = psutil.Process(server.process.pid)
        here = connection.getsockname()
        wait_until(lambda: here not in {other.raddr for other in known.net_connections("tcp")})
