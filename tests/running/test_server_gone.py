"""What becomes of runs when their server goes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.events import Steps
from app.history.history import History
from app.record import Record
from app.running.endings import SERVER_DIED, SERVER_STOPPED
from app.running.supervisor import Supervisor

pytestmark = pytest.mark.anyio


def end_by(number: signal.Signals, url: str, send: Callable[[int, int], None] = os.killpg) -> tuple[list[str], int]:
    """Start a server, and send this to its whole process group while it trains, or to it alone (``os.kill``). Its runs
    and its exit status."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.running.server", url],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    with server:
        assert server.stdout is not None
        assert server.stderr is not None
        runs = server.stdout.readline().split()
        assert len(runs) == 2, server.stderr.read()
        send(server.pid, number)
        # Its workers and their template hold this pipe as well: that it ends means that none of them is left.
        assert server.stderr.read() == ""
    return runs, server.returncode


async def check(url: str, runs: list[str], reason: str) -> None:
    async with (
        History.open(url) as history,
        Supervisor(history, concurrent_runs=1, queued_runs=1, device="cpu", mnist_dir=None),
    ):
        training, waiting = [await history.get(run) for run in runs]
        assert (training.state, training.error) == ("interrupted", reason)
        assert (waiting.state, waiting.error, waiting.step) == ("interrupted", reason, 0)
        assert await history.active() == []
        steps = [step async for event in history.steps(training.id) for step in event.step]
        assert steps == list(range(1, training.step + 1))
        assert len(steps) > 0
        log: list[Record] = []
        while page := await history.read(training.id, len(log)):
            log += page
        assert [record.seq for record in log] == list(range(1, training.seq + 1))
        assert log[-1].type == "RunInterrupted"
        assert any(isinstance(record.event(), Steps) for record in log)


@pytest.mark.parametrize("send", [os.killpg, os.kill])
async def test_a_killed_server_leaves_its_runs_interrupted_at_the_next_start(
    tmp_path: Path, send: Callable[[int, int], None]
) -> None:
    url = f"sqlite:///{tmp_path}/threeseven.db"
    runs, status = end_by(signal.SIGKILL, url, send)
    assert status == -signal.SIGKILL
    async with History.open(url) as history:
        assert [run.state for run in await history.active()] == ["running", "queued"]
    await check(url, runs, SERVER_DIED)


@pytest.mark.parametrize("number", [signal.SIGTERM])
async def test_a_stopped_server_interrupts_its_runs_before_it_goes(tmp_path: Path, number: signal.Signals) -> None:
    url = f"sqlite:///{tmp_path}/threeseven.db"
    runs, status = end_by(number, url)
    assert status == 0
    async with History.open(url) as history:
        assert await history.active() == []
    await check(url, runs, SERVER_STOPPED)
