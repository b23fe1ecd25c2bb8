"""The real server in a process of its own, and how benchmarks talk to it."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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

    token: str | None = None
    """The server's, where it has one."""

    def start(self, **recipe: object) -> str:
        """Start a run; its id."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = httpx.post(f"{self.url}/api/runs", json=recipe, headers=headers, timeout=30).raise_for_status()
        run: str = answer.json()["id"]
        return run

    def run(self, run: str) -> dict[str, object]:
        found: dict[str, object] = httpx.get(f"{self.url}/api/runs/{run}", timeout=30).raise_for_status().json()
        return found

    def stop_all(self) -> None:
        httpx.post(f"{self.url}/api/runs/stop", json={"all": True}, timeout=30).raise_for_status()

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
    def busy_worker(self) -> int:
        """The process that trains a run now. Raises RuntimeError where none does."""
        text = httpx.get(f"{self.url}/metrics", timeout=30).raise_for_status().text
        busy = re.findall(r'^threeseven_worker_tasks{.*pid="(\d+)"} [1-9]', text, re.MULTILINE)
        if not busy:
            raise RuntimeError("no worker has a task")
        return int(busy[0])

    @property
    def processes(self) -> list[int]:
        """All that it has started, and that those have."""
        found, parents = [], [self.process.pid]
        while parents:
            parent = parents.pop()
            for task in Path(f"/proc/{parent}/task").glob("*/children"):
                with suppress(OSError):  # it has gone meanwhile
                    parents += (children := [int(child) for child in task.read_text().split()])
                    found += children
        return found

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
