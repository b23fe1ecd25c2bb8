"""``POST /predict``: what is this digit? By the built-in model, or by any run's at any step that was kept.

Bare ASGI: FastAPI's own handling of bodies would take longer than the prediction.
"""

from threading import Lock

from fastapi import FastAPI
from msgspec import UNSET, UnsetType
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.data import embedded
from app.handwriting.explanation import Explainer, Explanation
from app.handwriting.reader import Reader
from app.web import predict_input
from app.web.client import client_address
from app.web.http_protocol import join_writes
from app.web.predict_input import Items, Question
from app.web.predict_items import ItemsAnswer
from app.web.predict_models import Model, find
from app.web.predict_schema import document
from app.web.problems import Problem
from app.web.reading_work import ReadingWork
from app.web.request_body import BodyReader
from app.web.services import services

PATH = "/predict"
PATHS = (PATH, f"{PATH}/")
"""Both are the same; programs add the slash."""


def mount(app: FastAPI) -> "Predict":
    """Give the app its ``/predict``, and its OpenAPI document the description. Returns what answers."""
    predict = Predict()
    app.routes.extend(Route(path, predict, methods=["POST"]) for path in PATHS)
    document(app)
    return predict


class Predict:
    """An ASGI endpoint that answers questions with models that it keeps ready."""

    def __init__(self) -> None:
        self._bodies = BodyReader()
        self._work = ReadingWork()
        self._explainer: Explainer | None = None  # 10 MB of training digits: from the first question that needs them
        self._loading = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            async with self._bodies.open(request) as body:
                asked = await predict_input.read(request, body, self._work)
                if isinstance(asked, Items):
                    await body.keep_place()
                    return await ItemsAnswer(asked, request, self._work).send(send)
            answer = await self._answer(asked, request)
        except Problem as problem:
            return await problem.response()(scope, receive, send)
        length = str(len(answer)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        join_writes(scope)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, question: Question, request: Request) -> bytes:
        """As JSON. Raises Problem."""
        held = services(request)
        model = await find(question.choice, held)
        explanation: Explanation | UnsetType = UNSET
        if question.choice.explain:
            explanation = await self._work.run(
                client_address(request), False, self._explained, question, model, held.reader
            )
        verdict, answer = model.answer(question, held.reader, explanation)
        held.telemetry.predicted(verdict)
        return answer

    def _explained(self, question: Question, model: Model, reader: Reader) -> Explanation:
        with self._loading:
            if self._explainer is None:
                digits = embedded()
                self._explainer = Explainer(reader.baseline, digits["train_images"], digits["train_labels"])
        return self._explainer.explain(question.image, reader.shares(question.image, model.predictor))
