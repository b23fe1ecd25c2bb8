"""What a run leaves behind, as files: every step's metrics, weights, all weight images, the model.

Formats are in :mod:`app.formats`. What takes more than a millisecond is encoded in a thread, a bounded piece at a time.
"""

import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from app.events import Weights
from app.formats.frames import FramesPacker
from app.formats.metrics import CSV_HEAD, JsonColumns, csv_rows
from app.formats.weights import as_npy, as_png, json_pieces
from app.history.history import History, UnknownRun
from app.run import Run
from app.web.problems import Problem
from app.web.runs import no_such_run
from app.web.services import HistoryDep

router = APIRouter(prefix="/api/runs/{run}", tags=["exports"])

GZIP = zlib.MAX_WBITS | 16
"""As zlib names the format that browsers expect of ``Content-Encoding: gzip``."""

_BYTES = {"schema": {"type": "string", "format": "binary"}}
_OCTETS = "application/octet-stream"

Step = Annotated[int | None, Query(ge=0, description="The newest at or before this step; the newest of all without.")]


@router.get("/metrics", responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}})
async def metrics(history: HistoryDep, run: str, format: Literal["json", "csv"] = "json") -> Response:
    """Every step, nothing sampled. A loss that is not a number is null, in CSV empty."""
    known = await _known(history, run)
    if format == "csv":
        headers = _attachment(known, "metrics.csv")
        return StreamingResponse(_csv(history, known), media_type="text/csv", headers=headers)
    return StreamingResponse(_json(history, known), media_type="application/json")


@router.get("/epochs")
async def epochs(history: HistoryDep, run: str) -> Response:
    """Each epoch's validation figures and confusion matrix."""
    await _known(history, run)
    found = [e.model_dump(exclude={"units"}) for e in await history.epochs(run)]
    return JSONResponse({"epochs": found})


@router.get("/weights", responses={200: {"content": {_OCTETS: _BYTES, "image/png": _BYTES}}})
async def weights(
    history: HistoryDep, run: str, step: Step = None, format: Literal["json", "npy", "png", "frame"] = "json"
) -> Response:  # fmt: skip
    """First-layer weights, ``units × 28 × 28``, as kept: int8 times a scale. ``frame`` is the WebSocket's frame."""
    known = await _known(history, run)
    record = await history.weights_record(run, step)
    if record is None:
        raise _no_weights(run, step)
    found = Weights.decode(record.data)
    match format:
        case "json":
            return StreamingResponse(_in_thread(json_pieces(found)), media_type="application/json")
        case "npy":
            headers = _attachment(known, f"weights-{found.step}.npy")
            return Response(await to_thread.run_sync(as_npy, found), media_type=_OCTETS, headers=headers)
        case "frame":
            return Response(Weights.version_2(record.data, known.id), media_type=_OCTETS)
        case "png":
            return Response(await to_thread.run_sync(as_png, found), media_type="image/png")


@router.get(
    "/frames",
    response_class=Response,
    responses={200: {"content": {_OCTETS: _BYTES}}, 304: {"description": "The client's copy is the newest."}},
)
async def frames(request: Request, history: HistoryDep, run: str) -> Response:
    """All weight images so far, packed as the differences between them; the layout is in docs/protocol.md.

    The answer depends on nothing but the log up to the run's last event, which its ETag names.
    """
    known = await _known(history, run)
    if await history.weights(run) is None:
        raise _no_weights(run)
    gzip = "gzip" in request.headers.get("accept-encoding", "")
    etag = f'"{known.id}-{known.seq}{"-gzip" if gzip else ""}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if gzip:
        headers["Content-Encoding"] = "gzip"
    deflate = zlib.compressobj(wbits=GZIP) if gzip else None
    return StreamingResponse(_packed(history, known, deflate), media_type=_OCTETS, headers=headers)


@router.get("/model", response_class=Response, responses={200: {"content": {_OCTETS: _BYTES}}})
async def model(
    history: HistoryDep, run: str, step: Step = None, format: Literal["safetensors"] = "safetensors"
) -> Response:
    """The trained model under PyTorch's parameter names; metadata ``model``, ``step``, ``epoch``."""
    known = await _known(history, run)
    checkpoint = await history.checkpoint(run, step)
    if checkpoint is None and known.models_removed:
        raise Problem(
            404, "Model removed", f"The server removed the models of run {run!r} to make room for newer runs."
        )
    if checkpoint is None:
        raise Problem(404, "No model yet", f"Run {run!r} has not saved a model{_by(step)} yet.")
    headers = _attachment(known, f"step-{checkpoint.step}.safetensors")
    return Response(checkpoint.data, media_type=_OCTETS, headers=headers)


async def _known(history: History, run: str) -> Run:
    try:
        return await history.get(run)
    except UnknownRun:
        raise no_such_run(run) from None


def _no_weights(run: str, step: int | None = None) -> Problem:
    return Problem(404, "No weights yet", f"Run {run!r} has not kept weights{_by(step)} yet.")


def _by(step: int | None) -> str:
    return "" if step is None else f" by step {step}"


def _attachment(run: Run, name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="threeseven-{run.id}-{name}"'}


async def _json(history: History, run: Run) -> AsyncIterator[bytes]:
    columns = JsonColumns(run.recipe.steps_per_epoch)
    async for steps in history.steps(run.id):
        columns.add(steps)
    async for piece in _in_thread(columns.pieces()):
        yield piece


async def _csv(history: History, run: Run) -> AsyncIterator[bytes]:
    yield CSV_HEAD
    async for steps in history.steps(run.id):
        yield await to_thread.run_sync(csv_rows, steps, run.recipe.steps_per_epoch)


async def _packed(history: History, run: Run, deflate: "zlib._Compress | None") -> AsyncIterator[bytes]:
    """Frames as they stand in the log, up to the run's last event; gzipped by ``deflate``."""
    packer = FramesPacker(run.id)

    def pack(seq: int, weights: Weights) -> bytes:
        packed = packer.add(seq, weights)
        return packed if deflate is None else deflate.compress(packed)

    async for seq, weights in history.frames(run.id):
        if seq > run.seq:
            break
        yield await to_thread.run_sync(pack, seq, weights)
    if deflate is not None:
        yield deflate.flush()


async def _in_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await to_thread.run_sync(next, pieces, None)) is not None:
        yield piece
