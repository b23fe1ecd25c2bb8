"""What a run leaves behind, as files: every step's metrics, weights, the model."""

import csv
import io
import json
from array import array
from collections.abc import AsyncIterator
from math import isnan, nan
from typing import Annotated, Any, Literal

import numpy as np
from anyio import to_thread
from fastapi import APIRouter, Query
from numpy.typing import NDArray
from PIL import Image
from starlette.responses import JSONResponse, Response, StreamingResponse

from app.events import Steps, Weights
from app.history.history import History, UnknownRun
from app.run import Run
from app.web.problems import Problem
from app.web.runs import no_such_run
from app.web.services import HistoryDep

router = APIRouter(prefix="/api/runs/{run}", tags=["exports"])

COLUMNS = ("step", "epoch", "loss", "accuracy", "learning_rate", "gradient_norm", "milliseconds")

PIECE = 5000
"""Numbers of a column that are made into JSON at a time: some milliseconds' work."""

_BYTES = {"schema": {"type": "string", "format": "binary"}}

Step = Annotated[int | None, Query(ge=0, description="The newest at or before this step; the newest of all without.")]


@router.get("/metrics", responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}})
async def metrics(history: HistoryDep, run: str, format: Literal["json", "csv"] = "json") -> Response:
    """Every step, nothing sampled. A loss that is not a number is null, in CSV empty."""
    known = await _known(history, run)
    if format == "csv":
        headers = _attachment(known, "metrics.csv")
        return StreamingResponse(_csv(history, known), media_type="text/csv", headers=headers)
    return StreamingResponse(_json_columns(history, known), media_type="application/json")


@router.get("/epochs")
async def epochs(history: HistoryDep, run: str) -> Response:
    """Each epoch's validation figures and confusion matrix."""
    await _known(history, run)
    found = [e.model_dump(exclude={"units"}) for e in await history.epochs(run)]
    return JSONResponse({"epochs": found})


@router.get("/weights", responses={200: {"content": {"application/octet-stream": _BYTES, "image/png": _BYTES}}})
async def weights(
    history: HistoryDep, run: str, step: Step = None, format: Literal["json", "npy", "png"] = "json"
) -> Response:  # fmt: skip
    """First-layer weights, ``units × 28 × 28``, as kept: int8 times a scale."""
    known = await _known(history, run)
    found = await history.weights(run, step)
    if found is None:
        raise Problem(404, "No weights yet", f"Run {run!r} has not kept weights{_by(step)} yet.")
    values = _float(found)
    match format:
        case "json":
            body = await to_thread.run_sync(_weights_json, found.step, values)
            return Response(body, media_type="application/json")
        case "npy":
            file = io.BytesIO()
            np.save(file, values)
            headers = _attachment(known, f"weights-{found.step}.npy")
            return Response(file.getvalue(), media_type="application/octet-stream", headers=headers)
        case "png":
            return Response(_picture(found), media_type="image/png")


@router.get("/model", response_class=Response, responses={200: {"content": {"application/octet-stream": _BYTES}}})
async def model(
    history: HistoryDep, run: str, step: Step = None, format: Literal["safetensors"] = "safetensors"
) -> Response:
    """The trained model under PyTorch's parameter names; metadata ``model``, ``step``, ``epoch``."""
    known = await _known(history, run)
    checkpoint = await history.checkpoint(run, step)
    if checkpoint is None:
        raise Problem(404, "No model yet", f"Run {run!r} has not saved a model{_by(step)} yet.")
    headers = _attachment(known, f"step-{checkpoint.step}.safetensors")
    return Response(checkpoint.data, media_type="application/octet-stream", headers=headers)


async def _known(history: History, run: str) -> Run:
    try:
        return await history.get(run)
    except UnknownRun:
        raise no_such_run(run) from None


def _json(body: object) -> str:
    return json.dumps(body, separators=(",", ":"))


def _weights_json(step: int, values: NDArray[np.float32]) -> str:
    """In a thread: the weights of many units take a second."""
    # Nine digits are what a float32 needs.
    return _json({"step": step, "weights": [[[float(f"{v:.9g}") for v in r] for r in u] for u in values]})


def _by(step: int | None) -> str:
    return "" if step is None else f" by step {step}"


def _attachment(run: Run, name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="threeseven-{run.id}-{name}"'}


def _columns(steps: Steps, run: Run) -> dict[str, list[Any]]:
    epochs = [-(-step // run.recipe.steps_per_epoch) for step in steps.step]
    return {name: epochs if name == "epoch" else getattr(steps, name) for name in COLUMNS}


async def _json_columns(history: History, run: Run) -> AsyncIterator[str]:
    """One column after the other, so all are held until then: as plain doubles, a quarter of what lists would take."""
    columns = {name: array("d") for name in COLUMNS}
    async for steps in history.steps(run.id):
        for name, values in _columns(steps, run).items():
            columns[name].extend(nan if value is None else value for value in values)
    before = "{"
    for name, column in columns.items():
        yield f'{before}"{name}":['
        number = int if name in ("step", "epoch") else float
        for start in range(0, len(column), PIECE):
            numbers = [None if isnan(value) else number(value) for value in column[start : start + PIECE]]
            yield ("," if start else "") + _json(numbers)[1:-1]
        before = "],"
    yield "]}"


async def _csv(history: History, run: Run) -> AsyncIterator[str]:
    yield ",".join(COLUMNS) + "\r\n"
    async for steps in history.steps(run.id):
        rows = io.StringIO()
        csv.writer(rows).writerows(zip(*_columns(steps, run).values(), strict=True))
        yield rows.getvalue()


def _float(weights: Weights) -> NDArray[np.float32]:
    values = np.frombuffer(weights.values, np.int8).reshape(weights.units, weights.height, weights.width)
    return values * np.float32(weights.scale)


def _picture(weights: Weights) -> bytes:
    """All units in a grid, one pixel a weight, one pixel between: white 0, blue positive, orange negative."""
    across = int(np.ceil(np.sqrt(weights.units)))
    down = -(-weights.units // across)
    height, width = weights.height + 1, weights.width + 1
    sheet = np.full((down * height - 1, across * width - 1, 3), 255, np.uint8)
    strength = np.frombuffer(weights.values, np.int8).astype(np.float32) / 127
    blue, orange = np.array([11, 98, 168], np.float32), np.array([176, 74, 0], np.float32)
    hue = np.where(strength[:, None] > 0, blue, orange)
    colours = (255 + np.abs(strength)[:, None] * (hue - 255)).astype(np.uint8)
    for unit, pixels in enumerate(colours.reshape(weights.units, weights.height, weights.width, 3)):
        top, left = unit // across * height, unit % across * width
        sheet[top : top + weights.height, left : left + weights.width] = pixels
    file = io.BytesIO()
    Image.fromarray(sheet).save(file, "PNG")
    return file.getvalue()
