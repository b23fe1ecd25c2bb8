"""Workers as copies of one process that has loaded PyTorch: a worker is then there in a tenth of a second instead of
some seconds, and all of them share its memory."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
import time
from asyncio import StreamWriter
from contextlib import ExitStack, suppress
from functools import partial
from importlib import import_module
from multiprocessing import resource_tracker
from multiprocessing.context import ForkServerProcess
from multiprocessing.process import _children  # type: ignore[attr-defined]
from multiprocessing.reduction import DupFd
from pathlib import Path
from threading import Thread
from typing import Any, Self

from app.running.interpreter import ENDING_SIGNALS
from app.running.pipe_reader import PipeReader

TEMPLATE, WORKER = "app.running.worker.template", "app.running.worker.__main__"
"""What the template loads, before it is asked for a copy, and what a copy runs: by name, since here nothing may import
PyTorch."""

DYING_SECONDS, RETRY_SECONDS = 1.0, 0.05
"""A template that was killed takes a moment to be gone, in which it takes nothing more and no other one is started."""

GPU = Path("/dev/nvidiactl")
"""Is there where a worker may use CUDA, with which copies have not been tried."""


def can_fork() -> bool:
    """Elsewhere than on Linux the system's own libraries do not outlive a fork."""
    return sys.platform == "linux" and not GPU.exists() and _can_watch()


def _can_watch() -> bool:
    """Whether this Python and this system (or its container's rules) know pidfd_open: a copy is not this process's
    child."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


class ForkedProcess:
    """As much of ``asyncio.subprocess.Process`` as :mod:`app.running.process` uses."""

    def __init__(
        self, process: ForkServerProcess, stdin: StreamWriter, stdout: PipeReader, ended: asyncio.Event
    ) -> None:
        self._process, self.stdin, self.stdout, self._ended = process, stdin, stdout, ended
        assert process.pid is not None
        self.pid = process.pid

    @classmethod
    async def start(cls, device: str, mnist_dir: Path | None) -> Self:
        """A process in a session of its own, with a socket as standard input and a pipe, which can be wide, as standard
        output. Raises OSError where the system gives none."""
        ours_in, theirs_in = socket.socketpair()
        ours_out, theirs_out = os.pipe()
        loop = asyncio.get_running_loop()
        started = loop.create_future()
        # A server that is told to end does not wait for the template, and a copy that comes too late ends by itself:
        # nobody holds the other end of its input.
        Thread(target=_start, args=(device, mnist_dir, theirs_in.detach(), theirs_out, started), daemon=True).start()
        with ExitStack() as given_up:
            given_up.enter_context(ours_in)
            stdout = PipeReader(ours_out)
            given_up.callback(stdout.close)
            process = await started
            _, stdin = await asyncio.open_unix_connection(sock=ours_in)
            given_up.pop_all()
        ended = asyncio.Event()
        _watch(loop, process, ended)
        return cls(process, stdin, stdout, ended)

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode if self._ended.is_set() else None

    async def wait(self) -> int:
        """Its exit status; negative for a signal, 255 where the template, which alone can know it, has gone."""
        await self._ended.wait()
        status = self._process.exitcode
        assert status is not None
        return status


def _watch(loop: asyncio.AbstractEventLoop, process: ForkServerProcess, ended: asyncio.Event) -> None:
    """Wait for the process's end, and then for the template to tell its exit status or to have gone. The sentinel alone
    would tell the end of either."""
    assert process.pid is not None

    def has_status() -> None:
        loop.remove_reader(process.sentinel)
        ended.set()

    def has_ended() -> None:
        loop.remove_reader(pidfd)
        os.close(pidfd)
        loop.add_reader(process.sentinel, has_status)

    try:
        pidfd = os.pidfd_open(process.pid)
    except ProcessLookupError:
        loop.add_reader(process.sentinel, has_status)
    else:
        loop.add_reader(pidfd, has_ended)


def _start(device: str, mnist_dir: Path | None, stdin: int, stdout: int, started: asyncio.Future[Any]) -> None:
    """Blocks while the template loads. Owns the descriptors."""
    try:
        _leave_signals()
        process = _copy(device, mnist_dir, stdin, stdout)
        answer = partial(_answer, started, process)
    except (OSError, EOFError) as error:
        answer = partial(_answer, started, OSError(f"PyTorch could not be loaded for the workers: {error}"))
    finally:
        os.close(stdin)
        os.close(stdout)
    with suppress(RuntimeError):  # the loop has ended meanwhile
        started.get_loop().call_soon_threadsafe(answer)


def _leave_signals() -> None:
    """The template, which this thread may start, and its copies have these signals blocked all their lives, also while
    they load what they need. Raises OSError."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    resource_tracker.ensure_running()  # unblocks some of them once it has started its own process
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)


def _copy(device: str, mnist_dir: Path | None, stdin: int, stdout: int) -> ForkServerProcess:
    """Raises OSError or EOFError where the template cannot be loaded."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([TEMPLATE])
    end = time.monotonic() + DYING_SECONDS
    while True:
        process = context.Process(target=_work, args=(device, mnist_dir, Passed(stdin), Passed(stdout)), daemon=True)
        try:
            process.start()
        except (OSError, EOFError):
            if time.monotonic() > end:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            # Else each start reads in its thread the exit statuses of those before, which the loop may be reading, and
            # this process waits at its end until all of them have ended.
            _children.discard(process)
            return process


def _answer(started: asyncio.Future[Any], what: ForkServerProcess | OSError) -> None:
    if started.cancelled():
        return
    if isinstance(what, OSError):
        started.set_exception(what)
    else:
        started.set_result(what)


class Passed:
    """A file descriptor that the new process is to have too, as a number."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __reduce__(self) -> tuple[Any, ...]:
        return _detached, (DupFd(self._descriptor),)


def _detached(passed: Any) -> int:
    descriptor: int = passed.detach()
    return descriptor


def _work(device: str, mnist_dir: Path | None, stdin: int, stdout: int) -> None:
    """Do the work of a worker, in the copy of the template."""
    with suppress(OSError):
        os.setsid()  # signals meant for the server's group are the server's to answer
    for theirs, number in ((stdin, 0), (stdout, 1)):
        os.dup2(theirs, number)
        os.close(theirs)
    sys.stdin = os.fdopen(0, closefd=False)
    import_module(WORKER).main(device, mnist_dir)
