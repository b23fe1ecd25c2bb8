import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from app.controls import Act, SetPace
from app.events import RunFailed, RunPaused, RunStarted, RunStopped, Steps
from app.experiments import Batch
from app.history.history import History
from app.recipe import Recipe
from app.running import warm_worker, workers
from app.running.computations import ExperimentFailed
from app.running.engine import Engine
from app.running.supervisor import Supervisor
from app.running.warm_worker import ActiveTask, WarmWorker
from tests.running.conftest import CANCEL_SECONDS
from tests.running.watching import LONG, Watcher
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.anyio

QUESTION = Batch(recipe=Recipe(), step=1, images=1)


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


def test_a_worker_that_does_not_answer_is_killed_after_a_second() -> None:
    assert CANCEL_SECONDS == 1


@asynccontextmanager
async def supervised(path: Path) -> AsyncIterator[tuple[History, Supervisor]]:
    async with (
        History.open(f"sqlite:///{path}/threeseven.db") as history,
        Supervisor(history, concurrent_runs=1, queued_runs=2, device="cpu", mnist_dir=None) as supervisor,
    ):
        yield history, supervisor


async def test_a_worker_that_has_grown_is_replaced_between_two_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_worker, "MEMORY_BYTES", 1)
    async with supervised(tmp_path) as (history, supervisor):
        pids = []
        for _ in range(2):
            run = await supervisor.start(LONG)
            watcher = Watcher(history, run.id)
            await watcher.until(RunStarted)
            pids.append(supervisor.workers[run.id])
            await supervisor.control(run.id, Act(action="stop"))
            await watcher.until(RunStopped)
        assert pids[0] != pids[1]


@pytest.mark.parametrize("cores", [1, 2])
async def test_a_worker_that_has_grown_takes_more_while_a_run_pauses_in_it(
    cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows when that run goes on, and until it ends the worker cannot be replaced."""
    monkeypatch.setattr(warm_worker, "MEMORY_BYTES", 1)
    monkeypatch.setattr(workers, "cores", lambda: cores)
    async with supervised(tmp_path) as (history, supervisor):

        async def place_of(pace: SetPace) -> tuple[str, int]:
            """A run that has begun, and its worker's process id."""
            run = await supervisor.start(LONG, pace=pace)
            await Watcher(history, run.id).until(Steps)
            return run.id, supervisor.workers[run.id]

        _, trainer = await place_of(SetPace(pace="full"))
        paused, grown = await place_of(SetPace(pace="slow"))
        await supervisor.control(paused, Act(action="pause"))
        await Watcher(history, paused).until(RunPaused)
        with anyio.fail_after(PATIENCE):
            for step in (1, 2):
                await supervisor.compute("batch", QUESTION.model_copy(update={"step": step}))
        _, its = await place_of(SetPace(pace="slow"))
        assert its == grown
        assert (grown == trainer) == (cores == 1)
        await supervisor.stop()
        await until(lambda: not supervisor.workers)
        assert (await place_of(SetPace(pace="slow")))[1] != grown


async def test_a_worker_that_grew_with_a_task_that_failed_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_worker, "MEMORY_BYTES", 1)
    monkeypatch.setattr(workers, "cores", lambda: 1)
    async with supervised(tmp_path) as (_, supervisor):
        with anyio.fail_after(PATIENCE):
            await supervisor.wait_idle()
            before = supervisor.idle_workers
            with pytest.raises(ExperimentFailed):
                await supervisor.compute("no such experiment", QUESTION)
        await until(lambda: supervisor.idle_workers not in ([], before))
