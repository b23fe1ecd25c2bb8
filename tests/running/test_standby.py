import os
import signal
from pathlib import Path

import anyio
import pytest

from app.events import RunFailed
from app.history.history import History
from app.recipe import Recipe
from app.running.standby import Standby
from app.running.supervisor import Supervisor
from tests.running.watching import PATIENCE, Watcher

pytestmark = pytest.mark.anyio


class Changes:
    """Lets a test wait for what a standby reports."""

    def __init__(self) -> None:
        self._changed = anyio.Event()

    def note(self) -> None:
        self._changed.set()

    async def next(self) -> None:
        with anyio.fail_after(PATIENCE):
            await self._changed.wait()
        self._changed = anyio.Event()


async def test_a_waiting_worker_that_dies_is_replaced_and_one_that_is_taken_is_not() -> None:
    changes = Changes()
    standby = Standby("cpu", None, changes.note)
    assert standby.take() is None
    standby.prepare()
    try:
        await changes.next()
        first = standby.worker
        assert first is not None
        os.kill(first.pid, signal.SIGKILL)
        await changes.next()
        assert standby.worker is None
        await changes.next()
        second = standby.take()
        assert second is not None
        assert second.pid != first.pid
        assert standby.worker is None
        assert standby.devices[-1] == "cpu"
        await second.end()
    finally:
        await standby.close()
    standby.prepare()
    assert standby.worker is None


async def test_a_run_whose_images_cannot_be_loaded_fails_and_says_so(tmp_path: Path) -> None:
    async with (
        History.open(f"sqlite:///{tmp_path}/threeseven.db") as history,
        Supervisor(
            history, concurrent_runs=1, queued_runs=1, device="cpu", mnist_dir=tmp_path / "nowhere"
        ) as supervisor,
    ):
        run = await supervisor.start(Recipe())
        failed = await Watcher(history, run.id).until(RunFailed)
        assert "nowhere" in failed.reason
        assert not supervisor.ready
