"""What becomes of a page's subscriptions once nothing can be written to it any more, over a real history."""

import asyncio
import gc
import json
from typing import Any

import pytest

from app.history.history import History
from app.web.services import Services
from app.web.subscriptions import Subscriptions
from tests.web.predicting import NONE

pytestmark = pytest.mark.anyio


class Left:
    """The socket of a viewer that has left, which the server has not read yet. ``found_out``: it knows now."""

    def __init__(self) -> None:
        self.found_out = asyncio.Event()

    def write(self, frames: bytes) -> bool:
        return False

    async def room(self) -> None:
        self.found_out.set()
        raise ConnectionResetError


async def test_a_viewer_that_has_left_is_refused_without_a_word(tmp_path, anyio_backend):
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))

    async def close(code: int, reason: str) -> None:
        pytest.fail(f"closed with {code}: {reason}")

    async with History.open(f"sqlite:///{tmp_path / 'runs.db'}") as history:
        held = Services(**NONE | {"history": history})
        async with Subscriptions(viewer := Left(), held, close, "127.0.0.1") as subscriptions:
            await subscriptions.take(json.dumps({"type": "subscribe", "run": "none", "types": ["Steps"]}))
            await viewer.found_out.wait()
            await asyncio.sleep(0)  # until the subscription has ended
            gc.collect()
    assert reported == []
