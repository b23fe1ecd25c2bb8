"""One run on one real worker, where the worker meets an error."""

import time

import anyio
import pytest

from app.controls import SetLearningRate
from app.events import RunQueued
from app.history.history import History
from app.recipe import Recipe
from app.running.job import Job
from app.running.process import Worker
from app.running.training import Training
from tests.running.watching import PATIENCE

pytestmark = pytest.mark.anyio


async def test_a_worker_that_breaks_while_it_trains_fails_its_run_at_once(history: History) -> None:
    """It has said why and then waits to be let go: nobody may wait for its end."""
    recipe = Recipe(epochs=1)
    run = await history.create(RunQueued(run="broken", name="broken", recipe=recipe, place=1, time=time.time()))
    worker = await Worker.spawn("cpu", None)
    await worker.ready()
    training = Training(history, worker, run)
    with anyio.fail_after(PATIENCE):
        await training.go(Job(run="broken", name="broken", recipe=recipe, first_seq=-1))  # a number it cannot write
    failed = await history.get("broken")
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error.startswith("The training program met an error: ")
    assert not training.active
    await training.send(SetLearningRate(learning_rate=1))  # whoever asks just then is not met with an error
