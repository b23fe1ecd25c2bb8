"""``POST /predict`` and the cards of models without a server around them: a real reader and a real history."""

import io
from contextlib import asynccontextmanager, contextmanager
from dataclasses import fields
from functools import partial
from typing import Any

import httpx
import numpy as np
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from PIL import Image
from safetensors.numpy import save

from app.checkpoint import Checkpoint
from app.events import Baseline, RunQueued, RunStarted, Units
from app.handwriting import ink
from app.handwriting.reader import Reader
from app.history.history import History
from app.recipe import Recipe
from app.record import Record
from app.web import models, predict, problems
from app.web.cards import Cards
from app.web.kept_models import KeptModels
from app.web.services import Services
from app.web.telemetry import Telemetry

NONE: dict[str, Any] = dict.fromkeys(field.name for field in fields(Services))

SEVEN = [[[0, 0], [40, 2], [15, 90]]]
IMAGE = ink.draw([np.array(SEVEN[0], float)])


@contextmanager
def predicting(folder):
    """Yields its client. Run ``a`` has models at steps 0, 49 and 98 (diverged), run ``b``, which started last, one at
    step 5, run ``c`` is queued and has none."""

    @asynccontextmanager
    async def lifespan(app):
        async with History.open(f"sqlite:///{folder / 'runs.db'}") as history:
            reader = Reader.built_in()
            needed = {"history": history, "kept_models": KeptModels(), "reader": reader, "cards": Cards(reader)}
            app.state.services = Services(**NONE | needed | {"telemetry": Telemetry()})
            for run in "abc":
                await history.create(RunQueued(run=run, name=run, recipe=Recipe(), place=1, time=0))
            for run in "ab":
                await history.append(run, [Record.of(started(run), 2)])
            for step in (0, 49, 98):
                await history.save_checkpoint("a", checkpoint(step, bias=float("nan") if step == 98 else step))
            await history.save_checkpoint("b", checkpoint(5, bias=-5))
            yield

    app = FastAPI()
    app.add_exception_handler(problems.Problem, problems.on_problem)
    predict.mount(app)
    app.include_router(models.router)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(lifespan(app)):
        transport = httpx.ASGITransport(app)  # an exception that the endpoint lets out fails the test
        http = httpx.AsyncClient(transport=transport, base_url="http://test")
        with portal.wrap_async_context_manager(http):
            yield Client(portal, http, app)


class Client:
    """Asks from the tests' own thread."""

    def __init__(self, portal, http, app):
        self._portal, self._http, self._app = portal, http, app

    def post(self, path, **body):
        return self._portal.call(partial(self._http.post, path, **body))

    def get(self, path):
        return self._portal.call(self._http.get, path)

    def run(self, work):
        """An async function of the app, on its event loop."""
        return self._portal.call(work, self._app)


def started(run):
    return RunStarted(
        run=run, name=run, recipe=Recipe(), device="cpu", device_name="", steps=1960, steps_per_epoch=49,
        parameters=785, train_images=12_396, valid_images=2_038, baseline=Baseline(l1=0.95, l2=0.96), time=0,
        units=Units(bias=[0], output_weight=[1]),
    )  # fmt: skip


def checkpoint(step, bias):
    """A linear model that answers its bias whatever it sees."""
    tensors = {"0.weight": np.zeros((1, 784), np.float32), "0.bias": np.array([bias], np.float32)}
    return Checkpoint(step=step, epoch=0, kept=True, data=save(tensors, {"model": "linear"}))


def png(image, **options):
    data = io.BytesIO()
    Image.fromarray(image).save(data, "PNG", **options)
    return data.getvalue()
