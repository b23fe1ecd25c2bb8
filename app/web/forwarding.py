"""Requests that only the leading server can answer, on their way from the one they have come to."""

import asyncio
import json
import logging

from starlette.types import ASGIApp, Receive, Scope, Send

from app.history.unavailable import HistoryUnavailable
from app.web import experiments, handshake, predict
from app.web.http_protocol import give_up_at_end
from app.web.leader import CLIENT, PASSWORD, SCHEME, Leader, NoLeader
from app.web.problems import nobody_leads, unavailable
from app.web.seldom import Seldom
from app.web.services import Services

OF_ONE_CONNECTION = {
    b"connection", b"date", b"expect", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer",
    b"transfer-encoding", b"upgrade", b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", PASSWORD, CLIENT, SCHEME,
}  # fmt: skip
"""Header fields that are not passed on: of this connection alone, or said in another way."""

ANSWERED_ANYWHERE = {*predict.PATHS, handshake.PATH}
"""Of requests that send something, those that change nothing and need no worker; and readings through a run."""

ASKED_OF_LEADER = ("/api/classes", "/api/lessons/your-turn", "/api/storage", "/lessons/")
"""Where what is read is known by the leader alone begins so."""

READING = ("GET", "HEAD", "OPTIONS")

logger = logging.getLogger(__name__)


class Left(Exception):
    """The client has gone away."""


def for_leader(method: str, path: str) -> bool:
    """Whether only the leading server can answer."""
    if method in READING:
        return path.startswith(ASKED_OF_LEADER)
    return path not in ANSWERED_ANYWHERE and not path.endswith("/readings")


def is_forwarded(scope: Scope) -> bool:
    """Whether another server has let this request in, and says whose it is."""
    return bool(scope.get("forwarded"))


class Forwarded:
    """ASGI middleware, around all others: a request that another server forwards is taken for its visitor's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            headers = dict(scope["headers"])
            password = headers.get(PASSWORD)
            if password is not None and _leader(scope).knows(password):
                host, port = json.loads(headers[CLIENT])
                scope = {**scope, "client": (host, port), "scheme": headers[SCHEME].decode(), "forwarded": True}
        await self._app(scope, receive, send)


class Forwarding:
    """ASGI middleware, inside those that refuse requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._seldom = Seldom(logger)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (leader := _leader(scope)).here or not for_leader(scope["method"], scope["path"]):
            return await self._app(scope, receive, send)
        try:
            if is_forwarded(scope):
                raise NoLeader("it has come from another server, to one that does not lead")
            body = await _body(receive)
            if scope["path"].startswith(experiments.PATH):
                give_up_at_end(scope)
            forwarding = asyncio.create_task(_forward(leader, scope, body, send))
            leaving = asyncio.create_task(_leaving(receive))
            try:
                await asyncio.wait((forwarding, leaving), return_when=asyncio.FIRST_COMPLETED)
                if forwarding.done():
                    forwarding.result()
            finally:
                for task in (forwarding, leaving):
                    task.cancel()
                await asyncio.gather(forwarding, leaving, return_exceptions=True)
        except Left:
            return
        except NoLeader as reason:
            self._seldom.warning(f"A request could not be forwarded: {reason}.")
            await nobody_leads().response()(scope, receive, send)
        except HistoryUnavailable as gone:  # it has the leader's address
            await unavailable(gone).response()(scope, receive, send)


async def _forward(leader: Leader, scope: Scope, body: bytes, send: Send) -> None:
    """Send what the leader answers, as it comes. Raises NoLeader where it does not begin to, HistoryUnavailable where
    it cannot be known which server leads."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    if scope["query_string"]:
        path += b"?" + scope["query_string"]
    headers = [(name, value) for name, value in scope["headers"] if name not in OF_ONE_CONNECTION]
    headers += [(CLIENT, json.dumps(scope["client"] or ["", 0]).encode()), (SCHEME, scope["scheme"].encode())]
    answer = await leader.ask(scope["method"], path, headers, body)
    try:
        kept = [(name.lower(), value) for name, value in answer.headers.raw if name.lower() not in OF_ONE_CONNECTION]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": kept})
        async for piece in answer.aiter_raw():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        await answer.aclose()


async def _body(receive: Receive) -> bytes:
    """All of it: as much as is let in has room in memory. Raises Left."""
    pieces = []
    while (message := await receive())["type"] == "http.request":
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)
    raise Left


async def _leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _leader(scope: Scope) -> Leader:
    held: Services = scope["app"].state.services
    return held.leader
