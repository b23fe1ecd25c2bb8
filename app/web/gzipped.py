"""Answers that are compressed on the way, for clients that accept it."""

import gzip

from starlette.requests import Request
from starlette.responses import Response

LEVEL = 1
"""Makes 13 kB of a list of runs of 88 kB in 0.3 ms; level 6 makes 11 kB, in some four times as long."""


def gzipped(request: Request, body: bytes, media_type: str) -> Response:
    """``body`` of some 100 kB at most: it is compressed at once."""
    headers = {"Vary": "Accept-Encoding"}
    if accepts_gzip(request):
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, LEVEL, mtime=0)
    return Response(body, headers=headers, media_type=media_type)


def accepts_gzip(request: Request) -> bool:
    for each in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, quality = each.replace(" ", "").partition(";q=")
        if name in ("gzip", "*"):
            return quality.strip("0.") != "" or quality == ""
    return False
