"""What takes long to read holds up nothing else."""

import threading

import anyio
import pytest

from app.web.reading_work import HEAVY, ReadingWork

pytestmark = pytest.mark.anyio


async def test_heavy_pictures_hold_up_no_light_ones_and_clients_take_turns():
    work, go_on, order = ReadingWork(), threading.Event(), []

    def read(name):
        order.append(name)
        assert go_on.wait(60)

    async with anyio.create_task_group() as tasks:
        for number in range(HEAVY + 3):
            tasks.start_soon(work.run, "greedy", True, read, f"greedy {number}")
            await anyio.wait_all_tasks_blocked()
        tasks.start_soon(work.run, "modest", True, read, "modest")
        assert await work.run("modest", False, str.upper, "light") == "LIGHT"
        assert len(order) <= HEAVY
        go_on.set()
    assert order.index("modest") <= HEAVY + 1
    assert len(order) == HEAVY + 4


async def test_what_the_work_raises_comes_out_and_the_place_is_free_again():
    work = ReadingWork()
    for _ in range(5):
        with pytest.raises(ValueError, match="x"):
            await work.run("client", True, int, "x")
