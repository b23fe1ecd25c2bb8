"""Real servers with one history: each serves all of it, whichever of them leads."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from tests.conftest import Server, running
from tests.history.conftest import empty
from tests.web.asking import asking, wait_computing

PATIENCE = 60
"""Seconds, on a busy machine."""

TOKEN = "a secret"

get: Callable[..., httpx.Response] = partial(httpx.get, timeout=PATIENCE)
post: Callable[..., httpx.Response] = partial(httpx.post, timeout=PATIENCE)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory, postgres: str, live_url: str) -> Iterator[tuple[Server, Server]]:
    """The one that leads, and one that does not."""
    empty(postgres)
    with ExitStack() as stack:

        def serve(name: str) -> Server:
            return stack.enter_context(
                running(
                    tmp_path_factory.mktemp(name), database_url=postgres, live_url=live_url, token=TOKEN,
                    entries_per_minute="1",
                )
            )  # fmt: skip

        yield serve("leader"), serve("follower")


@pytest.fixture(scope="module")
def leader(servers: tuple[Server, Server]) -> Server:
    return servers[0]


@pytest.fixture(scope="module")
def follower(servers: tuple[Server, Server]) -> Server:
    return servers[1]


@pytest.fixture(scope="module")
def client(follower: Server) -> Iterator[httpx.Client]:
    """Of the follower, signed in there."""
    with follower.client() as client:
        assert client.post("/api/session", json={"token": TOKEN}).status_code == 200
        yield client


@contextmanager
def listed(server: Server) -> Iterator[Callable[[], None]]:
    """Gives a function that waits for a change of the list of runs, which ``server`` tells."""
    with connect(f"{server.ws}/ws", compression=None) as socket:

        def wait(*types: str) -> None:
            while json.loads(socket.recv(PATIENCE)).get("type") not in types:
                pass

        socket.send(json.dumps({"type": "subscribe", "runs": True}))
        wait("Queue")
        yield partial(wait, "RunChanged", "RunDeleted")


def wait_state(server: Server, run: str, state: str | None) -> None:
    """Until ``server`` knows that the run is in this state, or gone where it is None."""
    with listed(server) as wait:
        while get(f"{server.url}/api/runs/{run}").json().get("state") != state:
            wait()


def test_a_run_is_started_watched_and_controlled_at_a_follower(
    leader: Server, follower: Server, client: httpx.Client
) -> None:
    answer = client.post("/api/runs", json={"epochs": 200, "pace": "watch", "name": "Elsewhere"})
    assert answer.status_code == 201, answer.text
    run = answer.json()["id"]
    assert answer.headers["location"] == f"/api/runs/{run}"
    assert follower.until(run, "RunStarted")["name"] == "Elsewhere"
    assert client.post(f"/api/runs/{run}/control", json={"action": "pause"}).status_code == 202
    assert follower.until(run, "RunPaused")["type"] == "RunPaused"
    wait_state(follower, run, "paused")
    assert client.patch(f"/api/runs/{run}", json={"name": "Renamed"}).json()["name"] == "Renamed"
    assert client.post("/api/runs/stop", json={"runs": [run]}).json() == {"stopped": [run]}
    wait_state(follower, run, "stopped")
    logs = [list(server.events(run)) for server in (leader, follower)]
    assert logs[0] == logs[1]
    numbers = [event["seq"] for event in logs[1]]
    assert len(numbers) == len({*numbers})
    with listed(follower) as wait:
        while client.get(f"/api/runs/{run}").json() != get(f"{leader.url}/api/runs/{run}").json():
            wait()
    assert run in client.get(f"/runs/{run}").text
    assert client.delete(f"/api/runs/{run}").status_code == 204
    wait_state(follower, run, None)
    assert client.get(f"/api/runs/{run}").status_code == 404


def test_who_is_signed_in_at_one_server_is_so_at_the_others(
    leader: Server, follower: Server, client: httpx.Client
) -> None:
    for server in leader, follower:
        answer = get(f"{server.url}/api/session", cookies=dict(client.cookies))
        assert answer.json() == {"control": True, "token_needed": True}
        refused = post(f"{server.url}/api/runs", json={})
        assert (refused.status_code, refused.json()["title"]) == (401, "Token needed")


def test_limits_hold_across_servers(leader: Server, follower: Server) -> None:
    path, entry = "/api/lessons/your-turn/entries", {"predicted": 0.9, "recipe": {"epochs": 10**9}}
    asked = [post(server.url + path, json=entry) for server in (follower, leader, follower)]
    assert [answer.status_code for answer in asked] == [422, 429, 429]
    assert "from one address" in asked[2].json()["detail"]


def test_cookies_of_one_visitor_are_not_sent_with_anothers_requests(client: httpx.Client, follower: Server) -> None:
    assert client.post("/api/session", json={"token": TOKEN}).status_code == 200
    assert post(f"{follower.url}/api/runs", json={}).status_code == 401


def test_nobody_else_can_say_that_a_request_was_forwarded(leader: Server) -> None:
    headers = {
        "x-threeseven-forwarded": "guessed", "x-threeseven-client": '["9.9.9.9", 1]', "x-threeseven-scheme": "http",
        "host": "evil.example",
    }  # fmt: skip
    assert get(f"{leader.url}/healthz", headers=headers).status_code == 421


@pytest.mark.parametrize("path", ["/", "/runs", "/draw", "/lessons", "/lessons/your-turn", "/api/storage", "/readyz"])
def test_every_page_is_served_by_a_follower(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_an_experiment_asked_of_a_follower_is_computed(client: httpx.Client) -> None:
    answer = client.post("/api/experiments/batch", json={"recipe": {"epochs": 1}})
    assert answer.status_code == 200, answer.text


def test_an_experiment_ends_with_the_connection_to_the_follower_that_it_was_asked_of(
    leader: Server, follower: Server
) -> None:
    with asking(follower.url) as caller:
        wait_computing(leader, 1)
        caller.shutdown(socket.SHUT_WR)
        assert caller.recv(65_536) == b""
    wait_computing(leader, 0)


def test_what_a_follower_forwards_for_a_client_that_has_sent_all_it_will_is_answered(follower: Server) -> None:
    host, port = follower.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(
            b"POST /api/runs/stop HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %b\r\n"
            b'Content-Type: application/json\r\nContent-Length: 11\r\n\r\n{"runs":[]}' % TOKEN.encode()
        )
        connection.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert said.startswith(b"HTTP/1.1 200 ")
    assert b'{"stopped":[]}' in said


def test_a_follower_reads_digits_itself_also_while_nobody_leads(client: httpx.Client) -> None:
    answer = client.post("/predict", content=bytes(784), headers={"content-type": "application/octet-stream"})
    assert answer.json()["verdict"] == "blank"


def test_a_class_and_the_board_are_followed_at_any_server(
    leader: Server, follower: Server, client: httpx.Client
) -> None:
    opened = client.post("/api/classes")
    assert opened.status_code == 201, opened.text
    code = opened.json()["code"]
    assert get(f"{follower.url}/api/classes/{code}").json()["code"] == code
    with connect(f"{follower.ws}/ws", compression=None) as page:

        def until(type: str) -> dict[str, object]:
            while (frame := json.loads(page.recv(PATIENCE)))["type"] != type:
                pass
            return dict(frame)

        page.send(json.dumps({"type": "subscribe", "board": True}))
        assert until("BoardChanged")
        page.send(json.dumps({"type": "subscribe", "class": "none-such"}))
        assert until("Refused")["reason"] == "no class with this code is open"
        page.send(json.dumps({"type": "subscribe", "class": code}))
        assert until("Class")["closed"] is False
        assert client.delete(f"/api/classes/{code}").status_code == 204
        while not until("Class")["closed"]:
            pass


def test_each_server_names_all_that_there_are_and_the_follower_its_lag(
    leader: Server, follower: Server, client: httpx.Client
) -> None:
    run = client.post("/api/runs", json={"epochs": 200, "pace": "watch"}).json()["id"]

    def both(servers: list[dict[str, Any]]) -> bool:
        at_work = [each["id"] for worker in servers[0]["workers"] for each in worker["runs"]]
        return len(servers) == 2 and servers[1]["lag"] is not None and run in at_work

    for server in leader, follower:
        with connect(f"{server.ws}/ws", compression=None) as socket:
            socket.send(json.dumps({"type": "subscribe", "cluster": True}))
            while (frame := json.loads(socket.recv(PATIENCE)))["type"] != "Cluster" or not both(frame["servers"]):
                pass
        first, second = frame["servers"]
        assert (first["leads"], second["leads"]) == (True, False)
        assert first["lag"] is None
        assert 0 <= second["lag"] < PATIENCE
        assert first["pid"] != second["pid"]
        assert second["workers"] == []
    lags = [
        line for line in get(f"{follower.url}/metrics").text.splitlines() if line.startswith("threeseven_stream_lag")
    ]
    assert float(lags[0].split()[1]) >= 0
    client.post("/api/runs/stop", json={"runs": [run]})
    wait_state(follower, run, "stopped")


def test_a_server_that_has_ended_is_named_no_more(leader: Server, postgres: str, live_url: str, tmp_path: Path) -> None:
    with connect(f"{leader.ws}/ws", compression=None) as socket:

        def until_there_are(servers: int) -> None:
            while (frame := json.loads(socket.recv(PATIENCE)))["type"] != "Cluster" or len(frame["servers"]) != servers:
                pass

        socket.send(json.dumps({"type": "subscribe", "cluster": True}))
        with running(tmp_path, database_url=postgres, live_url=live_url, token=TOKEN):
            until_there_are(3)
        until_there_are(2)
