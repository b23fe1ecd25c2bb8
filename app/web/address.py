"""The address by which people in the room open a page of this server, as words and as a QR code."""

import io
import socket
from typing import Annotated
from urllib.parse import quote

import segno
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel
from starlette.requests import Request

from app.settings import Settings, is_loopback
from app.web.problems import documented
from app.web.root_path import root

LONGEST = 300
"""Signs of a path: its code stays coarse enough for a phone at the back of a classroom."""

KEPT_IN_PATH = "/?#&=%-._~:@!$'()*+,;"
"""Signs that stand for themselves in the path and query of an address."""

ELSEWHERE = ("192.0.2.1", 9)
"""An address that belongs to nobody (RFC 5737). To connect a datagram socket to it sends nothing, but tells by which of
its own addresses this machine would go there."""

Path = Annotated[str, Query(pattern=r"^/", max_length=LONGEST, description="A page of this server.")]


class Address(BaseModel):
    """``address`` is for other devices where ``reachable``; else this machine alone can open it, and ``would_be`` is
    the one for others once the server is started for them (null where this machine's own address is not known)."""

    address: str
    reachable: bool
    would_be: str | None


def router(settings: Settings) -> APIRouter:
    made = APIRouter(tags=["reference"])

    @made.get("/api/address", summary="The address that others open")
    async def address(request: Request, path: Path = "/") -> Address:
        return address_of(request, settings, path)

    @made.get(
        "/qr.svg",
        summary="That address as a QR code",
        response_class=Response,
        responses={200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}}, **documented("4XX")},
    )
    async def code(request: Request, path: Path = "/") -> Response:
        drawn = io.BytesIO()
        segno.make(address_of(request, settings, path).address, micro=False, error="m").save(
            drawn, kind="svg", xmldecl=False, border=4, dark="#000", light="#fff", omitsize=True
        )
        # The same path is another address for those who came by another name.
        return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})

    return made


def address_of(request: Request, settings: Settings, path: str) -> Address:
    """By the name that the request itself came by, unless only this machine knows itself by it."""
    host, port = request.url.hostname or "", request.url.port
    here = _address(request, host, port, path)
    if not is_loopback(host):
        return Address(address=here, reachable=True, would_be=None)
    own = own_address()
    there = _address(request, own, port, path) if own else None
    if settings.loopback or there is None:
        return Address(address=here, reachable=False, would_be=there)
    return Address(address=there, reachable=True, would_be=None)


def _address(request: Request, host: str, port: int | None, path: str) -> str:
    name = f"[{host}]" if ":" in host else host
    place = name if port is None else f"{name}:{port}"
    return f"{request.url.scheme}://{place}{root(request.scope)}{quote(path, safe=KEPT_IN_PATH)}"


def own_address() -> str | None:
    """This machine's in its local network; None where it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
        except OSError:
            return None
        own: str = probe.getsockname()[0]
    return None if is_loopback(own) or own == "0.0.0.0" else own
