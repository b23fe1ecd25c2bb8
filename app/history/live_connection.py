"""The connection to the stream's server, Valkey or Redis, in which each history has names of its own."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

T = TypeVar("T")

ANSWER_SECONDS = 2.0
"""How long the stream's server may take to answer, besides the time for which it was told to wait."""

FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
"""Options of an address that name files."""


class StreamLost(Exception):
    """The stream's server cannot be reached, or does not do what it is told. The message has no password in it."""


def check_address(url: str) -> None:
    """Raises ValueError for an address that is none, or has an option that is none; the message has no password."""
    try:
        pool = _redis(url).connection_pool
        pool.make_connection()  # type: ignore[no-untyped-call]
    except TypeError as error:  # redis-py's of an option that it does not know
        raise ValueError(re.sub(r"^.*unexpected keyword argument", "there is no option", str(error))) from None
    except RedisError as error:
        raise ValueError(str(error)) from None
    for name in FILES:  # else the system's error comes without the file's name, whenever the server is asked
        if (file := pool.connection_kwargs.get(name)) is not None and not Path(file).is_file():
            raise ValueError(f"{name}: there is no file {file}")


def _redis(url: str) -> Redis:
    scheme, _, rest = url.partition("://")
    scheme = scheme.replace("valkey", "redis")
    return Redis.from_url(
        f"{scheme}://{rest}", socket_connect_timeout=ANSWER_SECONDS, socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
    )  # fmt: skip


class LiveConnection:
    """Open it with ``async with LiveConnection.open(url, secret)``. ``key`` begins the names of all that this history
    has there."""

    def __init__(self, redis: Redis, key: str) -> None:
        self.redis = redis
        self.key = key

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, secret: bytes) -> AsyncIterator[Self]:
        """Nothing is asked of the server yet. ``secret`` is the history's. The address is one that
        :func:`check_address` takes."""
        redis = _redis(url)
        try:
            yield cls(redis, f"threeseven:{hashlib.sha256(b'stream' + secret).hexdigest()[:16]}")
        finally:
            await redis.aclose()

    async def asked(self, answer: Awaitable[T], seconds: float = ANSWER_SECONDS) -> T:
        """The server's answer. Raises StreamLost, also where it takes longer."""
        task = asyncio.current_task()
        assert task is not None
        cancelled = task.cancelling()
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            raise StreamLost(f"it has not answered for {seconds:g} s") from None
        except (RedisError, OSError) as error:
            raise StreamLost(str(error)) from None
        finally:
            # redis-py gives an answer that has just come, or an error, to who is cancelled (Python 3.11's `wait_for`).
            if task.cancelling() > cancelled:
                raise asyncio.CancelledError
