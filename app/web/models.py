"""Cards of models: how well the built-in network, or a run's at any step that was kept, reads digits new to it."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from app.handwriting.builtin import FILE, NAME
from app.history.history import UnknownRun
from app.web.card import BUILT_IN_NAME, GateCurve, ModelCard
from app.web.client import client_address
from app.web.gzipped import accepts_gzip, gzipped
from app.web.kept_models import no_earlier_built_in
from app.web.problems import documented, no_such_run
from app.web.services import services

OCTETS = "application/octet-stream"
_BYTES = {"schema": {"type": "string", "format": "binary"}}

router = APIRouter(prefix="/api", tags=["models"])


@router.get("/gate")
async def gate(request: Request) -> GateCurve:
    """What the gate refuses and lets through, by its threshold."""
    return GateCurve(**services(request).reader.curve._asdict())


@router.get("/models/built-in/model", response_class=Response, responses={200: {"content": {OCTETS: _BYTES}}})
async def built_in_file() -> Response:
    """The built-in network as safetensors: its layers, the mean images and the gate's curve."""
    return FileResponse(FILE, media_type=OCTETS, filename="threeseven-built-in.safetensors")


@router.get(
    "/models/{run}",
    response_class=Response,
    responses={
        200: {"model": ModelCard},
        304: {"description": "The card named in If-None-Match is this one."},
        **documented("409", description="The model cannot read: its run diverged."),
    },
)
async def card(
    request: Request,
    run: str,
    step: Annotated[
        int | None, Query(ge=0, le=10**9, description="The model at or before this step; the newest by default.")
    ] = None,
) -> Response:
    """How well a network reads digits that it has not learned from. ``run`` is a run's id, ``live`` for the newest run,
    or ``built-in``."""
    held, client = services(request), client_address(request)
    about: dict[str, Any]
    if run == NAME:
        no_earlier_built_in(held.reader, step)
        about = dict.fromkeys(("steps", "state", "recipe"))
        about |= {"run": NAME, "name": BUILT_IN_NAME, "step": held.reader.step}
        measured = await held.cards.built_in(client)
    else:
        kept = await held.kept_models.get(held.history, run, step)
        try:
            known = await held.history.get(kept.run)
        except UnknownRun:  # deleted just now
            raise no_such_run(kept.run) from None
        measured = await held.cards.of_run(client, kept.run, kept.step, kept.predictor)
        about = {"run": known.id, "name": known.name, "step": kept.step, "steps": known.steps, "state": known.state}
        about["recipe"] = known.recipe
    head = ModelCard.model_construct(**about).model_dump_json(exclude={"measured"})
    return _answer(request, b'%b,"measured":%b}' % (head[:-1].encode(), measured))


def _answer(request: Request, body: bytes) -> Response:
    """Asked again each time, since a run may be renamed and go on; sent again only where it is another."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}{"-gzip" if accepts_gzip(request) else ""}"'
    headers = {"Cache-Control": "no-cache", "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers | {"Vary": "Accept-Encoding"})
    answer = gzipped(request, body, "application/json")
    answer.headers.update(headers)
    return answer
