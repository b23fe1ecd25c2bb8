"""``POST /predict``: what is this digit? By the built-in model, or by any run's at any step that was kept.

Bare ASGI: FastAPI's own handling of bodies would take longer than the prediction.
"""

from collections import OrderedDict

from fastapi import FastAPI
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.handwriting.builtin import NAME
from app.handwriting.predictor import Predictor, from_safetensors
from app.handwriting.reader import Reading
from app.history.history import History, UnknownRun
from app.web import predict_input
from app.web.predict_schema import document
from app.web.prediction import encode
from app.web.problems import Problem
from app.web.reading_work import ReadingWork
from app.web.request_body import BodyReader
from app.web.services import services

PREDICTORS = 32
"""Models held ready, the last used; one of 256 units is 0.8 MB."""

PATH = "/predict"
PATHS = (PATH, f"{PATH}/")
"""Both are the same; programs add the slash."""


def mount(app: FastAPI) -> None:
    """Give the app its ``/predict``, and its OpenAPI document the description."""
    predict = Predict()
    app.add_middleware(Shortcut, predict=predict)
    app.routes.extend(Route(path, predict, methods=["POST"]) for path in PATHS)
    document(app)


class Shortcut:
    """ASGI middleware: the call that is made most goes past the router, which takes as long as a prediction. What is
    not quite that call goes on to the route."""

    def __init__(self, app: ASGIApp, predict: "Predict") -> None:
        self._app, self._predict = app, predict

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in PATHS and scope["method"] == "POST":
            await self._predict(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class Predict:
    """An ASGI endpoint that answers questions with models that it keeps ready."""

    def __init__(self) -> None:
        self._predictors: OrderedDict[tuple[str, int], Predictor] = OrderedDict()
        self._bodies = BodyReader()
        self._work = ReadingWork()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self._answer(Request(scope, receive))
        except Problem as problem:
            return await problem.response()(scope, receive, send)
        length = str(len(body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, request: Request) -> bytes:
        """As JSON. Raises Problem."""
        question = await predict_input.read(request, self._bodies, self._work)
        held, choice = services(request), question.choice
        if choice.run in (None, NAME):
            run, step, predictor = NAME, held.reader.step, None
            if choice.step is not None and choice.step < step:
                raise Problem(404, "No such model", f"The built-in model is kept at step {step} only; name a run.")
        else:
            run, step, predictor = await self._model(held.history, str(choice.run), choice.step)
        reading: Reading = held.reader.read(question.image, predictor, question.most_ink, choice.keep)
        held.telemetry.predicted(reading.verdict)
        return encode(reading, run, step, question.image if choice.image else None)

    async def _model(self, history: History, run: str, step: int | None) -> tuple[str, int, Predictor]:
        """Run, step and model of the newest checkpoint at or before ``step``. Raises Problem 404 or 409."""
        if run == "live":
            newest = await history.live()
            if newest is None:
                raise Problem(404, "No such run", "No run has been started yet.")
            run = newest.id
        try:
            checkpoint = await history.checkpoint(run, step)
        except UnknownRun:
            raise Problem(404, "No such run", f"There is no run {run!r}; GET /api/runs lists those kept.") from None
        if checkpoint is None and (await history.get(run)).models_removed:
            raise Problem(
                404, "No such model", f"The server removed the models of run {run} to make room for newer runs."
            )
        if checkpoint is None:
            at = "yet" if step is None else f"at or before step {step}"
            raise Problem(404, "No such model", f"Run {run} has kept no model {at}.")
        key = run, checkpoint.step
        if key not in self._predictors:
            try:
                self._predictors[key] = from_safetensors(checkpoint.data)
            except ValueError as error:
                raise Problem(409, "Unusable model", f"Run {run} at step {checkpoint.step}: {error}.") from None
        self._predictors.move_to_end(key)
        if len(self._predictors) > PREDICTORS:
            self._predictors.popitem(last=False)
        return run, checkpoint.step, self._predictors[key]
