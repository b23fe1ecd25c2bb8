"""A limit on the size of files, which is to SQLite what a quota is: for machines where nothing can be mounted."""

import asyncio
import resource
from pathlib import Path

import pytest

from app.history import history as history_module
from app.history.history import History
from tests.history.logs import finished, numbered, queued, started, weights
from tests.waiting import until

pytestmark = pytest.mark.anyio


async def test_a_run_waits_until_its_log_may_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "RETRY_SECONDS", 0.02)
    log = numbered([started(), *(weights(step, 50_000) for step in range(1, 20)), finished(20)])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with History.open(f"sqlite:///{tmp_path}/threeseven.db") as history:
        await history.create(queued())
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
            storing = asyncio.create_task(history.append("run", log))
            await until(lambda: "cannot be written" in (history.trouble or ""))
            assert not storing.done()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert (await storing).state == "finished"
        assert await history.read("run", 1, 1 << 30) == log
