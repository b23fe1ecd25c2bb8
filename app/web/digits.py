"""``GET /api/digits``: real digits, for pages that compute on them."""

import gzip

from anyio import to_thread
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.web.digit_packs import Split
from app.web.gzipped import accepts_gzip
from app.web.services import services

router = APIRouter(prefix="/api/digits", tags=["reference"])

FOR_EVER = "public, max-age=31536000, immutable"
"""MNIST does not change; another layout would get an address of its own."""


@router.get(
    "",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
        304: {"description": "The pack named in If-None-Match is this one."},
    },
)
async def digits(request: Request, split: Split = "valid") -> Response:
    """The 2,038 validation digits with their labels, to keep for ever. Layout: 16 bytes of header (``D37``, 1, uint32
    count, uint16 height, uint16 width, uint32 0, little-endian), ``count`` labels (uint8, 3 or 7), then the pixels
    (uint8, ink bright on 0). Compressed on the way (``Content-Encoding: gzip``) for clients that accept it."""
    packed = await services(request).digit_packs.get(split)
    zipped = accepts_gzip(request)
    # An entity tag names one sequence of bytes: compressed and plain are two.
    tag = f'"{packed.tag}{"-gzip" if zipped else ""}"'
    headers = {"Cache-Control": FOR_EVER, "ETag": tag, "Vary": "Accept-Encoding"}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    body = packed.data if zipped else await to_thread.run_sync(gzip.decompress, packed.data)
    return Response(body, headers=headers, media_type="application/octet-stream")
