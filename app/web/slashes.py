"""Leads from an address that ends in a slash to the one without, where something is there."""

from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Match, Router
from starlette.types import Receive, Scope, Send

from app.web.problems import NOTHING_HERE, Problem, refuse_handshake
from app.web.root_path import root


class Slashes:
    """What ``router`` does with an address that it has no route for. The answer names no host: behind a proxy the
    request's own may be another than the browser's."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (path := self._without(scope)) is not None:
            query = scope["query_string"].decode("latin-1")
            location = quote(f"{root(scope)}{path}") + (f"?{query}" if query else "")
            return await Response(status_code=307, headers={"location": location})(scope, receive, send)
        if scope["type"] == "websocket":
            return await refuse_handshake(Problem(404, "Not Found", NOTHING_HERE), scope, receive, send)
        await self._router.not_found(scope, receive, send)

    def _without(self, scope: Scope) -> str | None:
        """The path without slashes at its end; None where nothing is there, or a browser would take it for a host."""
        path: str = scope["path"].rstrip("/")
        if path in ("", scope["path"]) or path.startswith("//"):
            return None
        known = (route.matches({**scope, "path": path})[0] for route in self._router.routes)
        return path if any(match is not Match.NONE for match in known) else None
