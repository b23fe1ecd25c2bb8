"""Waiting for what nothing announces: it is looked at again and again, and the processor left to others meanwhile."""

import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

import anyio
import pytest

T = TypeVar("T")

PATIENCE = 200
"""Seconds, on a busy machine, for a worker to load PyTorch and a short run to end."""
PAUSE = 0.02
"""Seconds. To look without one would take the processor from what is waited for, and from the tests beside."""


def wait_until(holds: Callable[[], T | None]) -> T:
    """What it gives, as soon as that is true. Fails after ``PATIENCE``."""
    end = time.monotonic() + PATIENCE
    while not (answer := holds()):
        if time.monotonic() > end:
            pytest.fail(f"it has not come within {PATIENCE} s")
        time.sleep(PAUSE)
    return answer


@overload
async def until(holds: Callable[[], Awaitable[T | None]], *, pause: float = PAUSE) -> T: ...
@overload
async def until(holds: Callable[[], T | None], *, pause: float = PAUSE) -> T: ...
async def until(holds: Callable[[], Any], *, pause: float = PAUSE) -> Any:
    """As :func:`wait_until`, while all else goes on. ``holds`` may be asynchronous. With a ``pause`` of 0 nothing that
    passes quickly is missed.
    """
    with anyio.move_on_after(PATIENCE):
        while True:
            answer = holds()
            if inspect.isawaitable(answer):
                answer = await answer
            if answer:
                return answer
            await anyio.sleep(pause)
    pytest.fail(f"it has not come within {PATIENCE} s")
