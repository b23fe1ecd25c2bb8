"""``POST /api/experiments/{name}``: questions to the learner, computed by a worker."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Body
from starlette.requests import Request
from starlette.responses import Response

from app.experiments import KINDS, Batch, Gradient, OfRun, OfValues, Parameters, Refused, SampledGradients, shapes
from app.handwriting.predictor import from_safetensors, read_safetensors
from app.history.history import History, UnknownRun
from app.run import Run
from app.running.computations import Busy, ExperimentFailed
from app.running.queue import QueueFull
from app.web.answers import AT_ONCE, TooMany
from app.web.client import client_address
from app.web.http_protocol import give_up_at_end
from app.web.kept_models import newest_run
from app.web.problems import Problem, documented, no_such_run
from app.web.services import services

PATH = "/api/experiments"

router = APIRouter(prefix=PATH, tags=["experiments"])

_REFUSED = b'{"refused":'


async def answer(request: Request, name: str, asked: Parameters) -> bytes:
    """As JSON: a kept one, or computed now unless the caller goes away. Raises Problem."""
    held = services(request)
    question = await with_its_weights(asked, held.history)
    parameters = question.model_dump_json()
    kept = held.answers.get(name, parameters)
    if kept is None:
        client = client_address(request)
        try:
            with held.answers.asked(client, name, parameters) as first:
                if first:
                    held.auth.count_experiment(request)
                kept = await _computed(request, held.supervisor.compute(name, question, client))
        except TooMany:
            raise Problem(
                429, "Too many requests", f"{AT_ONCE} experiments of this address wait already: try again in a moment.",
                headers={"Retry-After": "2"},
            ) from None  # fmt: skip
        held.answers.keep(name, parameters, kept)
    if kept.startswith(_REFUSED):
        raise Problem(422, "No answer", Refused.model_validate_json(kept).refused)
    return kept


async def _computed(request: Request, computing: Coroutine[Any, Any, bytes]) -> bytes:
    try:
        return await while_connected(request, computing)
    except QueueFull as full:
        raise Problem(
            503, "Too many experiments", f"{full.limit} are waiting already: try again in a moment.",
            headers={"Retry-After": "5"},
        ) from None  # fmt: skip
    except Busy as busy:
        raise Problem(503, "Busy", f"{busy} Try again in a moment.", headers={"Retry-After": "10"}) from None
    except TimeoutError as error:
        raise Problem(
            504, "Too slow", f"{error} Ask for less: fewer steps, samples or images."
        ) from None  # fmt: skip
    except ExperimentFailed as error:
        raise Problem(503, "Experiment failed", str(error)) from None


async def while_connected(request: Request, computing: Coroutine[Any, Any, bytes]) -> bytes:
    """Return what ``computing`` returns; where the client goes away before, or closes its sending half, cancel it and
    raise Problem. The request's body must have been read."""
    give_up_at_end(request.scope)
    answer = asyncio.ensure_future(computing)
    gone = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        raise Problem(400, "Nobody waits", "The connection was closed before the answer was there.")
    finally:
        for task in (answer, gone):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await gone


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def with_its_weights(asked: Parameters, history: History) -> Parameters:
    """The same question with what it needs of a run in the run's place: the learner knows none. Raises Problem 404 and
    409 as ``/predict`` does, and pydantic's ValidationError where the rest does not fit the run's model."""
    match asked:
        case Gradient(weights=OfRun() as weights) | SampledGradients(weights=OfRun() as weights):
            values = await _values(weights, history)
            return type(asked).model_validate(asked.model_dump() | {"weights": values.model_dump()})
        case Batch(run=str() as id):
            run = await _run(id, history)
            return Batch.model_validate(asked.model_dump() | {"run": None, "recipe": run.recipe.model_dump()})
    return asked


async def _run(id: str, history: History) -> Run:
    try:
        if id != "live":
            return await history.get(id)
    except UnknownRun:
        raise no_such_run(id) from None
    return await newest_run(history)


async def _values(weights: OfRun, history: History) -> OfValues:
    run = await _run(weights.run, history)
    try:
        checkpoint = await history.checkpoint(run.id, weights.step)
    except UnknownRun:  # deleted just now
        raise no_such_run(run.id) from None
    if checkpoint is None:
        at = "yet" if weights.step is None else f"at or before step {weights.step}"
        raise Problem(404, "No such model", f"Run {run.id} has kept no model {at}.")
    try:
        from_safetensors(checkpoint.data)  # which says what is wrong with a model
        tensors, _ = read_safetensors(checkpoint.data)
        vector = np.concatenate([tensors[name].astype("<f4").ravel() for name in shapes(run.recipe)])
    except (ValueError, KeyError) as error:
        raise Problem(409, "Unusable model", f"Run {run.id} at step {checkpoint.step}: {error}.") from None
    return OfValues(
        values=base64.b64encode(vector.tobytes()).decode(), recipe=run.recipe, step=checkpoint.step
    )  # fmt: skip


def _endpoint(name: str, parameters: type[Parameters]) -> Callable[..., Awaitable[Response]]:
    async def ask(request: Request, asked: Parameters) -> Response:
        return Response(await answer(request, name, asked), media_type="application/json")

    ask.__annotations__["asked"] = Annotated[parameters, Body()]
    return ask


for _name, _kind in KINDS.items():
    router.add_api_route(
        f"/{_name}",
        _endpoint(_name, _kind.parameters),
        methods=["POST"],
        name=_name,
        summary=_kind.summary,
        description=_kind.parameters.__doc__,
        response_class=Response,
        responses={200: {"model": _kind.answer}, **documented("503", "504")},
    )


@router.post("/{name}", include_in_schema=False)
async def unknown(name: str) -> Response:
    raise Problem(404, "No such experiment", f"There is no experiment {name!r}; there are {', '.join(KINDS)}.")
