"""`/ws/runs/{id}` and `/ws/live` as an independent client sees them: every event once, in order, from any cursor."""

import json
import os
import signal
import struct
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.web.viewers import open_socket, received, seq


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


def test_what_a_viewer_says_is_ignored(server):
    run = server.start(epochs=1)["id"]
    with open_socket(server, f"/ws/runs/{run}?after=0") as socket:
        socket.send("hello")
        socket.send(b"\x00" * 100)
        frames = list(socket)
    assert json.loads(frames[-1])["type"] == "RunFinished"
