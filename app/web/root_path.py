"""The server below a path of another one's, such as ``https://school.example/threeseven/``."""

from starlette.types import ASGIApp, Receive, Scope, Send


class RootPath:
    """ASGI middleware: takes ``root`` (no slash at its end) off the front of each request's path, where the proxy has
    left it there, and says in ``scope["root"]`` what stands before all addresses of ours."""

    def __init__(self, app: ASGIApp, root: str) -> None:
        self._app, self._root = app, root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            path: str = scope["path"]
            if path == self._root or path.startswith(f"{self._root}/"):
                raw: bytes = scope.get("raw_path") or path.encode()
                scope = {
                    **scope,
                    "path": path[len(self._root) :] or "/",
                    "raw_path": raw[len(self._root) :] or b"/",
                }
            scope["root"] = self._root
        await self._app(scope, receive, send)


def root(scope: Scope) -> str:
    """Return what stands before all addresses of ours; empty where nothing does."""
    before: str = scope.get("root", "")
    return before
