"""A drawing read by all kept models of a run."""

from contextlib import asynccontextmanager

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from safetensors.numpy import save

from app.checkpoint import Checkpoint
from app.events import RunQueued, RunStopped, Summary
from app.handwriting.predictor import probability
from app.history.history import History
from app.recipe import Recipe
from app.record import Record
from app.web import problems, readings, through_time
from app.web.services import Services
from app.web.through_time import ThroughTime
from tests.web.predicting import NONE

pytestmark = pytest.mark.anyio

DRAWN = [0] * 784


def model(step, bias, pixels=784):
    """A linear model that answers its bias whatever it sees."""
    tensors = {"0.weight": np.zeros((1, pixels), np.float32), "0.bias": np.array([bias], np.float32)}
    return Checkpoint(step=step, epoch=0, kept=True, data=save(tensors, {"model": "linear"}))


@asynccontextmanager
async def asked(tmp_path):
    """Runs ``a`` with models at steps 0, 49 and 98, the last diverged, and ``b``, which has none yet."""
    app = FastAPI()
    app.add_exception_handler(problems.Problem, problems.on_problem)
    app.add_exception_handler(RequestValidationError, problems.on_validation)
    app.include_router(readings.router)
    async with History.open(f"sqlite:///{tmp_path / 'runs.db'}") as history:
        app.state.services = Services(**NONE | {"history": history, "through_time": ThroughTime()})
        for run in "ab":
            await history.create(RunQueued(run=run, name=run, recipe=Recipe(), place=1, time=0))
        for step, bias in ((0, 0), (49, 2), (98, float("nan"))):
            await history.save_checkpoint("a", model(step, bias))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:

            async def ask(run, pixels=DRAWN, **query):
                return await client.post(f"/api/runs/{run}/readings", json={"pixels": pixels}, params=query)

            yield ask, history


async def test_every_kept_model_reads_it(tmp_path):
    async with asked(tmp_path) as (ask, _history):
        answer = (await ask("a")).json()
        assert answer == {
            "run": "a", "steps": [0, 49, 98], "logits": [0, 2, None], "probabilities": [0.5, probability(2), None],
        }  # fmt: skip
        assert (await ask("b")).json()["steps"] == []
        assert (await ask("live")).json()["run"] == "b"


async def test_what_came_since_is_read_alone(tmp_path):
    async with asked(tmp_path) as (ask, history):
        assert (await ask("a", after=49)).json()["steps"] == [98]
        assert (await ask("a")).json()["steps"] == [0, 49, 98]
        await history.save_checkpoint("a", model(147, -3))
        assert (await ask("a", after=98)).json() == {
            "run": "a", "steps": [147], "logits": [-3], "probabilities": [probability(-3)],
        }  # fmt: skip
        assert (await ask("a", after=147)).json()["steps"] == []
        assert (await ask("a")).json()["steps"] == [0, 49, 98, 147]


async def test_beyond_what_is_held_it_is_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(through_time, "PIECE_BYTES", 4000)  # one of these models
    async with asked(tmp_path) as (ask, history):
        whole = (await ask("a")).json()
        for room in (10_000, 4_000, 0):
            monkeypatch.setattr(through_time, "HELD_BYTES", room)
            await history.save_checkpoint("b", model(1, 1))
            assert (await ask("b")).json()["logits"] == [1]
            assert (await ask("a")).json() == whole
            assert (await ask("a", after=0)).json()["logits"] == [2, None]


async def test_what_cannot_be_read_says_why(tmp_path):
    async with asked(tmp_path) as (ask, history):
        for pixels, field in (
            (DRAWN[1:], "pixels"),
            ([*DRAWN[1:], 256], "pixels.783"),
            ([*DRAWN[1:], "1"], "pixels.783"),
            ([0.5, 2, *DRAWN[2:]], "pixels"),
        ):
            refused = await ask("a", pixels)
            assert refused.status_code == 422
            assert refused.json()["errors"][0]["field"] == field
        assert (await ask("a", after=-2)).json()["errors"][0]["field"] == "after"
        assert (await ask("nobody")).status_code == 404
        await history.save_checkpoint("b", model(3, 1, pixels=700))
        unusable = await ask("b")
        assert unusable.status_code == 409
        assert "step 3" in unusable.json()["detail"]


async def test_a_deleted_run_is_forgotten(tmp_path):
    async with asked(tmp_path) as (ask, history):
        assert (await ask("a")).status_code == 200
        await history.append("a", [Record.of(RunStopped(step=0, summary=Summary(), time=0), 2)])
        await history.delete("a")
        gone = await ask("a")
        assert gone.status_code == 404
        assert "no run 'a'" in gone.json()["detail"]
        await history.restore("a")
        assert (await ask("a")).json()["steps"] == [0, 49, 98]
