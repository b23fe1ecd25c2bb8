"""Experiments through the supervisor, on real workers."""

import asyncio
import json
import os
import signal

import anyio
import anyio.lowlevel
import pytest

from app.events import RunStopped, Steps, WorkerLost
from app.experiments import Batch, Gradient, OfRecipe
from app.history.history import History
from app.recipe import Recipe
from app.running import computations
from app.running.computations import Busy, Computation, Computations, ExperimentFailed
from app.running.engine import Engine
from app.running.queue import QueueFull
from app.running.supervisor import Supervisor
from app.running.workers import cores
from tests.running.conftest import supervised
from tests.running.watching import Watcher
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.anyio

LONG = Recipe(epochs=1000, batch_size=32)
"""387,000 steps, which no test waits for."""

two_cores = pytest.mark.skipif(cores() < 2, reason="one worker does both")


def quick(step: int = 1) -> Batch:
    return Batch(recipe=Recipe(), step=step, images=1)


def endless(seed: int) -> Gradient:
    """Half a minute's work."""
    recipe = Recipe(batch_size=3000, hidden=256, epochs=1000, seed=seed)
    return Gradient(weights=OfRecipe(recipe=recipe, step=2000))


async def begun(supervisor: Supervisor, experiments: int) -> int:
    """The process that computes so many experiments, as soon as it does."""
    await until(lambda: len(supervisor.computing) >= experiments)
    (pid,) = set(supervisor.computing)
    return pid


async def test_an_experiment_is_answered_beside_a_run(supervisor: Supervisor, history: History) -> None:
    run = await supervisor.start(LONG)
    await Watcher(history, run.id).until(Steps)
    with anyio.fail_after(PATIENCE):
        answer = json.loads(await supervisor.compute("batch", quick(step=3)))
    assert (answer["step"], len(answer["indices"])) == (3, 256)
    assert (await history.get(run.id)).state == "running"
    assert await supervisor.stop([run.id]) == [run.id]


@two_cores
async def test_an_experiment_is_computed_in_another_process_than_a_run_is_trained_in(
    supervisor: Supervisor, history: History
) -> None:
    run = await supervisor.start(LONG)
    await Watcher(history, run.id).until(Steps)
    waiter = asyncio.create_task(supervisor.compute("gradient", endless(4)))
    assert await begun(supervisor, 1) != supervisor.workers[run.id]
    waiter.cancel()
    await asyncio.wait([waiter])
    assert await supervisor.stop([run.id]) == [run.id]


async def test_the_same_question_is_computed_once_and_cancelled_with_its_last_waiter(supervisor: Supervisor) -> None:
    waiters = [asyncio.create_task(supervisor.compute("gradient", endless(1))) for _ in range(3)]
    pid = await begun(supervisor, 1)
    for waiter in waiters[:2]:
        waiter.cancel()
    await asyncio.wait(waiters[:2])
    # A question that does not wait for the first shows that the worker still computes that.
    await supervisor.compute("batch", quick())
    assert supervisor.computing == [pid]
    waiters[2].cancel()
    await asyncio.wait(waiters)
    await until(lambda: not supervisor.computing)
    with anyio.fail_after(PATIENCE):
        await supervisor.compute("batch", quick())
        assert supervisor.idle_workers.count(pid) == 1  # it was asked to end, not killed


async def test_what_takes_too_long_is_cancelled(history: History, engine: Engine) -> None:
    with anyio.fail_after(PATIENCE):
        async with supervised(history, engine, experiment_seconds=0.2) as supervisor:
            with pytest.raises(TimeoutError, match=r"longer than 0\.2 s"):
                await supervisor.compute("gradient", endless(2))
            await supervisor.compute("batch", quick())


async def test_what_takes_too_long_by_the_clock_is_cancelled_with_processor_seconds_left(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computations, "ANSWER_SECONDS", 0.2)
    with anyio.fail_after(PATIENCE):
        with pytest.raises(TimeoutError, match=r"longer than 0\.2 s"):
            await supervisor.compute("gradient", endless(5))
    await until(lambda: not supervisor.computing)


async def test_what_gets_no_worker_in_time_is_refused_and_waits_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computations, "WAIT_SECONDS", 0.01)
    waiting = Computations(PATIENCE, wake=lambda: None, cancel=lambda _: None)
    with anyio.fail_after(PATIENCE), pytest.raises(Busy, match=r"free for 0\.01 s"):
        await waiting.compute("batch", quick())
    assert not waiting.waiting


async def test_what_has_its_worker_is_not_refused_for_having_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the time for its answer from then on."""
    monkeypatch.setattr(computations, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(computations, "ANSWER_SECONDS", 0.02)
    cancelled: list[Computation] = []
    waiting = Computations(PATIENCE, wake=lambda: None, cancel=cancelled.append)
    asked = asyncio.create_task(waiting.compute("batch", quick()))
    await asyncio.sleep(0)
    taken = waiting.take()
    with anyio.fail_after(PATIENCE), pytest.raises(TimeoutError, match=r"longer than 0\.02 s"):
        await asked
    assert cancelled == [taken]


async def test_more_than_may_wait_are_refused(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computations, "WAITING", 2)
    at_once = [asyncio.create_task(supervisor.compute("gradient", endless(seed))) for seed in (0, 1)]
    await begun(supervisor, 2)
    more = [asyncio.create_task(supervisor.compute("gradient", endless(seed))) for seed in (2, 3)]
    await begun(supervisor, computations.AT_ONCE)
    waiting = [asyncio.create_task(supervisor.compute("batch", quick(step))) for step in (1, 2)]
    await asyncio.sleep(0)
    with pytest.raises(QueueFull, match="2 experiments"):
        await supervisor.compute("batch", quick(step=3))
    for waiter in (*at_once, *more):
        waiter.cancel()
    with anyio.fail_after(PATIENCE):
        answers = await asyncio.gather(*waiting)
    assert [json.loads(answer)["step"] for answer in answers] == [1, 2]


async def test_who_asks_much_does_not_keep_others_waiting() -> None:
    """One asks for twenty; the other for one of its own, and for one that is waited for already."""
    waiting = Computations(PATIENCE, wake=lambda: None, cancel=lambda _: None)
    asked = [("one", step) for step in range(1, 21)] + [("other", 30), ("other", 20)]
    tasks = [asyncio.create_task(waiting.compute("batch", quick(step), client)) for client, step in asked]
    await asyncio.sleep(0)
    taken = [json.loads(waiting.take().command.parameters)["step"] for _ in range(6)]
    assert taken == [1, 30, 2, 20, 3, 4]
    tasks[4].cancel()  # step 5
    await asyncio.wait(tasks[4:5])
    assert json.loads(waiting.take().command.parameters)["step"] == 6
    waiting.fail("over")
    assert not waiting.waiting
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


@two_cores
async def test_a_killed_worker_fails_its_experiments_only(supervisor: Supervisor, history: History) -> None:
    run = await supervisor.start(LONG)
    watcher = Watcher(history, run.id)
    await watcher.until(Steps)
    waiter = asyncio.create_task(supervisor.compute("gradient", endless(3)))
    os.kill(await begun(supervisor, 1), signal.SIGKILL)
    with anyio.fail_after(PATIENCE), pytest.raises(ExperimentFailed, match="SIGKILL"):
        await waiter
    assert (await history.get(run.id)).state == "running"
    with anyio.fail_after(PATIENCE):
        await supervisor.compute("batch", quick())
    assert await supervisor.stop([run.id]) == [run.id]
    await watcher.until(RunStopped)
    assert not [event for event in watcher.events if isinstance(event, WorkerLost)], "it went on elsewhere"


async def test_an_unknown_experiment_fails_in_a_sentence(supervisor: Supervisor) -> None:
    with anyio.fail_after(PATIENCE), pytest.raises(ExperimentFailed, match="nonsense"):
        await supervisor.compute("nonsense", quick())
