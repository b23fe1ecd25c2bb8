"""Clients take turns."""

import asyncio
from collections import Counter

import pytest

from app.web.turns import Turns

pytestmark = pytest.mark.anyio


async def settled():
    for _ in range(10):
        await asyncio.sleep(0)


class Worker:
    """Asks for turns and keeps each until it is let go on."""

    def __init__(self, places, per_client=None):
        self.turns = Turns(places, per_client)
        self.order = []
        self.working: Counter[str] = Counter()
        self.go_on = asyncio.Semaphore(0)

    async def work(self, client):
        async with self.turns.turn(client):
            self.order.append(client)
            self.working[client] += 1
            await self.go_on.acquire()
            self.working[client] -= 1


async def test_one_that_asks_once_waits_only_one_round():
    worker = Worker(1)
    tasks = [asyncio.create_task(worker.work(client)) for client in ["greedy"] * 5 + ["modest", "other"]]
    for _ in tasks:
        await settled()
        worker.go_on.release()
    await asyncio.gather(*tasks)
    assert worker.order == ["greedy", "greedy", "modest", "other", "greedy", "greedy", "greedy"]


async def test_no_more_than_the_places_work_at_once():
    worker = Worker(3)
    tasks = [asyncio.create_task(worker.work(str(client % 4))) for client in range(9)]
    await settled()
    assert len(worker.order) == 3
    assert worker.turns.waited_for
    for _ in tasks:
        worker.go_on.release()
    await asyncio.gather(*tasks)
    assert len(worker.order) == 9
    assert not worker.turns.waited_for


async def test_one_client_leaves_places_to_others():
    worker = Worker(3, per_client=2)
    tasks = [asyncio.create_task(worker.work(client)) for client in ["greedy"] * 4]
    await settled()
    assert worker.order == ["greedy", "greedy"]
    tasks += [asyncio.create_task(worker.work(client)) for client in ["modest", "other"]]
    await settled()
    assert worker.order == ["greedy", "greedy", "modest"]
    for _ in tasks:
        worker.go_on.release()
        await settled()
        assert worker.working["greedy"] <= 2
    await asyncio.gather(*tasks)
    assert sorted(worker.order) == ["greedy"] * 4 + ["modest", "other"]
    assert not worker.turns.waited_for


@pytest.mark.parametrize("leaves", [1, 2, 3])
async def test_one_that_leaves_while_it_waits_or_works_takes_no_place_with_it(leaves):
    worker = Worker(1)
    tasks = [asyncio.create_task(worker.work(str(client))) for client in range(4)]
    await settled()
    tasks[leaves].cancel()
    await settled()
    tasks[0].cancel()
    await settled()
    for _ in tasks:
        worker.go_on.release()
    done = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 30)
    assert sum(isinstance(each, asyncio.CancelledError) for each in done) == 2
    assert sorted(worker.order) == sorted({"0", "1", "2", "3"} - {str(leaves)})


async def test_one_that_leaves_just_as_its_turn_comes_passes_it_on():
    worker = Worker(1)
    tasks = [asyncio.create_task(worker.work(str(client))) for client in range(3)]
    await settled()
    worker.go_on.release()
    await settled()  # the second has its turn
    tasks[1].cancel()
    await settled()
    assert worker.order == ["0", "1", "2"]
    worker.go_on.release()
    await asyncio.gather(*tasks, return_exceptions=True)
