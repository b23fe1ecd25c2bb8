"""The stream's addresses: ``/ws`` for all that a page watches, ``/ws/runs/{id}`` and ``/ws/live`` for one run."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.history.damage import Damaged
from app.history.history import UnknownRun
from app.history.unavailable import HistoryUnavailable
from app.web.broadcast import Socket
from app.web.client import client_address
from app.web.frames import Form
from app.web.run_log import RunLog
from app.web.services import Services, services
from app.web.subscriptions import Subscriptions
from app.web.viewers import TooManyViewers
from app.web.websocket_protocol import EXTENSION, WebSocketProtocol

NORMAL, BROKEN, FULL, BAD_CURSOR, UNKNOWN_RUN = 1000, 1011, 1013, 4400, 4404

REASON_BYTES = 123
"""What the protocol has room for."""

logger = logging.getLogger(__name__)

Serve = Callable[[WebSocket, Socket, Services], Awaitable[None]]


class Stream:
    """An ASGI endpoint: accepts a viewer and, where there is room for one more, serves it until it leaves.

    It needs the server's own WebSocket protocol (app.serving), whose sockets take frames ready-made.
    """

    def __init__(self, serve: Serve) -> None:
        self._serve = serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        held = services(websocket)
        socket: WebSocketProtocol = scope["extensions"][EXTENSION]
        await websocket.accept()
        try:
            with held.viewers.watching(client_address(websocket), socket.place):
                await self._serve(websocket, socket, held)
        except TooManyViewers as many:
            await close(websocket, FULL, str(many))
        except (OSError, WebSocketDisconnect):
            return  # it has left


async def close(websocket: WebSocket, code: int, reason: str = "") -> None:
    """At most once, and not where the viewer has left. Of ``reason`` so much is sent as fits."""
    try:
        await websocket.close(code, reason.encode()[:REASON_BYTES].decode(errors="ignore"))
    except (OSError, RuntimeError, WebSocketDisconnect):
        return


async def until_it_leaves(websocket: WebSocket) -> None:
    """Nothing is asked of a viewer of one run; reading is how its leaving is noticed."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


def _one_run(send_log: Callable[[WebSocket, Socket, Services, int, Form], Awaitable[None]]) -> Serve:
    """Serve one log and then close."""

    async def serve(websocket: WebSocket, socket: Socket, held: Services) -> None:
        query = websocket.query_params
        after = query.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) <= 15):
            return await close(websocket, BAD_CURSOR, "after must be a whole number, the last seq you have")
        form = Form(weights=2 if query.get("weights") == "2" else 1)

        async def to_the_end() -> None:
            code, reason = NORMAL, ""
            try:
                await send_log(websocket, socket, held, int(after), form)
            except UnknownRun:
                code, reason = UNKNOWN_RUN, "there is no such run"
            except OSError:
                return
            except Damaged as damaged:
                code, reason = BROKEN, str(damaged)
            except HistoryUnavailable as unavailable:
                code, reason = BROKEN, unavailable.reason
            except Exception:
                logger.exception("A run's log cannot be sent.")
                code, reason = BROKEN, "the log cannot be read: see the server's output"
            await close(websocket, code, reason)

        sending = asyncio.create_task(to_the_end())
        try:
            await until_it_leaves(websocket)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    return serve


async def _run(websocket: WebSocket, socket: Socket, held: Services, after: int, form: Form) -> None:
    run: str = websocket.path_params["run"]
    with held.lesson_runs.watching(run):
        await held.broadcasts.send(run, RunLog(held.history, run), after, socket, form)


async def _live(websocket: WebSocket, socket: Socket, held: Services, after: int, form: Form) -> None:
    """The run that started last. A viewer that names the ``run`` it has seen to its end gets the next one, from its
    first event, when that starts."""
    seen = websocket.query_params.get("run")
    run = await held.history.live() or await held.history.wait_live(None)
    if seen is not None and run.id != seen:
        after = 0
    elif seen is not None and not run.active and after >= run.seq:
        run, after = await held.history.wait_live(seen), 0
    await held.broadcasts.send(run.id, RunLog(held.history, run.id), after, socket, form)


async def _page(websocket: WebSocket, socket: Socket, held: Services) -> None:
    with held.viewers.heartbeats(socket):
        async with Subscriptions(
            socket, held, lambda code, reason: close(websocket, code, reason), client_address(websocket)
        ) as subscriptions:
            while (message := await websocket.receive())["type"] != "websocket.disconnect":
                await subscriptions.take(message.get("text") or message.get("bytes") or "")


routes = [
    WebSocketRoute("/ws", Stream(_page)),
    WebSocketRoute("/ws/runs/{run}", Stream(_one_run(_run))),
    WebSocketRoute("/ws/live", Stream(_one_run(_live))),
]
