import base64
import os
import signal
from contextvars import ContextVar

import anyio
import anyio.lowlevel
import pytest

from app.controls import Act, SetLearningRate, SetPace, SetSpeed
from app.events import (
    CheckpointSaved,
    Controlled,
    RunFailed,
    RunFinished,
    RunPaused,
    RunQueued,
    RunResumed,
    RunStarted,
    RunStopped,
    Steps,
    WorkerLost,
    WorkerReplaced,
)
from app.experiments import Gradient, OfValues, parameters
from app.history.history import History, UnknownRun
from app.learning.controls import NoControls
from app.learning.dataset import load
from app.learning.train import train
from app.recipe import Recipe
from app.record import Record
from app.run import Run
from app.running import supervisor as supervisor_module
from app.running.engine import Engine
from app.running.process import WorkerProcess
from app.running.steering import NotActive
from app.running.supervisor import QueueFull, Supervisor
from tests.running.watching import LONG, Watcher
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.anyio

STOP = Act(action="stop")


@pytest.mark.usefixtures("as_in_a_worker")
async def test_a_run_is_logged_exactly_as_it_was_trained(supervisor: Supervisor, history: History) -> None:
    recipe = Recipe(epochs=2, seed=3, device="cpu")
    number = await history.last_number() + 1
    run = await supervisor.start(recipe, preset="textbook")
    assert (run.state, run.place, run.name) == ("queued", 1, f"Textbook #{number}")
    watcher = Watcher(history, run.id)
    await watcher.until(RunStarted)
    assert supervisor.ready
    await watcher.until(RunFinished)

    alone = [event for event in train(recipe, load(None), NoControls(), run="", name="") if isinstance(event, Steps)]
    assert watcher.column("step") == list(range(1, recipe.steps + 1))
    assert watcher.column("loss") == [loss for event in alone for loss in event.loss]
    assert watcher.column("accuracy") == [accuracy for event in alone for accuracy in event.accuracy]

    run = await history.get(run.id)
    assert (run.state, run.step, run.epoch, run.device) == ("finished", recipe.steps, 2, "cpu")
    for saved in (event for event in watcher.events if isinstance(event, CheckpointSaved)):
        checkpoint = await history.checkpoint(run.id, saved.step)
        assert checkpoint is not None
        assert (checkpoint.step, checkpoint.epoch, checkpoint.kept) == (saved.step, saved.epoch, True)
    with pytest.raises(NotActive, match="finished"):
        await supervisor.control(run.id, STOP)
    assert supervisor.devices[-1] == "cpu"


async def test_each_control_is_answered_with_the_step_at_which_it_took_effect(
    supervisor: Supervisor, history: History
) -> None:
    run = await supervisor.start(LONG, name="mine", pace=SetSpeed(steps_per_second=50))
    watcher = Watcher(history, run.id)

    async def ask(control: Act | SetLearningRate | SetSpeed) -> None:
        await supervisor.control(run.id, control)

    started = await watcher.until(RunStarted)
    assert started.name == "mine"
    assert (await watcher.until(Controlled, what="steps_per_second")).step == 0
    await watcher.until(Steps)

    await ask(Act(action="pause"))
    paused = await watcher.until(Controlled, what="pause")
    assert (await watcher.until(RunPaused)).step == paused.step == watcher.column("step")[-1]
    assert (await history.get(run.id)).state == "paused"

    await ask(Act(action="step"))
    assert (await watcher.until(Controlled, what="step")).step == paused.step + 1
    assert (await history.get(run.id)).state == "paused"

    await ask(SetLearningRate(learning_rate=0.025))
    changed = await watcher.until(Controlled, what="learning_rate", value=0.025)
    assert changed.step == paused.step + 1

    await ask(SetSpeed(steps_per_second=None))
    await watcher.until(Controlled, what="steps_per_second", value=None)
    await ask(Act(action="resume"))
    assert (await watcher.until(RunResumed)).step == changed.step
    await watcher.until(Steps)
    await ask(STOP)
    stopped = await watcher.until(RunStopped)
    steps, rates = watcher.column("step"), watcher.column("learning_rate")
    assert steps == list(range(1, stopped.step + 1))
    assert set(rates[: changed.step]) == {0.1}
    assert set(rates[changed.step :]) == {0.025}
    known = await history.get(run.id)
    assert (known.state, known.learning_rate, known.steps_per_second) == ("stopped", 0.025, None)


async def test_runs_wait_their_turn_and_know_their_place(supervisor: Supervisor, history: History) -> None:
    async def place(run: Run) -> int | None:
        (placed,) = supervisor.placed([await history.get(run.id)])
        return placed.place

    first = await supervisor.start(LONG)
    await Watcher(history, first.id).until(Steps)
    second, third = await supervisor.start(Recipe(epochs=1)), await supervisor.start(LONG)
    assert (second.state, await place(second), await place(third)) == ("queued", 1, 2)
    assert list(supervisor.places()) == [second.id, third.id]
    with pytest.raises(QueueFull, match="2 runs"):
        await supervisor.start(LONG)

    for control in (Act(action="pause"), Act(action="resume"), Act(action="step")):
        with pytest.raises(NotActive, match="queued"):
            await supervisor.control(second.id, control)
    await supervisor.control(third.id, SetLearningRate(learning_rate=0.5))
    await supervisor.control(third.id, SetLearningRate(learning_rate=0.25))

    version = await supervisor.wait_queue(-1)
    await supervisor.control(second.id, STOP)
    assert await supervisor.wait_queue(version) > version
    assert (list(supervisor.places()), await place(third)) == ([third.id], 1)
    waiting = Watcher(history, second.id)
    stopped = await waiting.until(RunStopped)
    assert stopped.step == 0
    assert [type(event) for event in waiting.events] == [RunQueued, Controlled, RunStopped]

    watcher = Watcher(history, third.id)
    await supervisor.control(first.id, STOP)
    await watcher.until(RunStarted)
    assert await place(third) is None
    changed = await watcher.until(Controlled)
    assert (changed.what, changed.value, changed.step) == ("learning_rate", 0.25, 0)
    await watcher.until(Steps)
    assert set(watcher.column("learning_rate")) == {0.25}
    assert [type(event) for event in watcher.events].count(RunQueued) == 1
    await supervisor.control(third.id, STOP)
    await watcher.until(RunStopped)


async def test_paced_runs_take_no_place_and_lose_their_worker_alone(supervisor: Supervisor, history: History) -> None:
    full = await supervisor.start(LONG)
    following = await supervisor.start(LONG)
    await Watcher(history, full.id).until(Steps)
    paced = [await supervisor.start(LONG, pace=SetPace(pace="slow")) for _ in range(3)]
    watchers = [Watcher(history, run.id) for run in paced]
    for watcher in watchers:
        await watcher.until(Steps)
    assert list(supervisor.places()) == [following.id]
    assert len({supervisor.workers[run.id] for run in paced}) == 1
    os.kill(supervisor.workers[paced[0].id], signal.SIGKILL)
    for watcher in watchers:
        await watcher.until(WorkerLost)
        await watcher.until(WorkerReplaced)
        await watcher.until(Steps)
    assert (await history.get(full.id)).state == "running"
    assert await history.events(full.id, WorkerLost) == []

    # One that becomes slow gives its place back, and goes on.
    await supervisor.control(full.id, SetPace(pace="slow"))
    await Watcher(history, following.id).until(Steps)
    assert (await history.get(full.id)).state == "running"
    assert sorted(await supervisor.stop([full.id, following.id, "no"])) == sorted([full.id, following.id])


async def test_paced_runs_use_every_worker_that_has_none_at_full_speed(
    supervisor: Supervisor, history: History
) -> None:
    slow = SetPace(pace="slow")

    async def steps(run: Run) -> int:
        """Wait for some; the process that takes them."""
        await Watcher(history, run.id).until(Steps)
        return supervisor.workers[run.id]

    used = {await steps(await supervisor.start(LONG, pace=slow))}  # by whichever worker is ready first
    run = await supervisor.start(LONG)
    used.add(await steps(run))
    await supervisor.control(run.id, slow)
    await Watcher(history, run.id).until(Controlled)
    used |= {await steps(await supervisor.start(LONG, pace=slow)) for _ in range(2)}
    assert len(used) == 2
    full = await steps(await supervisor.start(LONG))
    assert {await steps(await supervisor.start(LONG, pace=slow)) for _ in range(3)} == used - {full}
    await supervisor.stop()


async def test_all_runs_are_stopped_at_once_queued_ones_included(supervisor: Supervisor, history: History) -> None:
    runs = [await supervisor.start(LONG)]
    await Watcher(history, runs[0].id).until(Steps)  # no run of before has its place any more
    runs += [await supervisor.start(LONG) for _ in range(2)]
    runs.append(await supervisor.start(LONG, pace=SetSpeed(steps_per_second=5)))
    await Watcher(history, runs[3].id).until(Steps)
    assert sorted(await supervisor.stop()) == sorted(run.id for run in runs)
    assert [(await history.get(run.id)).state for run in runs] == ["stopped"] * 4
    assert await supervisor.stop() == []


async def test_a_worker_that_does_not_answer_is_killed_and_its_run_stopped(
    impatient_supervisor: Supervisor, history: History
) -> None:
    run, following = await impatient_supervisor.start(LONG), await impatient_supervisor.start(Recipe(epochs=1))
    watcher = Watcher(history, run.id)
    await watcher.until(Steps)
    os.kill(impatient_supervisor.workers[run.id], signal.SIGSTOP)
    await impatient_supervisor.control(run.id, STOP)
    await watcher.until(RunStopped)
    await Watcher(history, following.id).until(RunFinished)


async def test_a_worker_killed_between_two_runs_is_replaced(supervisor: Supervisor, history: History) -> None:
    """Even where the second run is given to it before its end is noticed."""
    for _ in range(2):
        run = await supervisor.start(Recipe(epochs=1))
        await Watcher(history, run.id).until(RunFinished)
        for pid in supervisor.idle_workers:
            os.kill(pid, signal.SIGKILL)


async def test_a_run_whose_worker_dies_before_it_begins_keeps_what_it_was_told(
    supervisor: Supervisor, history: History
) -> None:
    before = await supervisor.start(Recipe(epochs=1))
    await Watcher(history, before.id).until(RunFinished)
    for pid in supervisor.idle_workers:
        os.kill(pid, signal.SIGSTOP)
    version = await supervisor.wait_queue(-1)
    run = await supervisor.start(Recipe(epochs=1))
    with anyio.fail_after(PATIENCE):
        while run.id not in supervisor.workers:
            version = await supervisor.wait_queue(version)
    await supervisor.control(run.id, SetLearningRate(learning_rate=0.7))
    for pid in {supervisor.workers[run.id], *supervisor.idle_workers}:
        os.kill(pid, signal.SIGKILL)
    await Watcher(history, run.id).until(RunFinished)
    assert (await history.get(run.id)).learning_rate == 0.7


async def test_a_run_begins_though_every_worker_it_is_given_to_has_died(
    supervisor: Supervisor, history: History
) -> None:
    both = [await supervisor.start(LONG, pace=pace) for pace in (None, SetPace(pace="slow"))]
    for run in both:
        await Watcher(history, run.id).until(Steps)
    workers = {supervisor.workers[run.id] for run in both}
    await supervisor.stop()
    await until(lambda: workers <= set(supervisor.idle_workers))
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    version = await supervisor.wait_queue(-1)
    run = await supervisor.start(Recipe(epochs=1))
    while workers:
        with anyio.fail_after(PATIENCE):
            while supervisor.workers.get(run.id, 0) not in workers:
                version = await supervisor.wait_queue(version)
        pid = supervisor.workers[run.id]
        workers.remove(pid)
        os.kill(pid, signal.SIGKILL)
    await Watcher(history, run.id).until(RunFinished)


async def test_a_frozen_worker_holds_up_nothing_but_what_it_has(
    impatient_supervisor: Supervisor, history: History
) -> None:
    paced = await impatient_supervisor.start(LONG, pace=SetPace(pace="slow"))
    await Watcher(history, paced.id).until(Steps)
    os.kill(impatient_supervisor.workers[paced.id], signal.SIGSTOP)
    recipe = Recipe(hidden=256)
    values = base64.b64encode(bytes(4 * parameters(recipe))).decode()
    async with anyio.create_task_group() as asking:
        for step in range(3):  # each more than a pipe holds
            weights = OfValues(values=values, recipe=recipe, step=step)
            asking.start_soon(impatient_supervisor.compute, "gradient", Gradient(weights=weights))
        run = await impatient_supervisor.start(Recipe(epochs=1))
        await Watcher(history, run.id).until(RunFinished)
        asking.cancel_scope.cancel()
    await Watcher(history, paced.id).until(WorkerReplaced)  # those who had asked have left, and were not heard


async def test_runs_that_are_deleted_while_all_are_stopped_are_no_error(
    supervisor: Supervisor, history: History
) -> None:
    async def delete(run: Run) -> None:
        await Watcher(history, run.id).until(RunStopped)
        await history.delete(run.id)

    runs = [await supervisor.start(LONG, pace=SetPace(pace="slow")) for _ in range(6)]
    for run in runs:
        await Watcher(history, run.id).until(Steps)
    async with anyio.create_task_group() as deleting:
        for run in runs:
            deleting.start_soon(delete, run)
        assert sorted(await supervisor.stop()) == sorted(run.id for run in runs)


async def test_one_run_after_another_trains_in_the_same_process(supervisor: Supervisor, history: History) -> None:
    runs = [await supervisor.start(LONG) for _ in range(2)]
    processes = set()
    for run in runs:
        watcher = Watcher(history, run.id)
        await watcher.until(Steps)
        processes.add(supervisor.workers[run.id])
        await supervisor.control(run.id, STOP)
        await watcher.until(RunStopped)
    assert len(processes) == 1


async def test_a_log_that_cannot_go_on_ends_its_run_and_nothing_else(
    supervisor: Supervisor, history: History, caplog: pytest.LogCaptureFixture
) -> None:
    """Another hand in the log stands for whatever may go wrong with storing: the worker's next record cannot follow."""
    run = await supervisor.start(LONG)
    watcher = Watcher(history, run.id)
    await watcher.until(Steps)
    await supervisor.control(run.id, Act(action="pause"))
    paused = await watcher.until(RunPaused)
    seq = (await history.get(run.id)).seq
    await history.append(run.id, [Record.of(RunResumed(step=paused.step), seq + 1)])
    await supervisor.control(run.id, Act(action="resume"))
    failed = await watcher.until(RunFailed)
    assert failed.reason == "The server met an error while logging the run (see its output)."
    assert "cannot follow" in caplog.text


async def test_an_unknown_run_takes_no_controls(supervisor: Supervisor) -> None:
    with pytest.raises(UnknownRun):
        await supervisor.control("no", STOP)


async def test_a_start_whose_caller_has_gone_is_not_lost(supervisor: Supervisor, history: History) -> None:
    with anyio.move_on_after(0):
        await supervisor.start(Recipe(epochs=1), name="orphan")
    with anyio.fail_after(PATIENCE):
        run = await history.live()
        while run is None or run.name != "orphan":
            run = await history.wait_live(run.id if run else None)
    await Watcher(history, run.id).until(RunFinished)


async def test_what_stood_by_while_another_supervised_trains_the_first_run(
    history: History, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "WARM_DELAY", 0)
    supervisor = Supervisor(history, concurrent_runs=1, queued_runs=2, device=engine.device, mnist_dir=None)
    async with supervisor.warmed():
        await until(lambda: supervisor.ready)
        (stood_by,) = supervisor.idle_workers
        async with supervisor:
            run = await supervisor.start(Recipe(device="cpu"), pace=SetPace(pace="watch"))
            await Watcher(history, run.id).until(RunStarted)
            assert supervisor.workers[run.id] == stood_by
            await supervisor.control(run.id, Act(action="stop"))
            await Watcher(history, run.id).until(RunStopped)


async def test_without_warm_workers_the_first_run_brings_one(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that the supervisor which all tests share starts meanwhile do not count."""
    spawn, spawned = WorkerProcess.spawn, []
    here = ContextVar("here", default=False)

    async def counted(engine: Engine) -> WorkerProcess:
        if here.get():
            spawned.append(engine.device)
        return await spawn(engine)

    monkeypatch.setattr(WorkerProcess, "spawn", counted)
    here.set(True)  # in what is started from now on
    async with Supervisor(
        history, concurrent_runs=1, queued_runs=2, device="cpu", mnist_dir=None, warm=False
    ) as supervisor:
        assert supervisor.ready
        await anyio.lowlevel.checkpoint()
        assert spawned == []
        run = await supervisor.start(Recipe(epochs=1, device="cpu"), preset="textbook")
        await Watcher(history, run.id).until(RunFinished)
        assert spawned == ["cpu"]
