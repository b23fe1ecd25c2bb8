"""The real server in a process of its own, and how benchmarks talk to it."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from scripts.serving import Serving, serving


class Server(Serving):
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
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]

    @property
    def cpu_seconds(self) -> float:
        """Processor time that the web process has used, without its workers."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(*module: str, **settings: Any) -> Iterator[Server]:
    """A fresh server in an empty folder; ``scripts.serving`` tells what it takes."""
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder), module=module or ("app", "serve"), **settings) as started,
    ):
        yield Server(started.url, started.process)
