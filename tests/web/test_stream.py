"""The wire as an independent client sees it: every event once, in order, from any cursor.

The clients here are written from docs/protocol.md alone and share no code with the server.
"""

import json
import os
import signal
import socket
import struct
import time
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from app.web.subscriptions import MAX_SUBSCRIPTIONS
from tests.handshake import HANDSHAKE


def open_socket(server, path, **options):
    # max_queue: with a full queue the client would not read the server's goodbye, and wait until its own time-out.
    return connect(f"{server.ws}{path}", **{"max_size": None, "max_queue": None, "compression": None, **options})


def narrow(server):
    """A connection whose receiving end holds little."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect((urlsplit(server.url).hostname, urlsplit(server.url).port))
    return made


def seq(frame):
    return json.loads(frame)["seq"] if isinstance(frame, str) else struct.unpack_from("<I", frame, 4)[0]


def received(server, path):
    """All frames until the server closes, and the code with which it did."""
    frames = []
    with open_socket(server, path) as socket:
        try:
            while True:
                frames.append(socket.recv(timeout=60))
        except ConnectionClosed as closed:
            return frames, closed.rcvd.code if closed.rcvd else None


@pytest.fixture(scope="module")
def finished(server):
    run = server.start(epochs=3)["id"]
    frames, code = received(server, f"/ws/runs/{run}?after=0")
    assert code == 1000
    return run, frames


def test_a_watched_run_comes_whole_and_in_order(finished):
    _, frames = finished
    seqs = [seq(f) for f in frames]
    assert seqs == sorted(set(seqs))
    left_out = set(range(1, seqs[-1] + 1)) - set(seqs)
    newest = max(seq(f) for f in frames if isinstance(f, bytes))
    assert all(missing < newest for missing in left_out), "only weights overtaken by newer ones may be left out"
    texts = [json.loads(f) for f in frames if isinstance(f, str)]
    assert texts[0]["type"] == "RunQueued"
    assert texts[-1]["type"] == "RunFinished"
    assert [s for t in texts if t["type"] == "Steps" for s in t["step"]] == list(range(1, 148))


def test_weights_frames_are_as_documented(finished):
    _, frames = finished
    last = [f for f in frames if isinstance(f, bytes)][-1]
    magic, _, step, units, height, width, _, scale = struct.unpack_from("<4sIIHHHHf", last)
    assert (magic, step, units, height, width) == (b"W37\x01", 147, 30, 28, 28)
    values = np.frombuffer(last, np.int8, offset=24)
    assert values.size == 30 * 28 * 28
    assert np.abs(values).max() == 127
    assert scale > 0


def test_reading_again_from_any_cursor_gives_exactly_the_rest(server, finished):
    run, _ = finished
    whole = {seq(f): f for f in received(server, f"/ws/runs/{run}?after=0")[0]}
    last = max(whole)
    assert whole.keys() == set(range(1, last + 1)), "a replay has every weight image too"

    @settings(max_examples=15)
    @given(after=st.integers(0, last + 3))
    def check(after):
        frames, code = received(server, f"/ws/runs/{run}?after={after}")
        assert code == 1000
        assert {seq(f): f for f in frames} == {s: f for s, f in whole.items() if s > after}

    check()


def test_reconnecting_in_the_middle_loses_and_doubles_nothing(server):
    run = server.start(epochs=4, steps_per_second=400)["id"]
    got: list[Any] = []
    after = 0
    while not (got and json.loads(got[-1])["type"] == "RunFinished"):
        with open_socket(server, f"/ws/runs/{run}?after={after}") as socket:
            for _ in range(5):
                try:
                    frame = socket.recv(timeout=60)
                except ConnectionClosed:
                    break
                after = seq(frame)
                if isinstance(frame, str):
                    got.append(frame)
    steps = [s for f in got if (e := json.loads(f))["type"] == "Steps" for s in e["step"]]
    assert steps == list(range(1, 4 * 49 + 1))


def test_a_viewer_of_a_run_whose_worker_is_killed_sees_each_step_once(server):
    run = server.start(epochs=6, steps_per_second=20)["id"]
    got: list[dict[str, Any]] = []
    with open_socket(server, f"/ws/runs/{run}?after=0") as socket:

        def until(*types):
            while not got or got[-1]["type"] not in types:
                if isinstance(frame := socket.recv(timeout=60), str):
                    got.append(json.loads(frame))
            return got[-1]

        until("EpochEnded")
        os.kill(server.worker_of(run), signal.SIGKILL)
        lost = until("WorkerLost", "RunFinished", "RunFailed")
        assert until("WorkerReplaced", "RunFinished", "RunFailed")["step"] == lost["step"]
        httpx.post(f"{server.url}/api/runs/{run}/control", json={"steps_per_second": None}, timeout=60)
        assert until("RunFinished", "RunFailed")["type"] == "RunFinished"
    seqs = [event["seq"] for event in got]
    assert seqs == sorted(set(seqs))
    assert [step for event in got if event["type"] == "Steps" for step in event["step"]] == list(range(1, 6 * 49 + 1))
    assert [event["epoch"] for event in got if event["type"] == "EpochEnded"] == [1, 2, 3, 4, 5, 6]


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


def test_a_cursor_beyond_the_head_of_a_live_run_harms_nobody(server):
    run = server.start(epochs=1000, steps_per_second=200)["id"]
    server.until(run, "Steps")
    with open_socket(server, f"/ws/runs/{run}?after=999999999") as ahead:
        events = server.events(run)
        while next(events)["type"] != "EpochEnded":
            pass
        with server.client() as client:
            client.post(f"/api/runs/{run}/control", json={"action": "stop"}).raise_for_status()
        assert list(events)[-1]["type"] == "RunStopped"
        assert list(ahead) == []


def test_live_is_the_newest_run(server):
    run = server.start(epochs=2, steps_per_second=100)["id"]
    server.until(run, "RunStarted")
    frames, code = received(server, "/ws/live?after=0")
    assert code == 1000
    assert json.loads(frames[0])["run"] == run


def test_live_waits_for_the_next_run_when_told_which_was_seen(server):
    first = server.start()["id"]
    last = list(server.events(first))[-1]["seq"]
    with open_socket(server, f"/ws/live?after={last}&run={first}") as socket:
        second = server.start()["id"]
        event = json.loads(socket.recv(timeout=60))
    assert (event["seq"], event["type"], event["run"]) == (1, "RunQueued", second)


def test_an_unknown_run_closes_with_4404(server):
    assert received(server, "/ws/runs/none?after=0") == ([], 4404)


@pytest.mark.parametrize("path", ["/ws/nothing", "/", "/predict/"])
def test_an_address_that_is_no_sockets_says_so(server, path):
    with pytest.raises(InvalidStatus) as refused:
        open_socket(server, path)
    answer = refused.value.response
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["detail"]


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 400, "", "٣"])
def test_a_bad_cursor_closes_with_4400(server, finished, after):
    assert received(server, f"/ws/runs/{finished[0]}?after={after}") == ([], 4400)


class PageClient:
    """A client of `/ws`: what came of each run, by its seq, and what is in no log."""

    def __init__(self, server, **options):
        self._opening = open_socket(server, "/ws", **options)
        self.logs: dict[str, dict[int, object]] = {}
        self.said: list[dict[str, object]] = []

    def __enter__(self):
        self.socket = self._opening.__enter__()
        return self

    def __exit__(self, *error):
        self._opening.__exit__(*error)

    def send(self, **message):
        self.socket.send(json.dumps(message))

    def receive(self, timeout=60):
        """The next frame, kept; what it was."""
        frame = self.socket.recv(timeout=timeout)
        if isinstance(frame, str):
            fields = json.loads(frame)
            if "seq" not in fields or fields["type"] == "Ended":
                self.said.append(fields)
                return fields["type"], fields
            return fields["type"], self._keep(fields["run"], fields["seq"], fields)
        assert frame[:4] == b"W37\x02"
        run, seq = struct.unpack_from("<16sI", frame, 4)
        return "Weights", self._keep(run.rstrip(b"\0").decode(), seq, frame)

    def _keep(self, run, seq, content):
        log = self.logs.setdefault(run, {})
        assert seq > max(log, default=0), "twice, or out of order"
        log[seq] = content
        return content

    def until(self, *types, **fields):
        """Receive until a frame of one of these types has these fields."""
        while True:
            type, content = self.receive()
            if type in types and all(content[name] == value for name, value in fields.items()):
                return content

    def nothing_more(self):
        """Ask for something that is refused: by its answer all that was due before has come, nothing of it frames."""
        before = {run: len(log) for run, log in self.logs.items()}
        self.send(type="subscribe", run="nothing")
        self.until("Refused", run="nothing")
        assert {run: len(log) for run, log in self.logs.items()} == before


def as_text(log):
    """The text events of a log that came by /ws, as the older addresses send them."""
    mine = ("RunQueued", "RunStarted")
    return [
        event if event["type"] in mine else {name: value for name, value in event.items() if name != "run"}
        for event in log.values()
        if isinstance(event, dict)
    ]


@pytest.fixture
def page(server):
    with PageClient(server) as client:
        yield client


def test_one_socket_follows_several_runs_to_their_ends(server, page, finished):
    run, frames = finished
    other = server.start(epochs=2)["id"]
    page.send(type="subscribe", run=other, after=0)
    page.send(type="subscribe", run=run, after=3, types=None)
    ended = {page.until("Ended")["run"]: page.said[-1]["seq"] for _ in range(2)}
    assert ended.keys() == {run, other}
    texts = [json.loads(frame) for frame in frames if isinstance(frame, str)]
    assert as_text(page.logs[run]) == [event for event in texts if event["seq"] > 3]
    assert ended[run] == texts[-1]["seq"] == max(page.logs[run])
    assert as_text(page.logs[other])[0]["seq"] == 1
    assert as_text(page.logs[other])[-1]["type"] == "RunFinished"


def test_weights_of_version_2_say_what_those_of_version_1_do_and_more(server, page, finished):
    run, _ = finished
    old = {seq(frame): frame for frame in received(server, f"/ws/runs/{run}")[0] if isinstance(frame, bytes)}
    page.send(type="subscribe", run=run, types=["Weights", "EpochEnded"])
    page.until("Ended")
    new = {seq: frame for seq, frame in page.logs[run].items() if isinstance(frame, bytes)}
    assert new.keys() == old.keys()
    assert {content["type"] for content in page.logs[run].values() if isinstance(content, dict)} == {"EpochEnded"}
    for number, frame in new.items():
        _, _, at, step, units, height, width, flags, scale, bias = struct.unpack_from("<4s16sIIHHHHff", frame)
        assert (at, flags) == (number, 0)
        assert (
            old[number]
            == struct.pack("<4sIIHHHHf", b"W37\x01", at, step, units, height, width, 0, scale)
            + (frame[44 + 8 * units :])
        )
        of_units = np.frombuffer(frame, "<f4", offset=44, count=2 * units)
        assert np.isfinite(of_units).all()
        assert np.isfinite(bias)
    units = [event["units"] for event in page.logs[run].values() if isinstance(event, dict)]
    assert np.allclose(of_units, [*units[-1]["bias"], *units[-1]["output_weight"]], atol=1e-5), "those of the last step"
    asked = {seq(f): f for f in received(server, f"/ws/runs/{run}?weights=2")[0] if isinstance(f, bytes) and f[3] == 1}
    assert not asked


def test_live_is_announced_and_goes_on_with_the_next_run(server, page):
    first = server.start(epochs=1)["id"]
    server.until(first, "RunFinished")
    page.send(type="subscribe", run="live")
    page.until("Live", run=first)
    page.until("Ended", run=first)
    second = server.start(epochs=1)["id"]
    page.until("Live", run=second)
    page.until("Ended", run=second)
    assert min(page.logs[second]) == 1
    last = max(page.logs[second])
    with PageClient(server) as again:
        again.send(type="subscribe", run="live", seen={"run": second, "seq": last})
        again.until("Live", run=second)
        again.nothing_more()
        again.send(type="unsubscribe", run="live")
        again.send(type="subscribe", run="live", seen={"run": second, "seq": last - 2})
        again.until("Ended", run=second)
        assert list(again.logs[second]) == [last - 1, last]


@pytest.fixture(scope="module")
def eager(serve, tmp_path_factory):
    """A server with little patience that trains two runs at once."""
    settings = {"heartbeat": "0.05", "viewer_patience": "0.5", "concurrent_runs": "2"}
    with serve(tmp_path_factory.mktemp("eager"), **settings) as server:
        yield server


def test_live_leaves_a_run_for_one_that_starts_later(eager):
    with PageClient(eager) as page, eager.client() as client:
        page.send(type="subscribe", run="live")
        slow = eager.start(epochs=1000, steps_per_second=20)["id"]
        page.until("Steps", run=slow)
        quick = eager.start(epochs=1)["id"]
        page.until("Live", run=quick)
        before = len(page.logs[slow])
        page.until("Ended", run=quick)
        assert len(page.logs[slow]) == before
        client.post(f"/api/runs/{slow}/control", json={"action": "stop"}).raise_for_status()


def test_a_run_that_is_watched_by_its_id_is_not_sent_twice(server, page):
    run = server.start(epochs=1000, steps_per_second=50)["id"]
    server.until(run, "RunStarted")
    page.send(type="subscribe", run=run)
    page.send(type="subscribe", run="live")
    page.until("Live", run=run)
    with server.client() as client:
        client.post(f"/api/runs/{run}/control", json={"action": "stop"}).raise_for_status()
    page.until("Ended", run=run)
    page.nothing_more()
    assert as_text(page.logs[run])[-1]["type"] == "RunStopped"
    assert sum(said["type"] == "Ended" for said in page.said) == 1


def test_the_list_tells_changes_and_no_steps(server, page):
    page.send(type="subscribe", runs=True)
    page.until("Queue")
    run = server.start(epochs=2, steps_per_second=300)["id"]
    states: list[str] = []
    while states[-1:] != ["finished"]:
        changed = page.until("RunChanged")["run"]
        if changed["id"] == run:
            states.append(changed["state"])
    assert states == sorted(states, key=["queued", "running", "finished"].index)
    with server.client() as client:
        assert client.get(f"/api/runs/{run}").json() == changed
        client.patch(f"/api/runs/{run}", json={"name": "another"}).raise_for_status()
        while page.until("RunChanged")["run"]["name"] != "another":
            pass
        client.delete(f"/api/runs/{run}").raise_for_status()
    page.until("RunDeleted", id=run)
    assert page.logs == {}


def test_the_list_tells_how_far_a_slow_run_has_come(server, page):
    page.send(type="subscribe", runs=True)
    run = server.start(epochs=40, batch_size=1, steps_per_second=50)["id"]
    far = {0}
    while len(far) < 3:
        changed = page.until("RunChanged")["run"]
        if changed["id"] == run:
            assert changed["epoch"] == 0
            far.add(changed["step"])
    with server.client() as client:
        client.post("/api/runs/stop", json={"runs": [run]}).raise_for_status()


def test_the_queue_is_told_whole_whenever_it_changes(server, page):
    slow = server.start(epochs=1000, batch_size=32)["id"]
    server.until(slow, "Steps")
    page.send(type="subscribe", runs=True)
    page.until("Queue", runs=[], places=[])
    first, second = (server.start()["id"] for _ in range(2))
    page.until("Queue", runs=[first, second], places=[1, 2])
    with PageClient(server) as late, server.client() as client:
        late.send(type="subscribe", runs=True)
        late.until("Queue", runs=[first, second])
        client.post(f"/api/runs/{first}/control", json={"action": "stop"}).raise_for_status()
        late.until("Queue", runs=[second])
        client.post(f"/api/runs/{slow}/control", json={"action": "stop"}).raise_for_status()
        late.until("Queue", runs=[])
        server.until(second, "RunFinished")


def test_a_heartbeat_comes_at_once_and_again(eager):
    with PageClient(eager) as page:
        beats = [page.until("Heartbeat") for _ in range(4)]
        assert all(abs(beat["time"] - time.time()) < 60 for beat in beats)
        assert {beat["every"] for beat in beats} == {0.05}


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"type": "subscribe", "run": "none"}, "no such run"),
        ({"type": "subscribe", "run": "x", "after": -1}, "after"),
        ({"type": "subscribe", "run": "x", "after": "1"}, "after"),
        ({"type": "subscribe", "run": "x", "types": ["Stps"]}, "no type of event 'Stps'"),
        ({"type": "subscribe", "run": "x", "runs": True}, "name a"),
        ({"type": "subscribe"}, "name a"),
        ({"type": "subscribe", "run": "live", "seen": {"run": "x"}}, "seen.seq"),
        ({"type": "subscribe", "run": "live", "after": 3}, "seen"),
        ({"type": "subscribe", "run": "x", "seen": {"run": "x", "seq": 3}}, "after"),
        ({"type": "subscribe", "run": "x", "types": []}, "types"),
        ({"type": "listen", "run": "x"}, "type: one of subscribe, unsubscribe"),
        (["subscribe"], ""),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(page, message, reason):
    page.socket.send(json.dumps(message))
    refused = page.until("Refused")
    assert reason in refused["reason"]
    assert refused["run"] == (message.get("run") if isinstance(message, dict) else None)


def test_what_is_no_json_is_refused(page):
    for nonsense in ("", "{", "\U0001f600", b"\xff\xfe", "[" * 4000):
        page.socket.send(nonsense)
        assert page.until("Refused")["run"] is None


def test_a_run_has_one_subscription_a_socket(server, page):
    run = server.start(epochs=1000, steps_per_second=50)["id"]
    page.send(type="subscribe", run=run)
    page.until("Steps")
    page.send(type="subscribe", run=run)
    assert "already" in page.until("Refused", run=run)["reason"]
    page.send(type="unsubscribe", run=run)
    page.send(type="subscribe", run="none")
    page.until("Refused", run="none")  # by now all that was on its way has come
    page.nothing_more()
    last = max(page.logs[run])
    page.send(type="subscribe", run=run, after=last)
    page.until("Steps")
    assert min(seq for seq in page.logs[run] if seq > last) == last + 1
    with server.client() as client:
        client.post(f"/api/runs/{run}/control", json={"action": "stop"}).raise_for_status()
    page.until("Ended", run=run)


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
        while not welcome(server):  # once the server has noticed that one has left
            pass


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
        watching = ""
        while "threeseven_viewers 0.0" not in watching:
            watching = client.get("/metrics").text
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


def test_what_a_viewer_says_is_ignored(server):
    run = server.start(epochs=1)["id"]
    with open_socket(server, f"/ws/runs/{run}?after=0") as socket:
        socket.send("hello")
        socket.send(b"\x00" * 100)
        frames = list(socket)
    assert json.loads(frames[-1])["type"] == "RunFinished"
