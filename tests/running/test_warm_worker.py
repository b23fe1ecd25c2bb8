import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from app.controls import Act
from app.events import RunFailed, RunStarted, RunStopped
from app.history.history import History
from app.recipe import Recipe
from app.running import warm_worker
from app.running.engine import Engine
from app.running.supervisor import Supervisor
from app.running.warm_worker import ActiveTask, WarmWorker
from tests.running.watching import PATIENCE, Watcher

pytestmark = pytest.mark.anyio


class Changes:
    """Lets a test wait for what a warm worker reports."""

    def __init__(self) -> None:
        self._changed = anyio.Event()

    def note(self) -> None:
        self._changed.set()

    def ended(self, task: ActiveTask, reason: str | None, lost: bool) -> None:
        raise AssertionError(f"{task} ended: nobody has given it")

    async def until(self, worker: WarmWorker, *, ready: bool) -> None:
        with anyio.fail_after(PATIENCE):
            while worker.ready != ready:
                await self._changed.wait()
                self._changed = anyio.Event()


@pytest.fixture
async def changes() -> Changes:
    return Changes()


@pytest.fixture
async def worker(history: History, engine: Engine, changes: Changes) -> AsyncIterator[WarmWorker]:
    worker = WarmWorker(history, engine, changes.note, changes.ended)
    assert not worker.warming
    yield worker
    await worker.close()
    worker.prepare()
    assert not worker.ready


async def test_a_waiting_worker_that_dies_is_replaced(worker: WarmWorker, changes: Changes) -> None:
    worker.prepare()
    await changes.until(worker, ready=True)
    assert worker.devices[-1] == "cpu"
    first = worker.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await changes.until(worker, ready=False)
    worker.hurry()
    await changes.until(worker, ready=True)
    assert worker.pid != first
    await worker.release()
    assert not worker.ready
    assert not worker.warming


async def test_a_run_whose_images_cannot_be_loaded_fails_and_says_so(tmp_path: Path) -> None:
    async with (
        History.open(f"sqlite:///{tmp_path}/threeseven.db") as history,
        Supervisor(
            history, concurrent_runs=1, queued_runs=1, device="cpu", mnist_dir=tmp_path / "nowhere"
        ) as supervisor,
    ):
        run = await supervisor.start(Recipe())
        failed = await Watcher(history, run.id).until(RunFailed)
        assert "nowhere" in failed.reason
        assert not supervisor.ready


async def test_a_worker_that_has_grown_is_replaced_between_two_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_worker, "MEMORY_BYTES", 1)
    async with (
        History.open(f"sqlite:///{tmp_path}/threeseven.db") as history,
        Supervisor(history, concurrent_runs=1, queued_runs=2, device="cpu", mnist_dir=None) as supervisor,
    ):
        pids = []
        for _ in range(2):
            run = await supervisor.start(Recipe(epochs=1000, batch_size=32))
            watcher = Watcher(history, run.id)
            await watcher.until(RunStarted)
            pids.append(supervisor.workers[run.id])
            await supervisor.control(run.id, Act(action="stop"))
            await watcher.until(RunStopped)
        assert pids[0] != pids[1]
