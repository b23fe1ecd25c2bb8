"""A run whose worker is lost goes on in another one."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.checkpoint import Checkpoint
from app.controls import Act, SetLearningRate, SetPace, SetSpeed
from app.events import (
    CheckpointSaved,
    Controlled,
    EpochEnded,
    Event,
    RunFailed,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStopped,
    Steps,
    Weights,
    WorkerLost,
    WorkerReplaced,
)
from app.history.history import History
from app.learning.controls import NoControls
from app.learning.dataset import load
from app.learning.train import train
from app.recipe import Recipe
from app.running import lost_workers
from app.running.supervisor import Supervisor
from tests.learning import mnist_files
from tests.running.watching import LONG, Watcher
from tests.waiting import until

pytestmark = pytest.mark.anyio

SLOW = SetSpeed(steps_per_second=50)
PAUSE, RESUME, STOP = (Act(action=action) for action in ("pause", "resume", "stop"))


def kill_worker_of(run: str, supervisor: Supervisor) -> None:
    os.kill(supervisor.workers[run], signal.SIGKILL)


def content(events: Sequence[Event | Checkpoint], run: str) -> dict[str, list[object]]:
    """All that a log says of the learning, by type: without the clock's times, and how steps were grouped."""
    found: dict[str, list[object]] = {}
    for event in events:
        items = found.setdefault(type(event).__name__, [])
        match event:
            case Steps():
                items += zip(
                    event.step, event.loss, event.accuracy, event.gradient_norm, event.learning_rate, strict=True
                )
            case Weights():
                items.append(event.model_copy(update={"run": run}).encode(1))
            case EpochEnded() | CheckpointSaved():
                items.append(event.model_dump(exclude={"milliseconds"}))
    return {kind: items for kind, items in found.items() if items}


@pytest.mark.usefixtures("as_in_a_worker")
async def test_a_run_whose_worker_is_killed_ends_as_if_nothing_had_been(
    supervisor: Supervisor, history: History
) -> None:
    recipe = Recipe(epochs=6, batch_size=64, optimizer="adam", learning_rate=0.001, augment=True, device="cpu")
    run = await supervisor.start(recipe)
    following = await supervisor.start(Recipe(epochs=1))
    watcher = Watcher(history, run.id)
    for epoch in 1, 3:
        await watcher.until(CheckpointSaved, epoch=epoch)
        kill_worker_of(run.id, supervisor)
        lost = await watcher.until(WorkerLost)
        assert lost.reason == "The worker process was killed by signal 9 (SIGKILL). What it had logged is kept."
        assert lost.step == watcher.column("step")[-1] >= lost.checkpoint >= epoch * 194
        assert (await watcher.until(WorkerReplaced)).step == lost.step
    finished = await watcher.until(RunFinished)  # every seq once and in order: the watcher sees to it
    alone = [*train(recipe, load(None), NoControls(), run=run.id, name=run.name)]
    assert content(watcher.events, run.id) == content(alone, run.id)
    times = watcher.column("milliseconds")
    assert times == sorted(times)
    (last,) = (event for event in alone if isinstance(event, RunFinished))
    assert finished.summary == last.summary.model_copy(update={"seconds": finished.summary.seconds})
    for saved in (event for event in watcher.events if isinstance(event, CheckpointSaved)):
        kept = await history.checkpoint(run.id, saved.step)
        assert kept is not None
        assert kept.step == saved.step
    known = await history.get(run.id)
    assert (known.state, known.error, known.summary) == ("finished", None, finished.summary)
    await Watcher(history, following.id).until(RunFinished)


async def test_what_a_run_was_told_holds_in_its_next_worker(supervisor: Supervisor, history: History) -> None:
    run = await supervisor.start(LONG, pace=SLOW)
    watcher = Watcher(history, run.id)
    await watcher.until(Steps)
    await supervisor.control(run.id, SetLearningRate(learning_rate=0.3))
    changed = await watcher.until(Controlled, what="learning_rate")
    await supervisor.control(run.id, PAUSE)
    paused = await watcher.until(RunPaused)
    kill_worker_of(run.id, supervisor)
    await watcher.until(WorkerLost)
    assert (await watcher.until(WorkerReplaced)).step == paused.step
    known = await history.get(run.id)
    assert (known.state, known.steps_per_second, known.learning_rate) == ("paused", 50, 0.3)
    await supervisor.control(run.id, RESUME)
    await watcher.until(RunResumed)
    await watcher.until(Steps)
    steps, rates = watcher.column("step"), watcher.column("learning_rate")
    assert steps == list(range(1, len(steps) + 1))
    assert [*dict.fromkeys(rates)] == [0.1, 0.3]
    assert rates.index(0.3) == changed.step
    assert len([event for event in watcher.events if isinstance(event, Controlled)]) == 4


async def test_what_it_is_told_meanwhile_is_not_lost(supervisor: Supervisor, history: History) -> None:
    run = await supervisor.start(LONG, pace=SLOW)
    watcher = Watcher(history, run.id)
    await watcher.until(Steps)
    pid = supervisor.workers[run.id]
    os.kill(pid, signal.SIGSTOP)  # it takes nothing more
    await supervisor.control(run.id, SetLearningRate(learning_rate=0.4))
    os.kill(pid, signal.SIGKILL)
    await until(lambda: run.id not in supervisor.workers, pause=0)
    assert await history.get(run.id)
    await supervisor.control(run.id, PAUSE)
    await watcher.until(WorkerReplaced)
    await watcher.until(RunPaused)
    answers = [event.what for event in watcher.events if isinstance(event, Controlled)]
    assert sorted(answers) == ["learning_rate", "pause", "steps_per_second"]


async def test_a_run_that_waits_for_its_next_worker_can_be_stopped(supervisor: Supervisor, history: History) -> None:
    run = await supervisor.start(LONG)
    watcher = Watcher(history, run.id)
    await watcher.until(EpochEnded)
    kill_worker_of(run.id, supervisor)
    await until(lambda: run.id not in supervisor.workers, pause=0)
    await supervisor.control(run.id, STOP)
    stopped = await watcher.until(RunStopped)
    assert stopped.step >= watcher.column("step")[-1]
    kept = await history.checkpoint(run.id)  # of every fifth epoch
    assert kept is not None
    assert kept.summary.valid_loss is not None
    figures = {"train_loss", "valid_loss", "valid_accuracy"}
    assert stopped.summary.model_dump(include=figures) == kept.summary.model_dump(include=figures)
    assert list(supervisor.places()) == []


async def test_a_run_that_kills_its_workers_is_not_tried_for_ever(supervisor: Supervisor, history: History) -> None:
    run = await supervisor.start(LONG, pace=SLOW)
    watcher = Watcher(history, run.id)
    await watcher.until(Steps)
    await supervisor.control(run.id, PAUSE)
    await watcher.until(RunPaused)
    for _ in range(lost_workers.MOST_AT_A_STEP + 1):  # which is none of its doing
        kill_worker_of(run.id, supervisor)
        await watcher.until(WorkerReplaced)
    await supervisor.control(run.id, SetSpeed(steps_per_second=0.01))  # it wants a step, and takes none in time
    await supervisor.control(run.id, RESUME)
    await watcher.until(RunResumed)
    kill_worker_of(run.id, supervisor)
    failed = await watcher.until(RunFailed)
    assert failed.reason.startswith("The worker process was killed by signal 9 (SIGKILL).")
    assert failed.reason.endswith(f"the fourth worker lost after step {failed.step:,}: the run is not tried again.")
    assert (failed.step, failed.diverged) == (watcher.column("step")[-1], False)


async def test_nor_one_that_loses_one_worker_after_the_other(
    supervisor: Supervisor, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_workers, "MOST", 1)
    run = await supervisor.start(LONG, pace=SetPace(pace="slow"))
    watcher = Watcher(history, run.id)
    await watcher.until(Steps)
    kill_worker_of(run.id, supervisor)
    await watcher.until(WorkerReplaced)
    await watcher.until(Steps)
    kill_worker_of(run.id, supervisor)
    failed = await watcher.until(RunFailed)
    assert "has lost 1 workers before" in failed.reason


async def test_a_run_that_had_begun_waits_while_no_worker_can_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = mnist_files.write(tmp_path / "mnist")
    async with (
        History.open(f"sqlite:///{tmp_path}/threeseven.db") as history,
        Supervisor(history, concurrent_runs=1, queued_runs=1, device="cpu", mnist_dir=images, warm=False) as supervisor,
    ):
        run = await supervisor.start(LONG, pace=SLOW)
        watcher = Watcher(history, run.id)
        await watcher.until(Steps)
        away = images.rename(tmp_path / "away")  # without which no worker becomes ready
        kill_worker_of(run.id, supervisor)
        lost = await watcher.until(WorkerLost)
        await until(lambda: supervisor.trouble)
        away.rename(images)
        assert (await watcher.until(WorkerReplaced)).step == lost.step

        monkeypatch.setattr(lost_workers, "WORKER_SECONDS", 0)
        images.rename(away)
        kill_worker_of(run.id, supervisor)
        assert str(images) in (await watcher.until(RunFailed)).reason
