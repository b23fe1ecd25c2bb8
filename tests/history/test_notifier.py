import anyio
import pytest

from app.history.notifier import Notifier

pytestmark = pytest.mark.anyio


async def test_a_notification_wakes_everybody_who_waits() -> None:
    notifier, woken = Notifier(), []

    async def listen(name: int) -> None:
        await notifier.wait()
        woken.append(name)

    async with anyio.create_task_group() as listeners:
        for name in range(3):
            listeners.start_soon(listen, name)
        await anyio.wait_all_tasks_blocked()
        assert woken == []
        notifier.notify()
    assert sorted(woken) == [0, 1, 2]


async def test_who_comes_after_a_notification_waits_for_the_next() -> None:
    notifier = Notifier()
    notifier.notify()
    with anyio.move_on_after(0) as waiting:
        await notifier.wait()
    assert waiting.cancelled_caught
