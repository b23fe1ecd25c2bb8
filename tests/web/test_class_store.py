"""What any store of classes does. Another one than memory's is added to ``store``, and has to pass the same."""

import asyncio

import pytest

from app.web.classroom import store as limits
from app.web.classroom.store import ClassFull, MemoryStore, TooManyClasses, UnknownClass

pytestmark = pytest.mark.anyio

HOURS = 4.0
ONE, OTHER = "a" * 16, "b" * 16


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=[MemoryStore])
def store(request, clock):
    return request.param(HOURS, clock)


async def test_a_member_answers_once_and_may_think_again(store):
    code = await store.open()
    await store.show(code, "/lessons/sigmoid", "sigmoid")
    await store.answer(code, ONE, "sigmoid", {"middle": 1.0})
    await store.answer(code, OTHER, "sigmoid", {"middle": 2.0})
    await store.answer(code, ONE, "sigmoid", {"middle": 3.0})
    await store.answer(code, ONE, "baseline", {"l1": 90.0})
    assert sorted(each["middle"] for each in (await store.standing(code)).answers) == [2.0, 3.0]


async def test_answers_are_released_for_one_lesson_at_a_time(store):
    code = await store.open()
    await store.show(code, "/lessons/sigmoid", "sigmoid")
    assert not (await store.standing(code)).released
    await store.release(code, "sigmoid", True)
    await store.show(code, "/lessons/sigmoid?step=7", "sigmoid")
    assert (await store.standing(code)).released
    await store.show(code, "/lessons/baseline", "baseline")
    assert not (await store.standing(code)).released
    await store.show(code, "/draw", None)
    assert not (await store.standing(code)).released
    await store.show(code, "/lessons/sigmoid", "sigmoid")
    assert (await store.standing(code)).released
    await store.release(code, "sigmoid", False)
    assert not (await store.standing(code)).released


async def test_nobody_is_done_with_a_page_that_has_just_come(store):
    code = await store.open()
    await store.show(code, "/lessons/sigmoid", "sigmoid")
    for member in (ONE, OTHER, ONE):
        await store.done(code, member, True)
    assert (await store.standing(code)).done == 2
    await store.done(code, ONE, False)
    await store.show(code, "/lessons/sigmoid?step=7", "sigmoid")
    assert (await store.standing(code)).done == 1
    await store.show(code, "/lessons/baseline", "baseline")
    assert (await store.standing(code)).done == 0


async def test_a_member_with_two_pages_is_one(store):
    code = await store.open()
    await store.come(code, ONE, True)
    await store.come(code, ONE, False)
    await store.come(code, OTHER, True)
    standing = await store.standing(code)
    assert (standing.here, standing.following) == (2, 1)
    await store.go(code, ONE)
    assert (await store.standing(code)).here == 2
    await store.go(code, ONE)
    await store.go(code, ONE)
    assert (await store.standing(code)).here == 1
    assert await store.knows(code, ONE)
    assert not await store.knows(code, "c" * 16)


async def test_who_waits_is_told_of_each_change_and_of_the_end(store):
    code = await store.open()
    version = (await store.standing(code)).version
    any_change = asyncio.create_task(store.wait(code, version))
    steered = asyncio.create_task(store.wait(code, version, steered=True))
    await asyncio.sleep(0)
    await store.come(code, ONE, True)
    await any_change
    assert not steered.done(), "a count is no steering"
    await store.show(code, "/draw", None)
    await steered
    version = (await store.standing(code)).version
    waiting = [asyncio.create_task(store.wait(code, version, steered=each)) for each in (True, False)]
    await asyncio.sleep(0)
    await store.close(code)
    await asyncio.gather(*waiting)


async def test_all_of_a_closed_class_is_forgotten(store):
    code = await store.open()
    await store.show(code, "/lessons/sigmoid", "sigmoid")
    await store.answer(code, ONE, "sigmoid", {"middle": 1.0})
    await store.close(code)
    for asked in (store.standing(code), store.close(code), store.show(code, "/", None), store.come(code, ONE, True)):
        with pytest.raises(UnknownClass):
            await asked
    assert not await store.knows(code, ONE)
    assert await store.count() == 0


async def test_a_class_that_nobody_steers_is_closed_after_some_hours(store, clock):
    code, other = await store.open(), await store.open()
    clock.now += HOURS * 3600 - 1
    await store.come(code, ONE, True)  # a member keeps no class open
    await store.keep(other)
    clock.now += 2
    with pytest.raises(UnknownClass):
        await store.standing(code)
    assert await store.count() == 1


async def test_there_are_bounds(store, monkeypatch):
    monkeypatch.setattr(limits, "MOST_CLASSES", 2)
    monkeypatch.setattr(limits, "MOST_MEMBERS", 2)
    code, _ = await store.open(), await store.open()
    with pytest.raises(TooManyClasses):
        await store.open()
    for member in (ONE, OTHER):
        await store.answer(code, member, "sigmoid", {"middle": 1.0})
        await store.come(code, member, True)
    with pytest.raises(ClassFull):
        await store.answer(code, "c" * 16, "sigmoid", {"middle": 1.0})
    with pytest.raises(ClassFull):
        await store.come(code, "c" * 16, True)
    await store.answer(code, ONE, "sigmoid", {"middle": 2.0})
    for n in range(20):  # of those who have gone only so many are remembered
        await store.done(code, f"{n:016}", True)
    assert (await store.standing(code)).done <= 4
