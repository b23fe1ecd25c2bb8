"""The real server in a process of its own, as `make run` starts it: for tests, benchmarks and screenshots."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

ROOT = Path(__file__).parent.parent
PATIENCE = 60
"""Seconds for a server to end: only one that hangs takes longer, on however busy a machine."""


class Process(AbstractContextManager["Process"], Protocol):
    """As much of ``subprocess.Popen[str]`` as is used of it. Its block ends once the process has."""

    @property
    def stdout(self) -> IO[str] | None: ...

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int) -> None: ...

    def kill(self) -> None: ...


def command(module: Sequence[str], *, cwd: Path, env: Mapping[str, str], files: int | None) -> Process:
    """A Python of its own that runs this module with these arguments. ``files``: so many can be open there."""
    started = [sys.executable, "-P", "-m", *module]
    if files is not None:
        started = ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", *started]
    return subprocess.Popen(started, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)


@dataclass
class Serving:
    """``url`` has no slash at its end. ``process`` says on its standard output what it has to announce."""

    url: str
    process: Process

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(
    data_dir: Path,
    *options: str,
    module: Sequence[str] = ("app", "serve"),
    cwd: Path = ROOT,
    files: int | None = None,
    start: Callable[..., Process] = command,
    path: Sequence[Path] = (),
    **settings: str,
) -> Iterator[Serving]:
    """A server on a free port that begins no run by itself, no lesson's either, and lets any number be started.
    ``first_run="true"`` becomes THREESEVEN_FIRST_RUN=true; the shell's own settings do not count. Modules are also
    found in the folders of ``path``. The system lets it have so many ``files`` open, by default as many as this
    process. Coverage does not measure a command, which would take longer. Raises RuntimeError where the server
    does not start or, unless it has been ended before, does not end cleanly.
    """
    ours = {"data_dir": str(data_dir), "port": "0", "first_run": "false", "lesson_defaults": "false"}
    ours |= {"runs_per_minute": "10000"} | settings
    env = {name: value for name, value in os.environ.items() if not name.startswith(("THREESEVEN_", "COVERAGE_"))}
    env |= {f"THREESEVEN_{name.upper()}": value for name, value in ours.items()}
    env["PYTHONPATH"] = os.pathsep.join(map(str, [ROOT, *path]))  # this checkout's own code, whatever is installed
    with start([*module, *options], cwd=cwd, env=env, files=files) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            address = re.search(r"http://\S+", line)
            if address is None:
                raise RuntimeError(f"the server did not say its address, but {line!r}")
            server = Serving(address[0].replace("0.0.0.0", "127.0.0.1"), process)
            yield server
            if process.poll() is None and server.end() != 0:
                raise RuntimeError(f"the server did not end cleanly, but with {process.returncode}")
        finally:
            process.kill()
