"""What a run leaves behind, as files: every step's metrics, weights, all weight images, the model.

Formats are in :mod:`app.formats`. The log is read and encoded in threads, a bounded piece at a time, as fast as the
client takes the pieces (:mod:`app.web.downloads`).
"""

import json
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.events import Event, Steps, Weights
from app.formats.frames import FramesPacker
from app.formats.metrics import COLUMNS, CSV_HEAD, csv_rows, json_lines, json_numbers
from app.formats.weights import as_npy, as_png, json_pieces
from app.handwriting.predictor import read_safetensors
from app.history.damage import Damaged
from app.history.history import History, UnknownRun
from app.history.unavailable import HistoryUnavailable
from app.record import Record
from app.run import Run
from app.web.downloads import Download, Downloads
from app.web.problems import Problem, documented, no_such_run
from app.web.services import HistoryDep, services

router = APIRouter(prefix="/api/runs/{run}", tags=["exports"], responses=documented("503"))

PIECE_BYTES = 64 * 1024
"""Of the log, read and encoded at a time: some milliseconds' work in any format."""

GZIP = zlib.MAX_WBITS | 16
"""As zlib names the format that browsers expect of ``Content-Encoding: gzip``."""

_BYTES = {"schema": {"type": "string", "format": "binary"}}
_OCTETS = "application/octet-stream"


def _downloads(request: Request) -> Downloads:
    return services(request).downloads


DownloadsDep = Annotated[Downloads, Depends(_downloads)]

Step = Annotated[int | None, Query(ge=0, description="The newest at or before this step; the newest of all without.")]


_TEXT = {"schema": {"type": "string"}}


@router.get("/metrics", responses={200: {"content": {"text/csv": _TEXT, "application/jsonl": _TEXT}}})
async def metrics(
    history: HistoryDep, downloads: DownloadsDep, run: str, format: Literal["json", "jsonl", "csv"] = "json"
) -> Response:
    """Every step, nothing sampled: as columns, or one a line. A loss that is not a number is null, in CSV empty."""
    known = await _known(history, run)
    match format:
        case "csv":
            return Download(downloads, _csv(history, known), "text/csv", _attachment(known, "metrics.csv"))
        case "jsonl":
            lines = _json_lines(history, known)
            return Download(downloads, lines, "application/jsonl", _attachment(known, "metrics.jsonl"))
        case "json":
            return Download(downloads, _json(history, known), "application/json")


@router.get("/epochs")
async def epochs(history: HistoryDep, run: str) -> Response:
    """Each epoch's validation figures and confusion matrix. Where the log is damaged a field ``damaged`` says so."""
    # Not a download: there are at most a thousand epochs, some 200 kB.
    known = await _known(history, run)
    found: list[dict[str, object]] = []
    damage = ""
    try:
        async for epoch in history.epochs(run):
            found.append(epoch.model_dump(exclude={"units"}))
    except Damaged as damaged:
        damage = str(damaged)
    damage = damage or await _damage(history, known)
    return JSONResponse({"epochs": found} | ({"damaged": damage} if damage else {}))


@router.get("/weights", responses={200: {"content": {_OCTETS: _BYTES, "image/png": _BYTES}}})
async def weights(
    history: HistoryDep, downloads: DownloadsDep, run: str, step: Step = None,
    format: Literal["json", "npy", "png", "frame"] = "json",
) -> Response:  # fmt: skip
    """First-layer weights, ``units × 28 × 28``, as kept: int8 times a scale. ``frame`` is the WebSocket's frame."""
    known = await _known(history, run)
    record = await history.weights_record(run, step)
    if record is None:
        raise _no_weights(run, step)
    found = Weights.decode(record.data)
    match format:
        case "json":
            return Download(downloads, _in_thread(json_pieces(found)), "application/json", shown=True)
        case "npy":
            headers = _attachment(known, f"weights-{found.step}.npy")
            return Download(downloads, _whole(lambda: as_npy(found)), _OCTETS, headers, shown=True)
        case "frame":
            return Download(downloads, _whole(lambda: Weights.version_2(record.data, known.id)), _OCTETS, shown=True)
        case "png":
            return Download(downloads, _whole(lambda: as_png(found)), "image/png", shown=True)


@router.get(
    "/frames",
    response_class=Response,
    responses={200: {"content": {_OCTETS: _BYTES}}, 304: {"description": "The client's copy is the newest."}},
)
async def frames(request: Request, history: HistoryDep, downloads: DownloadsDep, run: str) -> Response:
    """All weight images so far, packed as the differences between them; the layout is in docs/protocol.md.

    The answer depends on nothing but the log up to the run's last event, which its ETag names. That of a log that
    lacks a record says so at its end, and has none.
    """
    known = await _known(history, run)
    with suppress(Damaged):  # which stands at the answer's end
        if await history.weights_record(run) is None:
            raise _no_weights(run)
    gzip = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if not (damage := await _damage(history, known)):
        headers["ETag"] = etag = f'"{known.id}-{known.seq}{"-gzip" if gzip else ""}"'
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
    if gzip:
        headers["Content-Encoding"] = "gzip"
    deflate = zlib.compressobj(wbits=GZIP) if gzip else None
    return Download(downloads, _packed(history, known, damage, deflate), _OCTETS, headers, shown=True)


@router.get("/model", response_class=Response, responses={200: {"content": {_OCTETS: _BYTES}}})
async def model(
    history: HistoryDep, downloads: DownloadsDep, run: str, step: Step = None,
    format: Literal["safetensors"] = "safetensors",
) -> Response:  # fmt: skip
    """The trained model under PyTorch's parameter names; metadata ``model``, ``step``, ``epoch``."""
    known = await _known(history, run)
    checkpoint = await history.checkpoint(run, step)
    if checkpoint is None and known.models_removed:
        raise Problem(
            404, "Model removed", f"The server removed the models of run {run!r} to make room for newer runs."
        )
    if checkpoint is None:
        raise Problem(404, "No model yet", f"Run {run!r} has not saved a model{_by(step)} yet.")
    data = checkpoint.data
    try:
        await to_thread.run_sync(read_safetensors, data)
    except ValueError:
        raise Damaged(known.id, f"its model at step {checkpoint.step} cannot be read") from None
    headers = _attachment(known, f"step-{checkpoint.step}.safetensors") | {"Content-Length": str(len(data))}
    return Download(downloads, _whole(lambda: data), _OCTETS, headers, shown=True)


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


async def _json(history: History, run: Run) -> AsyncGenerator[bytes, None]:
    """One column stands after the other in the object, so the log is read once for each: none is held in memory. Where
    the log is damaged the columns end there, and a last field ``damaged`` says so."""
    before, damage = b"{", ""
    for name in COLUMNS:
        yield before + f'"{name}":['.encode()
        between = b""
        try:
            async for records in _pieces(history, run, Steps):
                numbers = await to_thread.run_sync(json_numbers, name, _data(records), run.recipe.steps_per_epoch)
                yield between + numbers
                between = b","
        except (Damaged, HistoryUnavailable) as error:
            damage = _words(error)
        before = b"],"
    damage = damage or await _damage_at_end(history, run)
    yield b"]" + (f',"damaged":{json.dumps(damage)}'.encode() if damage else b"") + b"}"


async def _csv(history: History, run: Run) -> AsyncGenerator[bytes, None]:
    """Where the log is damaged a last line that begins with ``#`` says so."""
    yield CSV_HEAD
    async for rows in _steps(history, run, csv_rows, lambda damage: f"# {damage}\r\n".encode()):
        yield rows


async def _json_lines(history: History, run: Run) -> AsyncGenerator[bytes, None]:
    """Where the log is damaged a last line, an object with nothing but ``damaged``, says so."""
    async for lines in _steps(
        history, run, json_lines, lambda damage: json.dumps({"damaged": damage}).encode() + b"\n"
    ):
        yield lines


async def _steps(
    history: History, run: Run, encode: Callable[[Sequence[bytes], int], bytes], describe: Callable[[str], bytes]
) -> AsyncGenerator[bytes, None]:
    """Every step in pieces, then what ``describe`` makes of what the log lacks, if it lacks anything."""
    damage = ""
    try:
        async for records in _pieces(history, run, Steps):
            yield await to_thread.run_sync(encode, _data(records), run.recipe.steps_per_epoch)
    except (Damaged, HistoryUnavailable) as error:
        damage = _words(error)
    if damage := damage or await _damage_at_end(history, run):
        yield describe(damage)


async def _packed(
    history: History, run: Run, damage: str, deflate: "zlib._Compress | None"
) -> AsyncGenerator[bytes, None]:
    """Frames as they stand in the log, then ``damage``, or what else it lacks, if it lacks anything; gzipped by
    ``deflate``."""
    packer = FramesPacker(run.id)

    def pack(records: Sequence[Record]) -> bytes:
        packed = b"".join(packer.add(record.seq, Weights.decode(record.data)) for record in records)
        return packed if deflate is None else deflate.compress(packed)

    try:
        async for records in _pieces(history, run, Weights):
            yield await to_thread.run_sync(pack, records)
    except (Damaged, HistoryUnavailable) as error:
        damage = _words(error)
    if damage:
        end = packer.end_damaged(damage)
        yield end if deflate is None else deflate.compress(end)
    if deflate is not None:
        yield deflate.flush()


async def _damage(history: History, run: Run) -> str:
    """Return what the log lacks, if anything: a reader of some types of records does not meet it."""
    try:
        await history.require_whole(run.id, run.seq)
    except Damaged as damaged:
        return str(damaged)
    return ""


async def _damage_at_end(history: History, run: Run) -> str:
    """As :func:`_damage`, of an answer that has begun: it also says there that the database cannot be read any more."""
    try:
        return await _damage(history, run)
    except HistoryUnavailable as unavailable:
        return _words(unavailable)


def _words(error: Damaged | HistoryUnavailable) -> str:
    """For a client, who does not see where the database is."""
    return error.reason if isinstance(error, HistoryUnavailable) else str(error)


async def _pieces(history: History, run: Run, type: type[Event]) -> AsyncIterator[Sequence[Record]]:
    """The log's events of one type up to the run's last event, ``PIECE_BYTES`` at a time."""
    after = 0
    while found := await history.read(run.id, after, PIECE_BYTES, {type.__name__}):
        records = [record for record in found if record.seq <= run.seq]
        if records:
            yield records
        if len(records) < len(found):
            return
        after = found[-1].seq


def _data(records: Sequence[Record]) -> list[bytes]:
    return [record.data for record in records]


async def _whole(make: Callable[[], bytes]) -> AsyncGenerator[bytes, None]:
    yield await to_thread.run_sync(make)


async def _in_thread(pieces: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    while (piece := await to_thread.run_sync(next, pieces, None)) is not None:
        yield piece
