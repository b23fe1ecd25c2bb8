"""Runs that pages of lessons have had started, stopped when those pages are gone."""

import asyncio
from collections.abc import Sequence

import pytest

from app.web.watched_trials import WatchedTrials

pytestmark = pytest.mark.anyio

PATIENCE = 60


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Stopped:
    """The runs that were stopped, in their order."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self._changed = asyncio.Event()

    async def stop(self, runs: Sequence[str]) -> None:
        self.runs += runs
        self._changed.set()

    async def until(self, run: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while run not in self.runs:
                self._changed.clear()
                await self._changed.wait()


async def leave_and_wait(trials: WatchedTrials, stopped: Stopped, run: str) -> None:
    """Whatever was to be stopped before is stopped once this one is."""
    trials.expect([run])
    with trials.watching(run):
        pass
    await stopped.until(run)


async def test_they_are_stopped_together_once_the_last_watcher_has_left() -> None:
    stopped = Stopped()
    async with WatchedTrials(stopped.stop, grace=0) as trials:
        trials.expect(["a", "b"])
        with trials.watching("a"):
            with trials.watching("b"), trials.watching("a"):
                pass
            await leave_and_wait(trials, stopped, "other")
            assert stopped.runs == ["other"]
        await stopped.until("b")
    assert stopped.runs == ["other", "a", "b"]


async def test_who_comes_back_in_time_finds_them_training() -> None:
    stopped = Stopped()
    async with WatchedTrials(stopped.stop, grace=0) as trials:
        trials.expect(["a"])
        with trials.watching("a"):
            pass
        trials.expect(["a"])
        with trials.watching("a"):
            await leave_and_wait(trials, stopped, "other")
        assert stopped.runs == ["other"]


async def test_those_that_nobody_has_watched_yet_go_on() -> None:
    stopped = Stopped()
    async with WatchedTrials(stopped.stop, grace=0) as trials:
        trials.expect(["a"])
        await leave_and_wait(trials, stopped, "other")
        assert stopped.runs == ["other"]


async def test_those_that_are_to_be_kept_go_on() -> None:
    stopped = Stopped()
    async with WatchedTrials(stopped.stop, grace=0) as trials:
        trials.expect(["a", "b"])
        with trials.watching("a"):
            trials.keep(["a", "b"])
        with trials.watching("no lesson's"):
            pass
        await leave_and_wait(trials, stopped, "other")
        assert stopped.runs == ["other"]
