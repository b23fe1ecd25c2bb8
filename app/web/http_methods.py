"""``HEAD`` wherever ``GET`` works, and an ``Allow`` that names every method of an address."""

import contextlib
from collections.abc import Iterable

from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE")


class _HeadersSent(OSError):
    """Raised into an answer whose body nobody wants; Starlette takes it for a client that has left."""


class HeadRequests:
    """ASGI middleware: asks the app for ``GET``, sends the headers and none of the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return await self._app(scope, receive, send)
        ended = False

        async def send_headers(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                return await send(message)
            if not ended:
                ended = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            if message.get("more_body"):
                raise _HeadersSent

        with contextlib.suppress(_HeadersSent, ClientDisconnect):
            await self._app({**scope, "method": "GET"}, receive, send_headers)


def allowed(routes: Iterable[BaseRoute], scope: Scope) -> str:
    """The methods of all routes at this address, as the header ``Allow`` has them."""
    found = {
        method
        for route in routes
        for method in METHODS
        if route.matches({**scope, "method": "GET" if method == "HEAD" else method})[0] is Match.FULL
    }
    return ", ".join(sorted(found, key=METHODS.index))


def takes_sockets(routes: Iterable[BaseRoute], scope: Scope) -> bool:
    """Whether this address is a WebSocket's."""
    return any(route.matches({**scope, "type": "websocket"})[0] is Match.FULL for route in routes)
