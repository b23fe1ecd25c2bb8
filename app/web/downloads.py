"""Large answers: a limited number at a time, each made piece by piece, the pieces of all clients in turn.

A client that does not read costs its place, one piece and what the connection buffers; the server's HTTP protocol
(:mod:`app.web.http_protocol`) cuts it off after a while.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import ExitStack, aclosing, contextmanager

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.web.client import network
from app.web.places import Full, Places
from app.web.problems import Problem
from app.web.turns import Turns

MAX_DOWNLOADS = 64
"""At a time. Each holds a piece, some 100 kB, and as much in its connection's buffer; a whole model is 0.8 MB."""

AT_WORK = 1
"""Pieces made at the same time: threads that compute would only keep the event loop from running."""

RETRY_SECONDS = 5


class Downloads:
    """Counts what is being sent, and gives turns to make pieces. What pages show has places of its own, which no export
    takes."""

    def __init__(self, per_address: int) -> None:
        self._exports, self._shown = (Places(MAX_DOWNLOADS, per_address) for _ in range(2))
        self._turns = Turns(AT_WORK)
        self.turn = self._turns.turn

    @property
    def count(self) -> int:
        return self._exports.taken + self._shown.taken

    @contextmanager
    def place(self, address: str, *, shown: bool) -> Iterator[None]:
        """Count a download, of what pages show or an export, for as long as this lasts. Raises Problem 503."""
        places = self._shown if shown else self._exports
        with ExitStack() as stack:
            try:
                stack.enter_context(places.place(address))
            except Full as full:
                raise _busy(places, own=full.own) from None
            yield


class Download(StreamingResponse):
    """An answer of ``pieces``, or 503 where too many are being sent. Each piece is asked for in a turn, so making one
    should take some milliseconds at most. ``shown``: pages ask for it, and it has at most some hundred kilobytes."""

    def __init__(
        self, downloads: Downloads, pieces: AsyncGenerator[bytes, None], media_type: str,
        headers: Mapping[str, str] | None = None, *, shown: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(pieces, headers=headers, media_type=media_type)
        self._downloads = downloads
        self._pieces = pieces
        self._shown = shown
        self._client = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._client = network(scope["client"][0]) if scope.get("client") else ""
        try:
            with self._downloads.place(self._client, shown=self._shown):
                await super().__call__(scope, receive, send)
        except Problem as busy:
            await busy.response()(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._pieces):
            while (piece := await self._next()) is not None:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _next(self) -> bytes | None:
        async with self._downloads.turn(self._client):
            return await anext(self._pieces, None)


def _busy(places: Places, *, own: bool) -> Problem:
    why = (
        f"{places.per_address} downloads to your address are going on, which is as many as "
        "THREESEVEN_DOWNLOADS_PER_ADDRESS allows"
        if own
        else f"{places.most} downloads are going on, which is as many as this server makes at a time"
    )
    detail = f"{why}: try again in some seconds."
    return Problem(503, "Too many downloads", detail, headers={"Retry-After": str(RETRY_SECONDS)})
