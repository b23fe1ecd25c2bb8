"""What a server says of itself and its workers."""

import json
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from websockets.sync.client import connect

from app.cluster import ClusterState, ServerState, WorkerState
from app.run import Run
from app.web.servers import Servers
from tests.conftest import Server

PATIENCE = 60


def until(server: Server, holds: Callable[[ClusterState], bool]) -> ClusterState:
    """The first state that a page is sent for which this holds."""
    with connect(f"{server.ws}/ws", compression=None) as socket:
        socket.send(json.dumps({"type": "subscribe", "cluster": True}))
        while True:
            frame: dict[str, Any] = json.loads(socket.recv(PATIENCE))
            if frame.pop("type") == "Cluster" and holds(state := ClusterState.model_validate(frame)):
                return state


def test_a_server_alone_leads_and_says_what_its_workers_do(server: Server) -> None:
    with server.client() as client:
        run = client.post("/api/runs", json={"epochs": 500, "pace": "slow", "name": "Seen at work"}).json()["id"]

        def at_work(now: ClusterState) -> list[WorkerState]:
            (own,) = now.servers
            return [worker for worker in own.workers if run in [each.id for each in worker.runs]]

        state = until(server, lambda now: bool(at_work(now)) and now.running > 0)  # it is given before it begins
        (own,) = state.servers
        (worker,) = at_work(state)
        assert own.leads
        assert own.lag is None
        assert 1 <= own.viewers <= own.most_viewers, "who asks"
        assert "Seen at work" in [each.name for each in worker.runs]
        assert worker.devices[0] == "cpu"
        assert state.unheard is None
        answer = client.get("/api/cluster")
        assert ClusterState.model_validate(answer.json()).servers[0].pid == own.pid
        client.post("/api/runs/stop", json={"runs": [run]})
        until(server, lambda now: not at_work(now))


class Leading:
    """This server leads since another was killed, whose last words are still known."""

    held, lag = True, None
    dead = ServerState(
        node="another", pid=1, version="", started=0.0, leads=True, viewers=0, most_viewers=1, lag=None,
        trouble="Full.", workers=[],
    )  # fmt: skip

    async def put_state(self, _: str, state: bytes) -> tuple[list[bytes], None]:
        return [self.dead.model_dump_json().encode(), state], None

    async def remove_state(self, _: str) -> None: ...


class Led:
    """A history without runs."""

    leadership, trouble = Leading(), None

    async def active(self) -> list[Run]:
        return []


@pytest.mark.anyio
async def test_a_dead_server_does_not_lead_beside_the_one_that_does() -> None:
    supervisor, viewers = SimpleNamespace(ready_workers=[]), SimpleNamespace(count=0, most=1)
    opened: Any = Servers.open(cast(Any, Led()), cast(Any, supervisor), cast(Any, viewers), "http://here")
    async with opened as servers:
        assert [(each.pid, each.leads) for each in servers.now.servers] == [(os.getpid(), True), (1, False)]
        assert servers.trouble is None


def test_a_subscription_to_the_servers_ends_when_it_is_told_to(server: Server) -> None:
    with connect(f"{server.ws}/ws", compression=None) as socket:
        for wanted in ({"type": "subscribe", "cluster": True}, {"type": "unsubscribe", "cluster": True}):
            socket.send(json.dumps(wanted))
        socket.send(json.dumps({"type": "subscribe", "cluster": True, "runs": True}))
        while (frame := json.loads(socket.recv(PATIENCE)))["type"] in ("Heartbeat", "Cluster"):
            pass
    assert frame["type"] == "Refused"
    assert "cluster" in frame["reason"]


def test_metrics_name_workers_and_no_lag(server: Server) -> None:
    until(server, lambda now: bool(now.servers[0].workers))
    text = httpx.get(f"{server.url}/metrics", timeout=PATIENCE).text
    assert "threeseven_worker_tasks{" in text
    assert "threeseven_stream_lag_seconds NaN" in text
