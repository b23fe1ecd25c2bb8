"""Asking the stream's server."""

import asyncio

import pytest

from app.history.live_connection import LiveConnection

pytestmark = pytest.mark.anyio

PATIENCE = 60
"""Seconds, on a busy machine."""


async def test_who_is_cancelled_when_the_answer_has_just_come_is_cancelled_all_the_same() -> None:
    """Python 3.11's ``wait_for``, by which redis-py sends, gives the answer then: a follower that was to lead read on
    for ever."""
    async with LiveConnection.open("redis://127.0.0.1:1", b"secret") as connection:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        asking = asyncio.create_task(connection.asked(asyncio.wait_for(answer, PATIENCE)))
        await asyncio.sleep(0)
        answer.set_result("the answer")
        await asyncio.sleep(0)
        assert asking.cancel()
        await asyncio.wait([asking])
        assert asking.cancelled()


async def test_who_was_cancelled_before_may_still_ask() -> None:
    async with LiveConnection.open("redis://127.0.0.1:1", b"secret") as connection:
        answers = []

        async def ask_at_the_end() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                answers.append(await connection.asked(asyncio.sleep(0, "the answer")))

        asking = asyncio.create_task(ask_at_the_end())
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        assert answers == ["the answer"]
