"""A disk that is full: active runs wait, nothing else starts, and room can be made."""

import asyncio
import json
import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from websockets.sync.client import connect

from app.history import history as history_module
from app.history.ballast import BALLAST_BYTES
from app.history.history import History
from app.history.limits import Limits, NoRoom
from app.history.unavailable import DiskFull, WriteRefused
from app.recipe import Recipe
from tests.conftest import Server
from tests.faults.conftest import SmallDisk
from tests.history.logs import finished, numbered, queued, started, weights
from tests.waiting import until, wait_until

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "RETRY_SECONDS", 0.02)
    monkeypatch.setattr(history_module, "CHECK_SECONDS", 0.02)


async def test_a_run_waits_and_goes_on_when_there_is_room(disk: SmallDisk) -> None:
    log = numbered([started(), *(weights(step, 50_000) for step in range(1, 60)), finished(60)])
    async with History.open(disk.url) as history:
        await history.create(queued())
        disk.fill()
        async with asyncio.TaskGroup() as group:
            storing = group.create_task(history.append("run", log))
            await until(lambda: "the disk is full" in (history.trouble or ""))
            assert not storing.done()
            assert (await history.get("run")).state == "queued"  # nobody has seen what is not stored
            with pytest.raises(NoRoom, match="0 bytes are free"):
                await history.create(queued("other"))
            disk.empty()
        assert (await history.get("run")).state == "finished"
        assert history.trouble is None
    async with History.open(disk.url) as history:
        assert await history.read("run", 1, 1 << 30) == log


async def test_a_run_does_not_wait_for_ever(disk: SmallDisk) -> None:
    async with History.open(disk.url, Limits(write_seconds=0.1)) as history:
        await history.create(queued())
        disk.fill()
        with pytest.raises(WriteRefused, match="the disk is full"):
            await history.append("run", numbered([started(), weights(1, 60_000)]))


async def test_a_server_that_ends_does_not_wait_for_room(disk: SmallDisk) -> None:
    async with History.open(disk.url) as history:
        await history.create(queued())
        disk.fill()
        waiting = asyncio.create_task(history.append("run", numbered([started(), weights(1, 60_000)])))
        await until(lambda: history.trouble is not None)
    with pytest.raises(WriteRefused):
        await waiting


async def test_room_is_noticed_though_nothing_is_written(disk: SmallDisk) -> None:
    async with History.open(disk.url) as history:
        await history.create(queued())
        disk.fill()
        with pytest.raises(DiskFull, match=r"threeseven.db has no room, since the disk is full"):
            await history.rename("run", "x" * 50_000)
        assert (await history.get("run")).name == "textbook run"
        assert history.trouble
        disk.empty()
        await until(lambda: history.trouble is None)
        await history.rename("run", "x" * 50_000)


async def ended(history: History, run: str, frames: int = 0) -> None:
    await history.create(queued(run))
    await grow(history, run, frames)


async def grow(history: History, run: str, frames: int) -> None:
    """Train it, so to speak, to its end: 50 kB a frame."""
    log = [started(run), *(weights(step, 50_000) for step in range(1, frames + 1)), finished(frames)]
    for record in numbered(log):
        await history.append(run, [record])


SMALL = Limits(reserve_bytes=BALLAST_BYTES)
"""8 MB are kept for deletions, and no run starts with less left."""


async def test_a_deletion_makes_room_for_the_run_that_waits(disk: SmallDisk) -> None:
    async with History.open(disk.url, SMALL) as history:
        await ended(history, "old", 500)
        await history.create(queued("new", recipe=Recipe(epochs=1)))
        disk.fill()
        training = asyncio.create_task(grow(history, "new", 150))
        await until(lambda: history.trouble is not None)
        assert await history.delete("old") is None
        await training
        assert [run.id for run in (await history.runs())[0]] == ["new"]
        assert len(await history.read("new", 0, 1 << 30)) == 153


async def test_on_a_full_disk_every_run_can_be_deleted(disk: SmallDisk) -> None:
    async with History.open(disk.url, SMALL) as history:
        for run in "abc":
            await ended(history, run, 20)
        disk.fill()
        for run in "abc":
            assert await history.delete(run) is None
        assert (await history.runs())[0] == []


@pytest.mark.parametrize("kept", [True, False])
async def test_a_history_opens_on_a_full_disk(disk: SmallDisk, kept: bool) -> None:
    async with History.open(disk.url, SMALL) as history:
        await ended(history, "old", 20)
        await history.create(queued("left", recipe=Recipe(epochs=1)))
    if not kept:
        (disk.folder / "threeseven.db.ballast").unlink()
    disk.fill()
    async with History.open(disk.url, SMALL) as history:
        assert [run.id for run in await history.active()] == ["left"]
        assert len(await history.read("old", 0, 1 << 30)) == 23
        with pytest.raises((NoRoom, DiskFull)):
            await history.create(queued("new"))
        storing = asyncio.create_task(history.append("left", numbered([started("left"), finished(1)])))
        if kept:
            assert await history.delete("old") is None
            assert (await history.runs())[0][-1].id == "left"
        else:
            await until(lambda: "the disk is full" in (history.trouble or ""))
        disk.empty()
        await storing
        await history.create(queued("new", recipe=Recipe(epochs=1)))
    async with History.open(disk.url, SMALL) as history:
        assert (await history.get("left")).state == "finished"


def test_a_server_says_so_and_goes_on_though_its_worker_dies_meanwhile(
    serve: Callable[..., AbstractContextManager[Server]], disk: SmallDisk
) -> None:
    with serve(disk.folder, reserve_bytes="0", heartbeat="0.05") as server, server.client() as client:
        run = server.start(epochs=60, steps_per_second=50)["id"]  # which does not end before the disk is full
        server.until(run, "EpochEnded")
        disk.fill()
        with connect(f"{server.ws}/ws") as page:
            while "disk is full" not in (json.loads(page.recv())["trouble"] or ""):
                pass
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "the disk is full" in ready.text
        refused = client.post("/api/runs", json={})
        assert refused.status_code == 507
        assert "free on the server's disk" in refused.json()["detail"]
        refused = client.patch(f"/api/runs/{run}", json={"name": "another"})
        assert refused.status_code == 507
        assert refused.json()["detail"].startswith("The database has no room, since the disk is full")  # not where
        assert client.get(f"/api/runs/{run}").json()["state"] == "running"
        assert client.get("/healthz").status_code == 200
        worker = server.worker_of(run)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{worker}").exists())  # its end has been noticed
        assert client.get(f"/api/runs/{run}").json()["state"] == "running"
        disk.empty()
        client.post(f"/api/runs/{run}/control", json={"pace": "full"}).raise_for_status()
        assert server.until(run, "WorkerReplaced", "RunFinished", "RunFailed")["type"] == "WorkerReplaced"
        assert server.until(run, "RunFinished")
        logged = client.get(f"/api/runs/{run}/metrics").json()["step"]
        assert logged == list(range(1, 60 * 49 + 1))
        assert "disk" not in client.get("/readyz").text
        with connect(f"{server.ws}/ws") as page:
            assert json.loads(page.recv())["trouble"] is None


def test_on_a_full_disk_active_runs_can_be_stopped_and_then_deleted(
    serve: Callable[..., AbstractContextManager[Server]], disk: SmallDisk
) -> None:
    with serve(disk.folder, reserve_bytes=str(BALLAST_BYTES)) as server, server.client() as client:
        running = server.start(epochs=200)["id"]
        server.until(running, "EpochEnded")
        waiting = [server.start(epochs=1)["id"] for _ in range(2)]
        disk.fill()
        wait_until(lambda: "the disk is full" in client.get("/readyz").text)
        assert client.get(f"/api/runs/{running}").json()["state"] == "running"
        for run in (waiting[0], running, waiting[1]):
            asked = client.post(f"/api/runs/{run}/control", json={"action": "stop"})
            assert asked.status_code == 202, asked.text
            assert client.post("/api/runs", json={}).status_code == 507
        for run in (*waiting, running):
            server.until(run, "RunStopped")
            assert client.delete(f"/api/runs/{run}").json()["restorable"] is False
        assert client.get("/api/runs").json()["runs"] == []


def test_what_a_dead_server_left_active_can_be_deleted_on_a_full_disk(
    serve: Callable[..., AbstractContextManager[Server]], disk: SmallDisk
) -> None:
    with serve(disk.folder, reserve_bytes=str(BALLAST_BYTES)) as server:
        left = server.start(epochs=200)["id"]
        server.until(left, "EpochEnded")
        disk.fill()
        server.process.kill()
        server.process.wait()
    disk.fill()
    with serve(disk.folder, reserve_bytes=str(BALLAST_BYTES)) as server, server.client() as client:
        server.until(left, "RunInterrupted")
        assert client.delete(f"/api/runs/{left}").json()["restorable"] is False


def test_a_server_starts_on_a_full_disk_and_says_what_is_wrong(
    serve: Callable[..., AbstractContextManager[Server]], disk: SmallDisk
) -> None:
    with serve(disk.folder, reserve_bytes="0") as server:
        ended = server.start()["id"]
        server.until(ended, "RunFinished")
        left = server.start(epochs=1000, pace="slow")["id"]
        server.until(left, "RunStarted")
        server.process.kill()
        server.process.wait()
    disk.fill()
    with serve(disk.folder, reserve_bytes="0", first_run="true") as server, server.client() as client:
        assert client.get(f"/api/runs/{ended}").json()["state"] == "finished"
        wait_until(lambda: client.get("/readyz").status_code == 503)  # it serves while it still tries to write
        assert "disk" in client.get("/readyz").text
        assert client.post("/api/runs", json={}).status_code == 507
        disk.empty()
        assert "without warning" in str(server.until(left, "RunInterrupted")["reason"])
        assert client.post("/api/runs", json={}).status_code == 201


def test_a_server_with_a_token_starts_on_a_full_disk_and_later_keeps_its_key(
    serve: Callable[..., AbstractContextManager[Server]], disk: SmallDisk, capfd: pytest.CaptureFixture[str]
) -> None:
    def signs_in() -> None:
        with serve(disk.folder, "--token", "s3same", reserve_bytes="0") as server, server.client() as client:
            assert client.post("/api/session", json={"token": "s3same"}).json()["control"] is True
            assert client.get("/api/session").json()["control"] is True

    key = disk.folder / "session.key"
    with serve(disk.folder, reserve_bytes="0"):
        pass  # it makes the database
    disk.fill()
    signs_in()
    assert [each for each in disk.folder.iterdir() if each.name.startswith("session.key")] == []
    assert "Sessions end with this server" in capfd.readouterr().err
    disk.empty()
    signs_in()
    assert len(key.read_bytes()) == 32
