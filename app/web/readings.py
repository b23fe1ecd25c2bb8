"""How a drawing was read through a run: by each of its kept models."""

import math
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from app.handwriting.predictor import probability
from app.history.history import UnknownRun
from app.web import predict_input
from app.web.client import client_address
from app.web.kept_models import newest_run
from app.web.predict_input import PIXELS
from app.web.problems import Problem, documented, no_such_run
from app.web.services import HistoryDep, services

router = APIRouter(prefix="/api/runs/{run}/readings", tags=["runs"])

_Pixel = Annotated[float, Field(ge=0, le=255)]


class Drawn(BaseModel):
    """``pixels``: 28 rows of 28, as for ``/predict``: whole numbers 0-255 or fractions 0-1, ink bright on 0."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    pixels: Annotated[list[_Pixel], Field(min_length=PIXELS, max_length=PIXELS)]


class Readings(BaseModel):
    """``run``: its id. ``steps``: those whose models are kept, ascending; ``logits`` and ``probabilities`` (that it is
    a 3) are what each makes of the drawing, null where the network had diverged."""

    run: str
    steps: list[int]
    logits: list[float | None]
    probabilities: list[float | None]


@router.post("", responses=documented("404", "409"))
async def readings(
    request: Request,
    history: HistoryDep,
    run: str,
    asked: Drawn,
    after: Annotated[int, Query(ge=-1, le=10**9, description="Only models of steps beyond this one.")] = -1,
) -> Readings:
    """Have a drawing read by every kept model of a run (an id, or ``live``: the newest), in order. Those of a run that
    goes on become more: ``after`` asks for what is new. Nobody needs to be signed in for it."""
    image = predict_input.pixels(asked.pixels)
    held = services(request).through_time
    if run == "live":
        run = (await newest_run(history)).id
    try:
        if (await history.get(run)).models_removed:
            held.forget(run)
            detail = f"The server removed the models of run {run} to make room for newer runs."
            raise Problem(404, "No such model", detail)
        steps, found = await held.read(history, run, image, client_address(request), after)
    except UnknownRun:
        held.forget(run)
        raise no_such_run(run) from None
    logits = [logit if math.isfinite(logit) else None for logit in found.tolist()]
    probabilities = [None if logit is None else probability(logit) for logit in logits]
    return Readings(run=run, steps=steps, logits=logits, probabilities=probabilities)
