"""What a viewer may ask of the server, and what becomes of those that ask for more or do not read."""

from contextlib import ExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed

from app.web.subscriptions import MAX_SUBSCRIPTIONS
from tests.handshake import HANDSHAKE
from tests.waiting import wait_until
from tests.web.viewers import PageClient, narrow, open_socket, received, seq


@pytest.fixture(scope="module")
def patient(serve, tmp_path_factory):
    """A server that waits for viewers that do not read for longer than a run may take on a busy machine."""
    with serve(tmp_path_factory.mktemp("patient"), viewer_patience="600") as server:
        yield server


def test_a_stalled_viewer_costs_the_others_nothing(patient):
    server = patient
    run = server.start(epochs=5, hidden=256)["id"]
    with open_socket(server, f"/ws/runs/{run}?after=0", max_queue=1, sock=narrow(server)) as stalled:
        stalled.recv(timeout=60)
        # It reads nothing more for now: 15 MB of weights fill every buffer on the way to it.
        frames, code = received(server, f"/ws/runs/{run}?after=0")
        assert code == 1000
        rest = list(stalled)
    seqs = [seq(f) for f in rest]
    assert seqs == sorted(set(seqs))
    texts = [f for f in frames if isinstance(f, str)]
    assert [f for f in rest if isinstance(f, str)] == texts[1:], "and then it has missed nothing"


def test_subscriptions_have_a_limit(serve, tmp_path):
    with serve(tmp_path, queued_runs="200") as server, PageClient(server) as page:
        first = server.start(epochs=1000, batch_size=32)["id"]
        server.until(first, "Steps")
        with server.client() as client:  # it keeps its place, and takes no time from the rest
            client.post(f"/api/runs/{first}/control", json={"action": "pause"}).raise_for_status()
        runs = [server.start()["id"] for _ in range(MAX_SUBSCRIPTIONS + 1)]  # in the queue, where none of them ends
        for run in runs:
            page.send(type="subscribe", run=run)
        assert str(MAX_SUBSCRIPTIONS) in page.until("Refused")["reason"]
        page.send(type="unsubscribe", run=runs[0])
        page.send(type="subscribe", run=runs[-1])
        page.until("RunQueued", run=runs[-1])


def test_viewers_from_one_address_have_a_limit(serve, tmp_path):
    with serve(tmp_path, viewers_per_address="2") as server:
        with PageClient(server) as first, PageClient(server):
            first.until("Heartbeat")
            with PageClient(server) as third, pytest.raises(ConnectionClosed) as closed:
                third.until("Heartbeat")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1013
            assert "THREESEVEN_VIEWERS_PER_ADDRESS" in closed.value.rcvd.reason
        wait_until(lambda: welcome(server))  # once the server has noticed that one has left


def test_viewers_that_are_refused_and_do_not_go_keep_nobody_out(serve, tmp_path):
    """More of them, from one address, than there are WebSockets in all."""
    with serve(tmp_path, files=180, viewers_per_address="1") as server, ExitStack() as stack:
        for _ in range(100):
            stubborn = stack.enter_context(narrow(server))
            stubborn.sendall(HANDSHAKE + b"X-Forwarded-For: 203.0.113.7\r\n\r\n")
            assert stubborn.recv(12) == b"HTTP/1.1 101"
        assert welcome(server)


def welcome(server):
    with PageClient(server) as page:
        try:
            page.until("Heartbeat")
        except ConnectionClosed:
            return False
        return True


def test_a_viewer_that_does_not_read_is_cut_off(eager):
    run = eager.start(epochs=5, hidden=256)["id"]
    with PageClient(eager) as page:
        page.send(type="subscribe", run=run, types=["RunFinished"])  # nothing that one could be too slow to read
        page.until("RunFinished")
    stalled = narrow(eager)
    request = (
        f"GET /ws/runs/{run} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    stalled.sendall(request.encode())
    assert stalled.recv(12) == b"HTTP/1.1 101"  # it is a viewer
    with eager.client() as client:
        wait_until(lambda: "threeseven_viewers 0.0" in client.get("/metrics").text)
    stalled.close()


@pytest.mark.parametrize("said", ["", "x" * 100, "ping"])
def test_who_talks_too_much_is_closed(server, said):
    run = server.start(epochs=1000, steps_per_second=20)["id"]

    def talk():
        for _ in range(200_000):
            talker.ping() if said == "ping" else talker.send(said)

    with open_socket(server, f"/ws/runs/{run}") as talker:
        with pytest.raises(ConnectionClosed) as closed:
            talk()
        assert closed.value.rcvd is None or closed.value.rcvd.code == 1008
    with server.client() as client:
        client.post(f"/api/runs/{run}/control", json={"action": "stop"}).raise_for_status()


def test_of_many_empty_frames_few_are_answered(server):
    """They cost as much as longer ones."""
    answered = 0
    with narrow(server) as talker, talker.makefile("rb") as answers:
        talker.sendall(
            b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        while answers.readline() != b"\r\n":
            pass
        talker.sendall(b"\x81\x80\0\0\0\0" * 1000)
        while (head := answers.read(2))[0] != 0x88:  # a closing frame
            length = int.from_bytes(answers.read(2)) if head[1] == 126 else head[1]
            answered += b"Refused" in answers.read(length)
        assert int.from_bytes(answers.read(2)) == 1008
    assert answered < 600


def test_a_viewer_is_told_that_the_server_leaves_whatever_another_does(serve, tmp_path):
    with serve(tmp_path) as server:
        run = server.start(epochs=5, hidden=256)["id"]
        broken, stalled = narrow(server), narrow(server)
        broken.sendall(b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       b"Content-Length: 5\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                       b"Sec-WebSocket-Version: 13\r\n\r\nhello")  # fmt: skip
        with PageClient(server) as page:
            page.send(type="subscribe", run=run, types=["RunFinished"])
            page.until("RunFinished")
            stalled.sendall(f"GET /ws/runs/{run} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                            "Sec-WebSocket-Version: 13\r\n\r\n".encode())  # fmt: skip
            assert stalled.recv(12) == b"HTTP/1.1 101"
            page.until("Heartbeat")  # it has been sent as much as it takes by then, and reads no more
            assert server.end() == 0
            with pytest.raises(ConnectionClosed) as closed:
                page.until("Ended")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
        broken.close()
        with suppress(ConnectionResetError):
            while stalled.recv(65536):
                pass
        stalled.close()
