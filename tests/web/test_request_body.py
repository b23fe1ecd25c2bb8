"""Bodies come in whole, or are refused in bounded memory and time."""

import anyio
import pytest
from starlette.requests import Request

from app.web import request_body
from app.web.problems import Problem
from app.web.request_body import LARGE_AT_ONCE, SMALL, BodyReader

pytestmark = pytest.mark.anyio


class Sender:
    """Sends its pieces, the first ones at once, the last when it is let."""

    def __init__(self, *pieces, length=None, address="here"):
        self._pieces = list(pieces)
        self.asked = 0
        self.last = anyio.Event()
        headers = [] if length is None else [(b"content-length", str(length).encode())]
        scope = {"type": "http", "method": "POST", "headers": headers, "client": (address, 1)}
        self.request = Request(scope, self.receive)

    async def receive(self):
        self.asked += 1
        if len(self._pieces) == 1:
            await self.last.wait()
        piece = self._pieces.pop(0)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(self._pieces)}


async def taken(bodies, sender, limit=10**6):
    async with bodies.open(sender.request) as body:
        return await body.all(limit)


async def test_all_of_it():
    sender = Sender(b"one", b"", b"two")
    sender.last.set()
    assert await taken(BodyReader(), sender, 6) == b"onetwo"


@pytest.mark.parametrize(
    ("pieces", "length", "status"),
    [((b"1234", b"567"), None, 413), ((b"",), 7, 413), ((b"",), 10**20, 413), ((b"123", None), None, 400)],
    ids=["grows", "says so", "says more", "hangs up"],
)
async def test_refused(pieces, length, status):
    sender = Sender(*pieces, length=length)
    sender.last.set()
    with pytest.raises(Problem) as refused:
        await taken(BodyReader(), sender, 6)
    assert refused.value.status == status


async def test_only_so_many_large_ones_come_in_at_once():
    uploads = BodyReader()
    senders = [Sender(bytes(SMALL + 1), b"more", b"last", address=str(n)) for n in range(LARGE_AT_ONCE + 3)]
    bodies = []

    async def take(sender):
        bodies.append(await taken(uploads, sender))

    async with anyio.create_task_group() as tasks:
        for sender in senders:
            tasks.start_soon(take, sender)
        await anyio.wait_all_tasks_blocked()
        assert sorted(sender.asked for sender in senders) == [1] * 3 + [3] * LARGE_AT_ONCE
        small = Sender(b"a small one is not kept waiting")
        small.last.set()
        assert await taken(uploads, small, 100)
        for sender in senders:
            sender.last.set()
    assert {len(body) for body in bodies} == {SMALL + 9}
    assert len(bodies) == len(senders)


async def test_a_large_one_that_never_ends_is_given_up_and_makes_room(monkeypatch):
    monkeypatch.setattr("app.web.request_body.LARGE_SECONDS", 0)
    uploads = BodyReader()
    for _ in range(LARGE_AT_ONCE + 1):
        with pytest.raises(Problem) as refused:
            await taken(uploads, Sender(bytes(SMALL + 1), b"never"))
        assert refused.value.status == 408


async def test_one_that_pauses_makes_room_for_one_that_waits(monkeypatch):
    monkeypatch.setattr("app.web.request_body.PAUSE_SECONDS", 0.01)
    uploads, refused = BodyReader(), []

    async def stall(address):
        try:
            await taken(uploads, Sender(bytes(SMALL + 1), b"never", address=address))
        except Problem as problem:
            refused.append(problem.status)

    async with anyio.create_task_group() as tasks:
        for number in range(LARGE_AT_ONCE):
            tasks.start_soon(stall, f"here {number % 2}")
        await anyio.sleep(0.05)
        assert not refused, "nobody waits"
        quick = Sender(bytes(SMALL + 1), b"all", address="there")
        quick.last.set()
        assert len(await taken(uploads, quick)) == SMALL + 4
        assert set(refused) == {408}
        assert len(refused) < LARGE_AT_ONCE
        tasks.cancel_scope.cancel()


class Trickler(Sender):
    """Sends a byte every so many seconds, for ever. ``trickled``: it has for five times as long as none may pause."""

    def __init__(self, seconds, address):
        super().__init__(bytes(SMALL + 1), b"never", address=address)
        self._seconds = seconds
        self.trickled = anyio.Event()

    async def receive(self):
        self.asked += 1
        if self.asked == 1:
            return {"type": "http.request", "body": bytes(SMALL + 1), "more_body": True}
        await anyio.sleep(self._seconds)
        if self.asked * self._seconds > 5 * request_body.PAUSE_SECONDS:
            self.trickled.set()
        return {"type": "http.request", "body": b"x", "more_body": True}


async def test_one_that_trickles_makes_room_for_one_that_waits(monkeypatch):
    monkeypatch.setattr("app.web.request_body.PAUSE_SECONDS", 0.02)
    uploads, refused = BodyReader(), []
    tricklers = [Trickler(0.005, f"here {number % 2}") for number in range(LARGE_AT_ONCE)]

    async def trickle(trickler):
        try:
            await taken(uploads, trickler)
        except Problem as problem:
            refused.append(problem.status)

    async with anyio.create_task_group() as tasks:
        for each in tricklers:
            tasks.start_soon(trickle, each)
        for each in tricklers:
            await each.trickled.wait()
        assert not refused, "nobody waits"
        quick = Sender(bytes(SMALL + 1), b"all", address="there")
        quick.last.set()
        assert len(await taken(uploads, quick)) == SMALL + 4
        assert set(refused) == {408}
        tasks.cancel_scope.cancel()


async def test_one_client_leaves_places_to_others():
    uploads = BodyReader()
    async with anyio.create_task_group() as tasks:
        for _ in range(LARGE_AT_ONCE):
            tasks.start_soon(taken, uploads, Sender(bytes(SMALL + 1), b"never"))
        await anyio.wait_all_tasks_blocked()
        quick = Sender(bytes(SMALL + 1), b"all", address="there")
        quick.last.set()
        assert len(await taken(uploads, quick)) == SMALL + 4
        tasks.cancel_scope.cancel()


async def test_a_large_one_keeps_its_place_for_as_long_as_it_is_needed():
    uploads, order = BodyReader(), []

    async def keep(sender, name, release):
        async with uploads.open(sender.request) as body:
            await body.all(10**6)
            order.append(name)
            await release.wait()

    release = anyio.Event()
    async with anyio.create_task_group() as tasks:
        for number in range(LARGE_AT_ONCE + 1):
            sender = Sender(bytes(SMALL + 1), b"all", address=str(number))
            sender.last.set()
            tasks.start_soon(keep, sender, number, release)
        await anyio.wait_all_tasks_blocked()
        assert len(order) == LARGE_AT_ONCE
        release.set()
    assert len(order) == LARGE_AT_ONCE + 1
