"""Turns between people who start runs: by session, else by address."""

import json
from contextlib import ExitStack

import pytest
from websockets.sync.client import connect

TOKEN = "s3same"


def start(client, **fields):
    answer = client.post("/api/runs", json={"epochs": 1000, "batch_size": 32, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def places(client):
    """Ids of the runs that wait, in the order of their places as the list of runs has them."""
    waiting = [run for run in client.get("/api/runs?limit=200").json()["runs"] if run["state"] == "queued"]
    return [run["id"] for run in sorted(waiting, key=lambda run: run["place"])]


def told(server, runs):
    """The places that a page is told of, once these are the runs that wait."""
    with connect(f"{server.ws}/ws", compression=None) as socket:
        socket.send(json.dumps({"type": "subscribe", "runs": True}))
        while (frame := json.loads(socket.recv(60))).get("type") != "Queue" or frame["runs"] != runs:
            pass
        return frame["places"]


@pytest.mark.parametrize("by", ["session", "address"])
def test_a_second_persons_first_run_does_not_wait_for_all_of_the_firsts(serve, tmp_path, by):
    options = {"token": TOKEN} if by == "session" else {}
    with serve(tmp_path, queued_runs="4", **options) as server, ExitStack() as stack:
        one, other = (
            stack.enter_context(server.client(headers={"x-forwarded-for": f"10.0.0.{n}"} if by == "address" else {}))
            for n in (1, 2)
        )
        if by == "session":
            for client in one, other:
                assert client.post("/api/session", json={"token": TOKEN}).status_code == 200
        server.until(start(one)["id"], "RunStarted")
        first = [start(one) for _ in range(4)]
        assert [run["place"] for run in first] == [1, 2, 3, 4]
        full = one.post("/api/runs", json={})
        assert (full.status_code, full.json()["title"]) == (503, "Queue full")
        second = start(other)
        assert (second["state"], second["place"]) == ("queued", 2)
        assert other.post("/api/runs", json={}).status_code == 503
        expected = [first[0]["id"], second["id"], *(run["id"] for run in first[1:])]
        assert places(one) == expected
        assert told(server, expected) == [1, 2, 3, 4, 5]
        assert one.post("/api/runs/stop", json={"runs": expected[:1]}).status_code == 200
        assert places(one) == [first[1]["id"], second["id"], first[2]["id"], first[3]["id"]]


def test_runs_start_as_they_were_asked_for_where_the_server_is_told_so(serve, tmp_path):
    with serve(tmp_path, "--no-turns", queued_runs="2") as server, ExitStack() as stack:
        one, other = (stack.enter_context(server.client(headers={"x-forwarded-for": f"10.0.0.{n}"})) for n in (1, 2))
        server.until(start(one)["id"], "RunStarted")
        waiting = [start(one)["id"], start(one)["id"]]
        assert places(other) == waiting
        assert other.post("/api/runs", json={}).status_code == 503
