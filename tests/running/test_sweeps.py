"""Sweeps as the supervisor trains them: by groups, in one place of the queue, and controlled as one."""

import os
import signal
from collections.abc import Sequence

import pytest

from app.controls import Act, SetLearningRate, SetSpeed
from app.events import Controlled, RunFinished, RunPaused, RunStarted, RunStopped, Steps, Weights, WorkerReplaced
from app.history.history import History
from app.learning.controls import NoControls
from app.learning.dataset import load
from app.learning.train import train
from app.recipe import Recipe
from app.recording import Recording
from app.run import Run
from app.running.engine import Engine
from app.running.start import Start
from app.running.steering import NotActive, OfSweep
from app.running.supervisor import Supervisor
from app.sweep import PART, Value, combinations
from tests.running.conftest import supervised
from tests.running.watching import Watcher

pytestmark = pytest.mark.anyio

LONG = Recipe(epochs=1000, batch_size=32)
"""387,000 steps, which no test waits for."""


async def start(supervisor: Supervisor, base: Recipe, **axes: list[Value]) -> list[Run]:
    started = await supervisor.queue(Start(combinations(base, axes), axes=axes))
    assert started.new
    return started.runs


async def until(history: History, runs: Sequence[Run], type: type) -> None:
    for run in runs:
        await Watcher(history, run.id).until(type)


async def test_members_that_can_share_a_batch_train_in_one_process_at_once(
    supervisor: Supervisor, history: History
) -> None:
    runs = await start(supervisor, LONG, learning_rate=[0.1, 0.2], seed=[0, 1])
    await until(history, runs, Steps)
    assert len({supervisor.workers[run.id] for run in runs}) == 1
    assert sorted(await supervisor.stop([run.id for run in runs])) == sorted(run.id for run in runs)


async def test_a_large_group_trains_in_as_many_workers_as_may_train_at_once(
    history: History, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sweep.PART_WORK", 1)
    base, rates = Recipe(epochs=3), [0.02 * at for at in range(1, 2 * PART + 1)]
    async with supervised(history, engine, concurrent_runs=2) as supervisor:
        busy = await start(supervisor, LONG, learning_rate=[*rates])
        await until(history, busy, Steps)
        halves = [{supervisor.workers[run.id] for run in half} for half in (busy[:PART], busy[PART:])]
        assert [len(half) for half in halves] == [1, 1]
        assert halves[0] != halves[1]
        await supervisor.stop()
        runs = await start(supervisor, base, learning_rate=[*rates])
        await until(history, runs, RunFinished)
    for run in runs[0], runs[-1]:
        losses = [loss async for steps in history.steps(run.id) for loss in steps.loss]
        alone = [each.loss for each in train(run.recipe, load(None), NoControls()) if isinstance(each, Steps)]
        assert losses == pytest.approx([loss for column in alone for loss in column], abs=1e-5)


@pytest.mark.parametrize("axes", [{"seed": [1]}, {"hidden": [255, 256], "learning_rate": [0.01, 0.02]}])
async def test_members_of_all_groups_share_the_room_of_one_sweep(
    supervisor: Supervisor, history: History, axes: dict[str, list[Value]]
) -> None:
    runs = await start(supervisor, Recipe(hidden=256, epochs=1, batch_size=64), **axes)
    await until(history, runs, RunFinished)
    for run in runs:
        recipe, shown = run.recipe, [event.step for event in await history.events(run.id, Weights)]
        assert shown == sorted(Recording.of(recipe, recipe.steps_per_epoch, len(runs)).shown)


async def test_a_group_whose_worker_is_killed_goes_on_before_the_one_that_waits(
    supervisor: Supervisor, history: History
) -> None:
    runs = await start(supervisor, Recipe(epochs=300, batch_size=32), hidden=[5, 200], seed=[0, 1])
    narrow, wide = runs[:2], runs[2:]
    await until(history, narrow, Steps)
    assert {(await history.get(run.id)).state for run in wide} == {"queued"}
    assert set(supervisor.places().values()) == {1}
    await supervisor.control(wide[0].id, SetLearningRate(learning_rate=0.3))
    os.kill(supervisor.workers[narrow[0].id], signal.SIGKILL)
    await until(history, narrow, WorkerReplaced)
    assert {(await history.get(run.id)).state for run in wide} == {"queued"}
    await supervisor.stop([run.id for run in narrow])
    await until(history, wide, Steps)
    assert [(await history.get(run.id)).learning_rate for run in wide] == [0.3, 0.1]
    await supervisor.control_sweep(str(wide[0].sweep), Act(action="stop"))
    await until(history, wide, RunStopped)


async def test_a_member_is_stopped_though_a_step_of_all_takes_more_than_a_second(
    supervisor: Supervisor, history: History
) -> None:
    heavy = Recipe(hidden=256, batch_size=12_396, epochs=500)
    runs = await start(supervisor, heavy, learning_rate=[0.01 * i for i in range(1, 11)])
    await until(history, runs, Steps)
    await supervisor.control(runs[3].id, Act(action="stop"))
    await until(history, runs[3:4], RunStopped)
    assert {(await history.get(run.id)).state for run in runs} == {"running", "stopped"}
    await supervisor.stop()
    await until(history, runs, RunStopped)


async def test_a_group_that_waits_begins_as_the_sweep_is_by_then(supervisor: Supervisor, history: History) -> None:
    runs = await start(supervisor, LONG, hidden=[5, 6])
    sweep = str(runs[0].sweep)
    first, second = (Watcher(history, run.id) for run in runs)
    await first.until(Steps)
    await supervisor.control_sweep(sweep, Act(action="pause"))
    await first.until(RunPaused)
    await supervisor.control_sweep(sweep, SetSpeed(steps_per_second=50))  # needs no place of its own: both begin
    paused = await second.until(RunPaused)
    assert paused.step == 0
    with pytest.raises(OfSweep, match=sweep):
        await supervisor.control(runs[1].id, Act(action="resume"))
    await supervisor.control_sweep(sweep, Act(action="resume"))
    await second.until(Steps)
    assert [event.value for event in second.events if isinstance(event, Controlled)].count(50) == 1
    await supervisor.stop()


async def test_a_sweep_that_waits_takes_what_a_run_that_waits_takes(supervisor: Supervisor, history: History) -> None:
    busy = await supervisor.start(LONG)
    await Watcher(history, busy.id).until(Steps)
    runs = await start(supervisor, Recipe(epochs=1), learning_rate=[0.1, 0.2])
    sweep = str(runs[0].sweep)
    with pytest.raises(NotActive, match="queued"):
        await supervisor.control_sweep(sweep, Act(action="pause"))
    await supervisor.control(runs[0].id, SetLearningRate(learning_rate=0.7))
    await supervisor.control_sweep(sweep, SetLearningRate(learning_rate=0.5))
    await supervisor.control(runs[1].id, SetLearningRate(learning_rate=0.6))
    await supervisor.control(busy.id, Act(action="stop"))
    await until(history, runs, RunStarted)
    await until(history, runs, RunFinished)
    assert [(await history.get(run.id)).learning_rate for run in runs] == [0.5, 0.6]
    with pytest.raises(NotActive, match="ended"):
        await supervisor.control_sweep(sweep, Act(action="stop"))
