"""Servers and workers that begin as copies of one process which has loaded the app and PyTorch: to load them takes some
seconds of a core, more than most tests. What is tested of the start itself is started by the command
(tests/test_serving.py). So are commands that end by themselves: :func:`threeseven`.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from app.command_line import set_libraries
from app.running.forked import TEMPLATE, Passed
from scripts.serving import ROOT

MEASURING = "COVERAGE_PROCESS_CONFIG"
"""The variable by which coverage, where it measures, has other processes measure themselves."""

UNMEASURED = "unmeasured"
"""What this process is named while what it starts is not to be measured: its workers, copies too, know the name."""


class Forked:
    """As much of ``subprocess.Popen`` as tests use. Standard output is a pipe, ``stdout``, unless ``output`` is the
    descriptor of something else; standard input is empty, unless ``input`` is one, and standard error this process's,
    unless ``stderr`` is. ``measured``: whether coverage sees what it does, where it measures.
    """

    def __init__(
        self,
        module: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        files: int | None,
        stderr: int = 2,
        input: int | None = None,
        output: int | None = None,
        measured: bool = True,
    ) -> None:
        program, *arguments = module
        assert program == "app"
        measured &= MEASURING in os.environ
        receiver, sender = os.pipe()
        self.stdout: IO[str] = os.fdopen(receiver)
        streams = (input, sender if output is None else output, stderr)
        passed = [None if each is None else Passed(each) for each in streams]
        self._process = template().Process(
            target=_serve, args=(arguments, str(cwd), dict(env), files, passed, measured)
        )
        self._process.start()
        os.close(sender)

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, as Popen's. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a forked server", timeout or 0.0)
        return self._process.exitcode

    def send_signal(self, sig: int) -> None:
        """As Popen's: does nothing where it has ended, of which its template may tell later."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> "Forked":
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        self.wait()


unmeasured = partial(Forked, measured=False)
"""For pages: what they ask of a server is measured where tests ask it without a browser, which take a fifth of the
time."""


@cache
def template() -> ForkServerContext:
    """Starts the process. A server's own workers are copies of it as well, and those of this process."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([TEMPLATE, "tests.template", "app.main", "app.command_line", "app.serving"])
    before = dict(os.environ)
    set_libraries()  # as `threeseven serve` does first; the process takes them over
    forkserver.ensure_running()
    os.environ.clear()
    os.environ.update(before)
    return context


def threeseven(
    *arguments: str, cwd: Path = ROOT, input: bytes | None = None, output: int | None = None
) -> subprocess.CompletedProcess[str]:
    """`threeseven` with these arguments, in this process's environment, once it has ended by itself. ``output``: the
    descriptor of what it writes to, of which nothing is returned then."""
    with TemporaryFile("w+") as said, TemporaryFile() as given:
        given.write(input or b"")
        given.seek(0)
        with Forked(
            ["app", *arguments], cwd=cwd, env=os.environ, files=None,
            stderr=said.fileno(), input=given.fileno(), output=output,
        ) as process:  # fmt: skip
            printed = process.stdout.read()
        said.seek(0)
        return subprocess.CompletedProcess(arguments, process.wait(), printed, said.read())


def _serve(
    arguments: list[str], cwd: str, env: dict[str, str], files: int | None, streams: list[int | None], measured: bool
) -> None:
    if not measured:
        from tests.template import measure_no_more

        measure_no_more()
    # It is a child of the template, which Python does not take for its own.
    forkserver._forkserver.ensure_running = lambda: None  # type: ignore[method-assign]
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    if files is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    for number, given in enumerate(streams):
        if given is not None:
            os.dup2(given, number)
            os.close(given)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", buffering=1 if os.isatty(1) else -1, closefd=False)  # as Python has it
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    sys.argv = ["threeseven", *arguments]
    from app.__main__ import main

    main()
