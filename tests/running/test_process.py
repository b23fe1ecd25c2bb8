"""A worker process by itself: what it does with its tasks."""

import platform
from collections.abc import AsyncIterator, Callable, Sequence

import anyio
import pytest

from app.checkpoint import Checkpoint
from app.controls import Act, AnyControl, SetPace, SetSpeed
from app.experiments import Gradient, OfRecipe
from app.recipe import Recipe
from app.running.engine import Engine
from app.running.process import WorkerBroke, WorkerProcess
from app.running.protocol import (
    CancelTask,
    ComputeExperiment,
    Logged,
    Member,
    Message,
    Saved,
    SendControl,
    TaskEnded,
    TaskFailed,
    TrainRun,
    TrainSweep,
)
from tests.waiting import PATIENCE

pytestmark = pytest.mark.anyio

QUICK = Recipe(epochs=1, batch_size=4096)
LONG = Recipe(epochs=1000, batch_size=32)
"""387,000 steps, which no test waits for."""


def training(run: str, recipe: Recipe, *controls: AnyControl, first_seq: int = 1) -> TrainRun:
    member = Member(run=run, name=run, recipe=recipe, first_seq=first_seq, controls=controls)
    return TrainRun(id=f"task of {run}", member=member)


@pytest.fixture(scope="module")
async def worker(engine: Engine, anyio_backend: str) -> AsyncIterator[WorkerProcess]:
    """Shared by tests that leave it without a task."""
    worker = await WorkerProcess.spawn(engine)
    ready = await worker.ready()
    assert "cpu" in ready.devices
    assert ready.node == platform.node()
    yield worker
    await worker.end()
    assert await worker.fate() == "ended with exit status 0"


async def until(worker: WorkerProcess, enough: Callable[[list[Message]], bool]) -> list[Message]:
    received: list[Message] = []
    with anyio.fail_after(PATIENCE):
        while not enough(received):
            more = await worker.receive()
            assert more, f"the worker process {await worker.fate()}"
            received += more
    return received


def ended(*runs: str) -> Callable[[list[Message]], bool]:
    tasks = {f"task of {run}" for run in runs}
    return lambda received: tasks <= {m.task for m in received if isinstance(m, TaskEnded | TaskFailed)}


def types(received: Sequence[Message], run: str) -> list[str]:
    return [m.record.type for m in received if isinstance(m, Logged) and m.run == run]


def steps(received: Sequence[Message], run: str) -> int:
    return types(received, run).count("Steps")


def parameters(checkpoint: Checkpoint) -> bytes:
    """Without the file's header, whose entries have no fixed order."""
    return checkpoint.data[8 + int.from_bytes(checkpoint.data[:8], "little") :]


def figures(received: Sequence[Message], run: str) -> list[object]:
    """All that a recipe decides: losses and weights, without times."""
    found: list[object] = []
    for message in received:
        match message:
            case Logged(run=of, record=record) if of == run and record.type == "Steps":
                event = record.event()
                columns = ("step", "loss", "accuracy", "gradient_norm")
                rows = zip(*(getattr(event, column) for column in columns), strict=True)
                found += rows
            case Saved(run=of, checkpoint=Checkpoint(kept=True) as checkpoint) if of == run:
                found.append((checkpoint.step, parameters(checkpoint)))
    return sorted(found, key=repr)


async def test_a_run_is_numbered_from_where_its_log_stands(worker: WorkerProcess) -> None:
    worker.send(training("run", QUICK, first_seq=7))
    received = await until(worker, ended("run"))
    records = [message.record for message in received if isinstance(message, Logged)]
    assert [record.seq for record in records] == list(range(7, 7 + len(records)))
    assert (records[0].type, records[-1].type) == ("RunStarted", "RunFinished")
    assert any(isinstance(message, Saved) and message.checkpoint.step == 4 for message in received)
    first = received[0]
    assert isinstance(first, Saved), "a run that has started can be asked at once what it reads"
    assert first.checkpoint.step == 0
    assert isinstance(received[-1], TaskEnded)
    assert received[-1].memory > 1 << 26


async def test_a_run_after_ten_others_has_the_same_bits_as_in_a_fresh_worker(
    worker: WorkerProcess, engine: Engine
) -> None:
    recipe = Recipe(epochs=2, seed=5, optimizer="momentum")
    for i in range(8):
        other = Recipe(epochs=1, seed=i, hidden=10 + 20 * i, batch_size=100 + 37 * i, augment=i % 2 == 0)
        worker.send(training(f"other {i}", other))
    members = [training(f"rate {rate}", Recipe(epochs=1, learning_rate=rate)).member for rate in (0.1, 0.2, 0.3)]
    worker.send(TrainSweep(id="task of other 8", members=tuple(members), size=3, threads=2))
    question = Gradient(weights=OfRecipe(recipe=Recipe(), step=50)).model_dump_json()
    worker.send(ComputeExperiment(id="task of other 9", name="gradient", parameters=question, seconds=PATIENCE))
    others = await until(worker, ended(*(f"other {i}" for i in range(10))))
    assert not any(isinstance(message, TaskFailed) for message in others)
    worker.send(training("run", recipe))
    used = figures(await until(worker, ended("run")), "run")

    fresh = await WorkerProcess.spawn(engine)
    try:
        await fresh.ready()
        fresh.send(training("run", recipe))
        first = figures(await until(fresh, ended("run")), "run")
    finally:
        await fresh.end()
    assert len(first) > recipe.steps
    assert used == first


async def test_paced_runs_train_by_turns_with_one_at_full_speed(worker: WorkerProcess) -> None:
    paced = [f"paced {i}" for i in range(5)]
    worker.send(training("full", LONG))
    for run in paced:
        worker.send(training(run, LONG, SetSpeed(steps_per_second=20)))
    everybody = [*paced, "full"]
    received = await until(worker, lambda received: all(steps(received, run) >= 5 for run in everybody))
    for run in everybody:
        worker.send(SendControl(task=f"task of {run}", run=run, control=Act(action="stop")))
    received += await until(worker, ended(*everybody))
    for run in everybody:
        assert types(received, run)[-1] == "RunStopped"
        assert [type for type in types(received, run) if type == "Controlled"]


async def test_turns_do_not_change_a_run(worker: WorkerProcess) -> None:
    alone = Recipe(epochs=1, seed=9)
    worker.send(training("alone", alone))
    first = figures(await until(worker, ended("alone")), "alone")
    worker.send(training("beside", LONG))
    worker.send(training("slow", LONG, SetPace(pace="slow")))
    worker.send(training("alone", alone))
    received = await until(worker, ended("alone"))
    for run in ("beside", "slow"):
        worker.send(CancelTask(task=f"task of {run}"))
    await until(worker, ended("beside", "slow"))
    assert figures(received, "alone") == first


async def test_a_cancelled_task_ends_between_two_steps_and_logs_nothing_more(worker: WorkerProcess) -> None:
    for run in ("one", "other"):
        worker.send(training(run, LONG))
    received = await until(worker, lambda received: steps(received, "one") > 1)
    worker.send(CancelTask(task="task of one"))
    worker.send(CancelTask(task="a task that it never had"))
    received += await until(worker, ended("one"))
    assert types(received, "one")[-1] not in ("RunStopped", "RunFailed", "RunFinished")
    received = await until(worker, lambda received: steps(received, "other") > 1)
    assert types(received, "one") == []
    worker.send(CancelTask(task="task of other"))
    await until(worker, ended("other"))


async def test_a_paused_run_takes_a_control_at_once_and_lets_others_train(worker: WorkerProcess) -> None:
    worker.send(training("paused", LONG, Act(action="pause")))
    received = await until(worker, lambda received: "RunPaused" in types(received, "paused"))
    worker.send(training("quick", QUICK))
    received += await until(worker, ended("quick"))
    assert steps(received, "paused") == 0
    worker.send(SendControl(task="task of paused", run=None, control=Act(action="stop")))
    received += await until(worker, ended("paused"))
    assert types(received, "paused")[-1] == "RunStopped"


async def test_an_error_in_a_task_is_told_in_a_sentence_and_the_others_go_on(worker: WorkerProcess) -> None:
    worker.send(training("good", Recipe(epochs=1)))
    worker.send(training("bad", Recipe(), first_seq=-2))  # a number that no frame of weights can hold
    received = await until(worker, ended("good", "bad"))
    (failed,) = [message for message in received if isinstance(message, TaskFailed)]
    assert failed.task == "task of bad"
    assert failed.reason.startswith("The training program met an error: ")
    assert types(received, "good")[-1] == "RunFinished"


@pytest.mark.parametrize("anyio_backend", [("asyncio", {"use_uvloop": True}), ("asyncio", {"use_uvloop": False})])
async def test_a_killed_worker_sends_nothing_more_and_what_killed_it_is_known(engine: Engine) -> None:
    worker = await WorkerProcess.spawn(engine)
    worker.kill()
    with pytest.raises(WorkerBroke, match=r"was killed by signal 9 \(SIGKILL\) before it was ready"):
        await worker.ready()
    for _ in range(3):  # the pipe may notice at the first that nobody reads
        worker.send(CancelTask(task="none"))
    assert await worker.receive() == []
    worker.kill()
    await worker.end()
