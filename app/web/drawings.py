"""Labelled drawings that somebody told this server to keep, by REST. All of it is for who controls the server."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.responses import JSONResponse

from app.drawing import MOST_POINTS, Drawing, Label, Strokes
from app.history.drawings import TooManyDrawings
from app.web.problems import Problem, documented
from app.web.runs import Gone
from app.web.services import HistoryDep
from app.web.session import counted_control, require_control

PATH = "/api/drawings"
AT_ONCE = 20
"""Drawings of one request, so that reading it holds up no one."""
BODY_LIMIT = 900_000
"""Bytes of such a request: ``AT_ONCE`` drawings of as many points as one may have."""
RESTORED = 1000
"""Ids of one request, which take 35 kB; all that can be restored need none."""

router = APIRouter(prefix=PATH, tags=["drawings"])

_Byte = Annotated[int, Field(ge=0, le=255, strict=True)]


class NewDrawing(BaseModel):
    """``label`` is 3, 7, or null for neither. ``strokes``: points ``[x, y]`` as fractions of the canvas' side, y
    pointing down, at most 2,000 together. ``pixels``: what the network saw of it, ink bright on 0."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    label: Label
    strokes: Strokes = ()
    pixels: Annotated[tuple[_Byte, ...], Field(min_length=784, max_length=784)]

    @field_validator("strokes")
    @classmethod
    def _few(cls, strokes: Strokes) -> Strokes:
        if sum(map(len, strokes)) > MOST_POINTS:
            raise ValueError(f"at most {MOST_POINTS:,} points together")
        return strokes


class NewDrawings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    drawings: Annotated[list[NewDrawing], Field(min_length=1, max_length=AT_ONCE)]


class Kept(BaseModel):
    """``added``: how many of those sent are new here. ``relabelled``: how many were here under another label, and now
    have the one sent. ``count``: how many are kept now."""

    added: int
    relabelled: int
    count: int


class Drawings(BaseModel):
    """A page, in the order in which they came. ``next`` is the following page's ``cursor``; null on the last.
    ``deleted``: how many were deleted that can be restored, the first of them until ``until`` (Unix time)."""

    drawings: list[Drawing]
    next: int | None
    count: int
    deleted: int
    until: float | None


class Removed(BaseModel):
    """How many this has deleted, and until when (Unix time) they can be restored; null where they cannot, since the
    server's disk is full or it was told so."""

    deleted: int
    until: float | None


class Restore(BaseModel):
    """``drawings``: their ids; null or left out: all that can be restored."""

    model_config = ConfigDict(extra="forbid")

    drawings: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=RESTORED)] | None = None


class Restored(BaseModel):
    """``count``: how many are kept now."""

    restored: int
    count: int


@router.post("", dependencies=[Depends(counted_control)], responses=documented("409", "507"))
async def keep(history: HistoryDep, asked: NewDrawings) -> Kept:
    """Keep drawings on this server. One that is there, by its pixels, is not kept twice; it gets the label sent."""
    await history.require_room()
    try:
        new = [Drawing.of(each.label, each.strokes, each.pixels) for each in asked.drawings]
        added, relabelled, count = await history.put_drawings(new)
    except TooManyDrawings as error:
        raise _too_many(error) from None
    return Kept(added=added, relabelled=relabelled, count=count)


@router.get("", dependencies=[Depends(require_control)])
async def drawings(
    history: HistoryDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Drawings:
    """The drawings that are kept on this server."""
    found, following, count = await history.drawings(limit, cursor)
    deleted, until = await history.deleted_drawings()
    return Drawings(drawings=found, next=following, count=count, deleted=deleted, until=until)


@router.delete("", dependencies=[Depends(counted_control)])
async def delete_all(history: HistoryDep) -> Removed:
    """Delete all drawings that are kept on this server. For some minutes they can be restored."""
    deleted, until = await history.remove_drawings()
    return Removed(deleted=deleted, until=until)


@router.delete(
    "/{drawing}", status_code=204, dependencies=[Depends(counted_control)],
    responses={200: {"model": Gone, "description": "It cannot be restored: its room was needed at once."}},
)  # fmt: skip
async def delete(history: HistoryDep, drawing: str) -> Response:
    """Delete one drawing. For some minutes it can be restored."""
    deleted, until = await history.remove_drawings(drawing)
    if not deleted:
        raise Problem(404, "No such drawing", f"No drawing {drawing!r} is kept here.")
    return Response(status_code=204) if until else JSONResponse(Gone.of("drawing").model_dump())


@router.post("/restore", dependencies=[Depends(counted_control)], responses=documented("409"))
async def restore(history: HistoryDep, asked: Restore) -> Restored:
    """Bring deleted drawings back. Those that are not deleted, or no longer kept, are left out of the answer."""
    try:
        restored, count = await history.restore_drawings(asked.drawings)
    except TooManyDrawings as error:
        raise _too_many(error) from None
    return Restored(restored=restored, count=count)


def _too_many(error: TooManyDrawings) -> Problem:
    return Problem(409, "Too many drawings", f"{error}.".capitalize())
