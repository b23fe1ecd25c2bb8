"""Why a page gets no WebSocket: browsers do not tell their pages how a handshake was answered."""

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import JSONResponse

PATH = "/api/handshake"


class Handshake(BaseModel):
    """``refused``: why; null where a handshake of the same page is let in."""

    refused: str | None


router = APIRouter(tags=["reference"])


@router.post(PATH, summary="Would a WebSocket of this page be let in")
async def handshake() -> Handshake:
    """Always 200, so that a page may ask without a complaint in the browser's console."""
    return Handshake(refused=None)  # :class:`app.web.security.Security` answers those who are refused


def refused(reason: str) -> JSONResponse:
    return JSONResponse(Handshake(refused=reason).model_dump())
