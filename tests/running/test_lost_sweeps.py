"""A sweep whose worker is lost goes on in another one."""

import os
import signal

import pytest

from app.checkpoint import Checkpoint
from app.controls import Act, SetLearningRate, SetSpeed
from app.events import (
    CheckpointSaved,
    Controlled,
    EpochEnded,
    Event,
    RunFailed,
    RunFinished,
    RunStopped,
    Steps,
    WorkerLost,
    WorkerReplaced,
)
from app.history.history import History
from app.learning.controls import NoControls
from app.learning.dataset import load
from app.learning.train import Emission, Member, train_members
from app.recipe import Recipe
from app.recording import Recording
from app.run import Run
from app.running import lost_workers
from app.running.start import Start
from app.running.supervisor import Supervisor
from app.sweep import Value, combinations
from tests.running.test_lost_workers import content
from tests.running.watching import LONG, Watcher
from tests.waiting import until

pytestmark = pytest.mark.anyio

STOP = Act(action="stop")


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch, as_in_a_worker: None) -> None:
    """For workers and for what they are compared with: on a busy machine more of them wait for each other."""
    monkeypatch.setattr("app.running.supervisor.SWEEP_THREADS", 1)


async def start(supervisor: Supervisor, base: Recipe, **axes: list[Value]) -> list[Run]:
    return (await supervisor.queue(Start(combinations(base, axes), axes=axes))).runs


def kill_worker_of(run: Run, supervisor: Supervisor) -> None:
    os.kill(supervisor.workers[run.id], signal.SIGKILL)


def undisturbed(runs: list[Run]) -> dict[str, list[Event | Checkpoint]]:
    recipe = runs[0].recipe
    members = [Member(run.id, run.name, run.recipe) for run in runs]
    recording = Recording.of(recipe, recipe.steps_per_epoch, len(runs))
    found: dict[str, list[Event | Checkpoint]] = {run.id: [] for run in runs}
    for each in train_members(members, load(None), NoControls(), recording=recording):
        if isinstance(each, Emission):
            found[each.run].append(each.what)
    return found


@pytest.mark.usefixtures("one_thread")
async def test_a_sweep_whose_worker_is_killed_ends_as_if_nothing_had_been(
    supervisor: Supervisor, history: History
) -> None:
    """One member diverges before, one is stopped; neither has its end changed."""
    base = Recipe(epochs=16, model="two_linear", loss="bce", optimizer="momentum", device="cpu")
    runs = await start(supervisor, base, learning_rate=[0.001, 0.01, 1000.0], seed=[0, 1])
    *_, diverging, _ = runs
    stopped, *others = runs[:4]
    watchers = {run.id: Watcher(history, run.id) for run in runs}
    assert (await watchers[diverging.id].until(RunFailed)).diverged
    await watchers[stopped.id].until(EpochEnded)
    await supervisor.control(stopped.id, STOP)
    ended = await watchers[stopped.id].until(RunStopped)
    kept = 0
    for epoch in 1, 5:
        await watchers[others[0].id].until(EpochEnded, epoch=epoch)
        kill_worker_of(others[0], supervisor)
        for run in others:
            lost = await watchers[run.id].until(WorkerLost)
            replaced = await watchers[run.id].until(WorkerReplaced)
            assert lost.step <= replaced.step  # the log of one may be a little behind another's
            kept = lost.checkpoint
    assert kept >= 3 * 49  # the first time it was the first weights
    for run in others:
        await watchers[run.id].until(RunFinished)
    expected = undisturbed(runs)
    for run in others:
        assert content(watchers[run.id].events, run.id) == content(expected[run.id], run.id)
        times = watchers[run.id].column("milliseconds")
        assert times == sorted(times)
        for saved in (event for event in watchers[run.id].events if isinstance(event, CheckpointSaved)):
            model = await history.checkpoint(run.id, saved.step)
            assert model is not None
            assert model.step == saved.step
    assert (await history.get(stopped.id)).step == ended.step
    assert (await history.get(diverging.id)).diverged


@pytest.mark.usefixtures("one_thread")
async def test_what_members_were_told_holds_in_their_next_worker_and_each_can_be_stopped_meanwhile(
    supervisor: Supervisor, history: History
) -> None:
    runs = await start(supervisor, LONG, learning_rate=[0.1, 0.2, 0.3])
    first, second, third = (Watcher(history, run.id) for run in runs)
    await second.until(EpochEnded, epoch=4)
    await supervisor.control(runs[1].id, SetLearningRate(learning_rate=0.5))
    changed = await second.until(Controlled)
    await second.until(EpochEnded)
    kill_worker_of(runs[0], supervisor)
    await until(lambda: runs[0].id not in supervisor.workers, pause=0)
    await supervisor.control_sweep(str(runs[0].sweep), SetSpeed(steps_per_second=100))
    assert (await first.until(WorkerLost)).checkpoint == 0
    await until(lambda: runs[0].id in supervisor.workers)
    await supervisor.control(runs[0].id, STOP)
    await first.until(RunStopped)
    for watcher in second, third:
        await watcher.until(WorkerReplaced)
        await watcher.until(Controlled, what="steps_per_second", value=100)
        await watcher.until(Steps)
        steps = watcher.column("step")
        assert steps == list(range(1, len(steps) + 1))
    assert second.column("learning_rate").index(0.5) == changed.step
    assert {*third.column("learning_rate")} == {0.3}
    await supervisor.control_sweep(str(runs[0].sweep), STOP)
    for watcher in second, third:
        await watcher.until(RunStopped)


@pytest.mark.usefixtures("one_thread")
async def test_a_sweep_that_loses_one_worker_after_the_other_is_not_tried_for_ever(
    supervisor: Supervisor, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_workers, "MOST", 1)
    axes: dict[str, list[Value]] = {"learning_rate": [0.1, 0.2]}
    sweep = Start(combinations(LONG, axes), axes=axes, pace=SetSpeed(steps_per_second=50))
    runs = (await supervisor.queue(sweep)).runs
    watchers = [Watcher(history, run.id) for run in runs]
    for watcher in watchers:
        await watcher.until(Steps)
    kill_worker_of(runs[0], supervisor)
    for watcher in watchers:
        await watcher.until(WorkerReplaced)
        await watcher.until(Steps)
    kill_worker_of(runs[0], supervisor)
    for watcher in watchers:
        failed = await watcher.until(RunFailed)
        assert "has lost 1 workers before" in failed.reason
        assert not failed.diverged
