"""Checks hosts, origins and body sizes of all requests, and adds the security headers to all answers.

Other sites' pages cannot start runs (Origin), and a name that an attacker points at this machine is not answered
(Host; DNS rebinding). IP literals cannot be rebound, so beyond loopback every literal is a good host.
"""

import re
import socket
from collections.abc import Awaitable, Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings, is_address, is_loopback
from app.web import drawings, experiments, handshake, predict
from app.web.forwarding import is_forwarded
from app.web.problems import Problem, refuse_handshake

BODY_LIMIT = 64 * 1024
"""Bytes. The largest honest JSON body but a drawing (``/predict`` has limits of its own) is under 1 kB."""
EXPERIMENT_LIMIT = 1_200_000
"""Bytes of a question to an experiment, which may carry all parameters of 256 units."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


_SECURITY_FIELDS = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]

_SECURITY_NAMES = {name for name, _ in _SECURITY_FIELDS}

_NAME = re.compile(r"[\w.:-]+", re.ASCII)

HOSTS_REMEMBERED = 64
"""Names that clients reach the server by, with whether it answers to them. Looking one up takes as long as a tenth of a
prediction."""


class Security:
    """Pure ASGI middleware: one wrapper for HTTP, none around a WebSocket's frames."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._allowed = set(map(str.lower, settings.allowed_hosts))
        self._names = {"localhost", *self._allowed}
        if not settings.loopback:
            name = socket.gethostname().lower()
            self._names |= {settings.host.lower(), name, f"{name}.local", socket.getfqdn().lower()}
        self._known = lru_cache(HOSTS_REMEMBERED)(self._answers_to)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        refusal = self._refusal(scope)
        if scope["type"] == "websocket":
            if refusal is None:
                return await self._app(scope, receive, send)
            return await refuse_handshake(refusal, scope, receive, send)

        def send_with_headers(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                there = {name for name, _ in headers}
                if there.isdisjoint(_SECURITY_NAMES):
                    message["headers"] = headers + _SECURITY_FIELDS
                else:
                    message["headers"] = headers + [field for field in _SECURITY_FIELDS if field[0] not in there]
            return send(message)

        if refusal is not None:
            asked = (scope["method"], scope["path"]) == ("POST", handshake.PATH)
            answer = handshake.refused(refusal.detail) if asked else refusal.response()
            return await answer(scope, receive, send_with_headers)
        limit = _body_limit(scope["path"])
        if limit is not None:
            receive = _limited(receive, limit)
        await self._app(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Problem | None:
        if is_forwarded(scope):
            return None  # the server that it has come to has looked at it
        headers = _first(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        if not self._known(host):
            return Problem(
                421, "Unknown host",
                f"This server does not answer to {host!r}. Use its address, or start it with "
                f"{_setting_that_allows(f'//{host}')}.",
            )  # fmt: skip
        if scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            said = headers.get(b"origin")
            origin = None if said is None else said.decode("latin-1")
            if origin is not None and not self._own_origin(origin, host, scope.get("server")):
                return Problem(
                    403, "Foreign origin",
                    f"Pages of {origin!r} may not talk to this server. If people reach it by that address, through a "
                    f"proxy, start it with {_setting_that_allows(origin)}.",
                )  # fmt: skip
            # Where a browser says the page's origin, that decides: an allowed one may be of another site.
            if origin is None and headers.get(b"sec-fetch-site") == b"cross-site":
                return Problem(403, "Foreign origin", "Pages of other sites may not talk to this server.")
        limit = _body_limit(scope["path"])
        if limit is not None and (length := headers.get(b"content-length", b"")).isdigit() and int(length) > limit:
            return _too_large(limit)
        return None

    def _own_origin(self, origin: str, host: str, server: tuple[str, int | None] | None) -> bool:
        """Whether a page of ``origin`` is one of ours: reached by the very host that the request names; by an allowed
        name at any port, behind a proxy that gives another host; or on this machine at the server's own port."""
        if origin.lower() in (f"http://{host.lower()}", f"https://{host.lower()}"):
            return True
        try:
            parts = urlsplit(origin)
            port = parts.port
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or parts.hostname is None:
            return False
        if parts.hostname in self._allowed:
            return True
        return is_loopback(parts.hostname) and server is not None and port == server[1]

    def _answers_to(self, host: str) -> bool:
        name = _hostname(f"//{host}")
        if name is None:
            return False
        if name in self._names or is_loopback(name):
            return True
        return not self._settings.loopback and is_address(name)


async def on_error(request: Request, error: Exception) -> Response:
    """A bug of ours. The server's output has its traceback; the client is told nothing of the inside.

    It is answered outside of :class:`Security`, so it brings the headers itself.
    """
    problem = Problem(
        500, "Server error", "The server met an error of its own. Its output says which.", headers=SECURITY_HEADERS
    )
    return problem.response()


def _first(fields: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The first value of each name. Starlette's ``Headers`` would look through all of them for each that is asked."""
    return dict(reversed(list(fields)))


def _hostname(url: str) -> str | None:
    """Lower-case; None where the address cannot be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return None


def _setting_that_allows(url: str) -> str:
    """To be copied into a shell: names the address's host only where it has no sign that means something there."""
    name = _hostname(url) or ""
    return f"THREESEVEN_ALLOWED_HOSTS='[\"{name if _NAME.fullmatch(name) else 'the.name'}\"]'"


def _body_limit(path: str) -> int | None:
    """Bytes; None where the route has limits of its own."""
    if path in predict.PATHS:
        return None
    if path == drawings.PATH:
        return drawings.BODY_LIMIT
    return EXPERIMENT_LIMIT if path.startswith(experiments.PATH) else BODY_LIMIT


def _too_large(limit: int) -> Problem:
    return Problem(413, "Too large", f"The body may have at most {limit:,} bytes.")


def _limited(receive: Receive, limit: int) -> Receive:
    """For a body without an honest Content-Length."""
    seen = 0

    async def receive_limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, _too_large(limit).detail)
        return message

    return receive_limited
