"""FastAPI with a way past it, for the call that is made most."""

from collections.abc import Iterable, Mapping

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.security import on_error


class DirectApp(FastAPI):
    """Some requests get their answers before FastAPI's own layers (telemetry, a limit of bodies, an exit stack) and its
    router have looked at them, which takes about as long as a prediction."""

    _direct: Mapping[tuple[str, str], ASGIApp] = {}

    def answer_directly(self, method: str, paths: Iterable[str], answer: ASGIApp, layers: Iterable[Middleware]) -> None:
        """Requests of this method to these very paths go to ``answer``, through ``layers``, the innermost first."""
        for cls, arguments, options in layers:
            answer = cls(answer, *arguments, **options)
        answer = ServerErrorMiddleware(answer, handler=on_error)
        self._direct = {(method, path): answer for path in paths}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        direct = self._direct.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if direct is None:
            return await super().__call__(scope, receive, send)
        scope["app"] = self
        await direct(scope, receive, send)
