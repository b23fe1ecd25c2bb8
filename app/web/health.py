"""For machines that watch the server: alive, ready, and Prometheus text."""

from collections import Counter

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.history.limits import NoRoom
from app.web.services import services


async def alive(request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def ready(request: Request) -> Response:
    """A run that is asked for now starts at once, or waits only for another run; where another server starts runs, what
    is known of them is up to date."""
    held = services(request)
    if held.history.trouble is not None:
        return PlainTextResponse(f"{held.history.trouble}\n", 503, {"Retry-After": "5"})
    try:
        await held.history.require_room()
    except NoRoom as full:
        return PlainTextResponse(f"{full}\n", 503, {"Retry-After": "60"})
    if held.supervisor.ready or not held.leader.here:
        return PlainTextResponse("ready\n")
    words = held.supervisor.trouble or "a worker is still starting"
    return PlainTextResponse(f"{words}\n", 503, {"Retry-After": "2"})


async def metrics(request: Request) -> Response:
    held = services(request)
    states: Counter[str] = Counter({"queued": 0, "running": 0, "paused": 0})
    states.update(run.state for run in await held.history.active())
    text = held.telemetry.text(
        dict(states),
        held.supervisor.ready_workers,
        held.viewers.count,
        held.downloads.count,
        held.history.leadership.lag,
    )
    return Response(text, media_type=CONTENT_TYPE_LATEST)


routes = [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)]
