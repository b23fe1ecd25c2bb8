"""Workers that are copies of one process."""

import asyncio
import os
import runpy
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import anyio.lowlevel
import pytest

import app.data
from app.learning.dataset import packaged
from app.recipe import Recipe
from app.running import process
from app.running.engine import Engine
from app.running.forked import TEMPLATE, can_fork
from app.running.process import WorkerProcess
from app.running.protocol import Member, TrainRun

pytestmark = pytest.mark.skipif(not can_fork(), reason="here a worker is a process of its own")


def test_a_template_that_was_killed_is_replaced_and_no_worker_keeps_its_server() -> None:
    """In a process of its own, since others are copies of this one's template."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.running.lost_template"], capture_output=True, text=True, timeout=200
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_where_no_digits_are_found_the_template_loads_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its copies say so."""
    packaged.cache_clear()
    monkeypatch.setattr(app.data, "EMBEDDED", tmp_path / "mnist_3_7.npz")
    monkeypatch.setenv("GOMP_SPINCOUNT", "1000")  # which it sets, and would leave behind
    monkeypatch.delitem(sys.modules, TEMPLATE, raising=False)
    runpy.run_module(TEMPLATE)


@pytest.mark.anyio
async def test_a_worker_that_sent_more_than_was_received_leaves_nothing_open(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "READ_BYTES", 1000)
    sockets = open_files(os.getpid(), "socket")
    worker = await WorkerProcess.spawn(engine)
    try:
        shared = open_files((await worker.ready()).pid, "pipe") & open_files(os.getpid(), "pipe")
        member = Member(run="run", name="run", recipe=Recipe(epochs=1, batch_size=4096), first_seq=1)
        worker.send(TrainRun(id="task", member=member))
        assert await worker.receive()
    finally:
        worker.kill()
        ending = asyncio.create_task(worker.end())
        await asyncio.sleep(0)
        ending.cancel()  # as a server does that has no time left
        with suppress(asyncio.CancelledError):
            await ending
        await worker.fate()
    await anyio.lowlevel.checkpoint()
    assert len(shared - open_files(os.getpid(), "pipe")) == 1, "its output"
    assert open_files(os.getpid(), "socket") <= sockets, "its input"


def open_files(pid: int, kind: str) -> set[str]:
    links = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # that of the folder itself
            links.add(os.readlink(each))
    return {each for each in links if each.startswith(kind)}
