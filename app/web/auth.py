"""Decides who controls runs: holders of the server's token, and browsers that traded it for a session cookie.

Watching and drawing are open to all who reach the server.
"""

import hashlib
import hmac
import logging
import os
import secrets
from math import ceil
from pathlib import Path

from limits import RateLimitItem, RateLimitItemPerMinute
from starlette.requests import Request

from app.settings import Settings
from app.web.client import client_address
from app.web.guesses import Guesses, TooManyGuesses
from app.web.problems import Problem
from app.web.windows import Windows

WRONG_TOKENS = RateLimitItemPerMinute(10, namespace="wrong tokens")
"""Wrong tokens a minute that an address may send before its next ones are checked slowly."""

ANSWERS_PER_MINUTE = 20
"""Predictions that one may send to a class, and times to say that one is done."""

KEY_BYTES = 32

PERSON_SIGNS = 16
"""Of 64 bits: among thousands of people no two have the same."""

logger = logging.getLogger(__name__)


class NoSessionKey(Exception):
    """The file of the key that signs sessions holds something else. The message says what to do."""


def session_key(file: Path) -> bytes:
    """The random key that signs sessions, made in ``file`` (readable by its owner alone) where it is missing or empty.

    Servers that share the file accept each other's sessions. Where it can be neither read nor made (a disk that is
    full, a folder that may not be written to), a key for this process alone, and a warning. Raises NoSessionKey.
    """
    try:
        key = _kept_key(file)
    except OSError as error:
        logger.warning("Sessions end with this server, since %s cannot be kept: %s.", file, error.strerror)
        return secrets.token_bytes(KEY_BYTES)
    if len(key) != KEY_BYTES:
        raise NoSessionKey(f"{file} is not a key of {KEY_BYTES} bytes: delete it, and browsers sign in again")
    return key


def _kept_key(file: Path) -> bytes:
    """Written whole before it has its name, so that no crash and no full disk leaves a part of it there."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file.exists() and (key := file.read_bytes()):
        return key
    written = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(secrets.token_bytes(KEY_BYTES))
        try:
            os.link(written, file)
        except FileExistsError:  # empty, or another server's, which has been as quick
            if not file.read_bytes():
                written.replace(file)
        except OSError:  # a file system without links
            written.replace(file)
    finally:
        written.unlink(missing_ok=True)
    return file.read_bytes()


class Auth:
    """Compares secrets in constant time; limits wrong tokens, experiments and entries per client address, starts and
    controls per session and, a whole class's, per address.

    A session is ``nonce.signature``, signed with ``key`` over nonce and token: it cannot be made without the key, and
    another token ends it. Wrong ones are not counted: of 256 random bits no number of guesses finds any. ``people`` is
    the key of :meth:`person`; by default one for this process alone.
    """

    def __init__(self, settings: Settings, key: bytes, people: bytes | None = None) -> None:
        self._token = settings.token
        self._key = key
        self._people = people or secrets.token_bytes(KEY_BYTES)
        self.cookie = f"threeseven_{hashlib.sha256(key).hexdigest()[:8]}"
        """The cookie's name. Browsers share cookies between all ports of a host, so each server has its own."""
        self._windows = Windows()
        self._starts = _Limit("runs started", settings.runs_per_minute, settings.class_size)
        self._controls = _Limit("controls sent", settings.controls_per_minute, settings.class_size)
        self._answers = _Limit("answers sent to classes", ANSWERS_PER_MINUTE, settings.class_size)
        self._experiments = _Limit("experiments computed", settings.experiments_per_minute)
        self._entries = _Limit("entries submitted", settings.entries_per_minute)
        self._guesses = Guesses(WRONG_TOKENS)

    @property
    def token_needed(self) -> bool:
        return self._token is not None

    async def may_control(self, request: Request) -> bool:
        """Raises Problem 429 for an address that sends too many wrong tokens."""
        if self._token is None or self._valid_session(request.cookies.get(self.cookie, "")):
            return True
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return False
        # Headers come as Latin-1, tokens are UTF-8.
        return await self._check(client_address(request), bearer.strip().encode("latin-1"))

    async def require_control(self, request: Request) -> None:
        """Raises Problem 401 where the request may not control, 429 as :meth:`may_control` does."""
        if not await self.may_control(request):
            raise Problem(
                401, "Token needed", "You may watch and draw. To start or control runs, send the server's token.",
                headers={"WWW-Authenticate": "Bearer"},
            )  # fmt: skip

    async def accepts(self, request: Request, token: str) -> bool:
        """Return whether this is the server's token; true for any where none is needed. Raises Problem 429."""
        return self._token is None or await self._check(client_address(request), token.encode(errors="replace"))

    def new_session(self) -> str:
        """A value for the cookie."""
        nonce = secrets.token_hex(16)
        return f"{nonce}.{self._sign(nonce)}"

    def person(self, request: Request) -> str:
        """What tells people apart, by session, else by address, and says nothing else of them without the key."""
        session = request.cookies.get(self.cookie, "")
        signed_in = self._token is not None and self._valid_session(session)
        who = f"session {session}" if signed_in else f"address {client_address(request)}"
        return hmac.new(self._people, who.encode(), hashlib.sha256).hexdigest()[:PERSON_SIGNS]

    def count_start(self, request: Request) -> None:
        """Raises Problem 429."""
        self._count(self._starts, request)

    def count_control(self, request: Request) -> None:
        """Raises Problem 429."""
        self._count(self._controls, request)

    def count_experiment(self, request: Request) -> None:
        """Raises Problem 429."""
        self._count(self._experiments, request)

    def count_answer(self, request: Request) -> None:
        """Raises Problem 429."""
        self._count(self._answers, request)

    def count_entry(self, request: Request) -> None:
        """Raises Problem 429."""
        self._count(self._entries, request)

    def _valid_session(self, session: str) -> bool:
        nonce, _, signature = session.partition(".")
        return hmac.compare_digest(signature.encode(), self._sign(nonce).encode())

    def _sign(self, nonce: str) -> str:
        return hmac.new(self._key, f"{nonce} {self._token}".encode(), hashlib.sha256).hexdigest()

    async def _check(self, client: str, given: bytes) -> bool:
        right = self._token is not None and hmac.compare_digest(given, self._token.encode())
        try:
            return await self._guesses.check(client, right)
        except TooManyGuesses as many:
            raise _too_many(WRONG_TOKENS, many.seconds) from None

    def _count(self, limit: "_Limit", request: Request) -> None:
        counted = [(limit.address, client_address(request), "from one address")]
        session = request.cookies.get(self.cookie, "")
        if self._token is not None and self._valid_session(session):
            counted.insert(0, (limit.session, session, "in one session"))
        for item, who, whose in counted:
            if (seconds := self._windows.wait(item, who)) is not None:
                raise _too_many(item, seconds, whose)
        for item, who, _ in counted:
            self._windows.count(item, who)


class _Limit:
    """So many a minute in a session, and ``class_size`` times as many from an address."""

    def __init__(self, what: str, amount: int, class_size: int = 1) -> None:
        self.session = RateLimitItemPerMinute(amount, namespace=what)
        self.address = RateLimitItemPerMinute(amount * class_size, namespace=what)


def _too_many(limit: RateLimitItem, seconds: float, whose: str = "from one address") -> Problem:
    retry = max(1, ceil(seconds))
    detail = f"At most {limit.amount} {limit.namespace} a minute {whose}: try again in {retry} s."
    return Problem(429, "Too many requests", detail, headers={"Retry-After": str(retry)})
