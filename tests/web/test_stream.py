"""`/ws` as an independent client sees it: all that a page watches over one connection."""

import json
import struct
import time

import numpy as np
import pytest

from tests.web.viewers import PageClient, as_text, received, seq


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
