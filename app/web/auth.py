"""Who may start and control runs. Watching and drawing are open to all who reach the server."""

import hashlib
import hmac

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request

from app.settings import Settings
from app.web.problems import Problem

COOKIE = "threeseven_session"
TOKENS_PER_MINUTE = RateLimitItemPerMinute(10)
"""Guesses per client address: a class mistypes, a guesser gives up."""
WRONG_TOKENS = "wrong tokens"


class Auth:
    """Compares secrets in constant time and counts attempts per client address."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.token
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._starts = RateLimitItemPerMinute(settings.runs_per_minute)

    @property
    def token_needed(self) -> bool:
        return self._token is not None

    def may_control(self, request: Request) -> bool:
        if self._token is None:
            return True
        if hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self.session().encode()):
            return True
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return False
        # Whoever has guessed too often learns nothing more, not even from the right one.
        if not self._limiter.test(TOKENS_PER_MINUTE, WRONG_TOKENS, _client(request)):
            raise _too_many(TOKENS_PER_MINUTE, WRONG_TOKENS)
        # Headers come as Latin-1, tokens are UTF-8.
        if self._matches(bearer.strip().encode("latin-1")):
            return True
        self._count(TOKENS_PER_MINUTE, request, WRONG_TOKENS)
        return False

    def matches(self, token: str) -> bool:
        return self._matches(token.encode(errors="replace"))

    def _matches(self, token: bytes) -> bool:
        return self._token is not None and hmac.compare_digest(token, self._token.encode())

    def session(self) -> str:
        """What the cookie holds: made from the token, but not the token."""
        return hashlib.sha256(f"threeseven session {self._token}".encode()).hexdigest()

    def require_control(self, request: Request) -> None:
        if not self.may_control(request):
            raise Problem(
                401, "Token needed", "You may watch and draw. To start or control runs, send the server's token.",
                headers={"WWW-Authenticate": "Bearer"},
            )  # fmt: skip

    def count_start(self, request: Request) -> None:
        self._count(self._starts, request, "runs started")

    def count_token(self, request: Request) -> None:
        self._count(TOKENS_PER_MINUTE, request, "tokens tried")

    def _count(self, limit: RateLimitItem, request: Request, what: str) -> None:
        if not self._limiter.hit(limit, what, _client(request)):
            raise _too_many(limit, what)


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


def _too_many(limit: RateLimitItem, what: str) -> Problem:
    detail = f"At most {limit.amount} {what} a minute: wait a moment."
    return Problem(429, "Too many requests", detail, headers={"Retry-After": "60"})
