import anyio
import pytest

from app.history.bell import Bell

pytestmark = pytest.mark.anyio


async def test_a_ring_wakes_everybody_who_waits() -> None:
    bell, woken = Bell(), []

    async def listen(name: int) -> None:
        await bell.heard()
        woken.append(name)

    async with anyio.create_task_group() as listeners:
        for name in range(3):
            listeners.start_soon(listen, name)
        await anyio.wait_all_tasks_blocked()
        assert woken == []
        bell.ring()
    assert sorted(woken) == [0, 1, 2]


async def test_who_comes_after_a_ring_waits_for_the_next() -> None:
    bell = Bell()
    bell.ring()
    with anyio.move_on_after(0) as waiting:
        await bell.heard()
    assert waiting.cancelled_caught
