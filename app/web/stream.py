"""``/ws/runs/{id}`` and ``/ws/live``: a cursor into a run's log."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from app.history.history import UnknownRun
from app.web.pump import Write
from app.web.services import services
from app.web.websocket_protocol import EXTENSION

NORMAL, GONE, FULL, BAD_CURSOR, UNKNOWN_RUN = 1000, 1006, 1013, 4400, 4404

MAX_VIEWERS = 2000
"""At about 33 kB each, 66 MB; one core serves a thousand at twenty messages a second."""

Watch = Callable[[WebSocket, int, Send], Awaitable[None]]


class Stream:
    """An ASGI endpoint: accepts, watches until the run's last event or the viewer's leaving, closes."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        telemetry = services(websocket).telemetry
        await websocket.accept()
        after = websocket.query_params.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) <= 15):
            return await websocket.close(BAD_CURSOR, "after must be a whole number, the last seq you have")
        if telemetry.viewers >= MAX_VIEWERS:
            return await websocket.close(FULL, f"{MAX_VIEWERS} viewers are watching: try again later")
        with telemetry.viewer():
            await self._serve(websocket, int(after), send)

    async def _serve(self, websocket: WebSocket, after: int, send: Send) -> None:
        code, reason = NORMAL, ""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_listen, websocket, tasks.cancel_scope)
            try:
                # The server's own `send`: Starlette's checks cost as much as the frame itself.
                await self._watch(websocket, after, send)
            except UnknownRun:
                code, reason = UNKNOWN_RUN, "there is no such run"
            except (OSError, WebSocketDisconnect):
                code = GONE
            tasks.cancel_scope.cancel()
        if code != GONE and websocket.client_state is WebSocketState.CONNECTED:
            with suppress(WebSocketDisconnect):  # it may leave at this very moment
                await websocket.close(code, reason)


async def _listen(websocket: WebSocket, scope: anyio.CancelScope) -> None:
    """Nothing is asked of viewers; reading is how their leaving is noticed."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
    scope.cancel()


async def _watch_run(websocket: WebSocket, after: int, send: Send) -> None:
    await services(websocket).pumps.watch(websocket.path_params["run"], after, send, _write(websocket))


async def _watch_live(websocket: WebSocket, after: int, send: Send) -> None:
    """The run that started last. A viewer that names the ``run`` it has seen to its end gets the next one, from its
    first event, when that starts."""
    history, pumps = services(websocket).history, services(websocket).pumps
    seen = websocket.query_params.get("run")
    run = await history.live() or await history.wait_live(None)
    if seen is not None and run.id != seen:
        after = 0
    elif seen is not None and not run.active and after >= run.seq:
        run, after = await history.wait_live(seen), 0
    await pumps.watch(run.id, after, send, _write(websocket))


def _write(websocket: WebSocket) -> Write | None:
    offered = websocket.scope.get("extensions", {}).get(EXTENSION)
    return offered["write"] if offered else None


routes = [
    WebSocketRoute("/ws/runs/{run}", Stream(_watch_run)),
    WebSocketRoute("/ws/live", Stream(_watch_live)),
]
