"""The real server in a process of its own, as `make run` starts it, for measurements and screenshots."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx


@dataclass
class Server:
    url: str
    pid: int

    @property
    def host(self) -> tuple[str, int]:
        host, port = self.url.removeprefix("http://").split(":")
        return host, int(port)

    def start(self, **recipe: object) -> str:
        """Start a run; its id."""
        answer = httpx.post(f"{self.url}/api/runs", json=recipe, timeout=30).raise_for_status()
        run: str = answer.json()["id"]
        return run

    def run(self, run: str) -> dict[str, object]:
        found: dict[str, object] = httpx.get(f"{self.url}/api/runs/{run}", timeout=30).raise_for_status().json()
        return found

    def until_warm(self, patience: float = 60) -> None:
        """Wait until a worker is ready, so that a run asked for now starts at once."""
        end = time.monotonic() + patience
        while httpx.get(f"{self.url}/readyz", timeout=30).status_code != 200:
            if time.monotonic() > end:
                raise TimeoutError(f"no warm worker after {patience} s")
            time.sleep(0.1)

    @property
    def memory_mb(self) -> float:
        """Resident memory of the web process, without its workers."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]

    @property
    def cpu_seconds(self) -> float:
        """Processor time that the web process has used, without its workers."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(*module: str, **environment: str) -> Iterator[Server]:
    """A fresh server in an empty folder, without the run that begins by itself unless asked for."""
    with TemporaryDirectory() as folder:
        defaults = {"FIRST_RUN": "false", "RUNS_PER_MINUTE": "10000", "PORT": "0", "DATA_DIR": folder}
        ours = {f"THREESEVEN_{name}": value for name, value in (defaults | environment).items()}
        command = [sys.executable, "-m", *(module or ("app", "serve"))]
        env = {"OPENBLAS_NUM_THREADS": "1", **os.environ, **ours}
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
            try:
                line = process.stdout.readline() if process.stdout else ""
                address = re.search(r"http://\S+", line)
                if address is None:
                    raise RuntimeError(f"the server did not say its address, but {line!r}")
                yield Server(address[0], process.pid)
            finally:
                process.terminate()
                process.wait(15)
