"""A template of workers that is killed and replaced; ends with an error where that fails, and without ending its last
worker, which must not keep it. Loads no PyTorch itself: that takes seconds."""

import asyncio
import os
import signal
from multiprocessing import forkserver

import psutil

from app.running.engine import Engine
from app.running.process import WorkerProcess


async def lose_the_template() -> WorkerProcess:
    engine = Engine("cpu", None)
    before = await WorkerProcess.spawn(engine)
    await before.ready()
    template = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    os.kill(template, signal.SIGKILL)
    after = await WorkerProcess.spawn(engine)
    await after.ready()
    await after.end()
    assert await after.fate() == "ended with exit status 0"
    process = psutil.Process(before._process.pid)
    assert process.status() != psutil.STATUS_ZOMBIE
    before.kill()
    await before.fate()
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    last = await WorkerProcess.spawn(engine)
    await last.ready()
    return last


if __name__ == "__main__":
    not_ended = asyncio.run(lose_the_template())
