"""A real server in a process of its own, for every test that talks to one."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

ROOT = Path(__file__).parent.parent


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Server:
    """A running `threeseven serve`; its log is what it wrote to standard error."""

    url: str
    process: subprocess.Popen[str]
    data_dir: Path

    @property
    def ws(self) -> str:
        return self.url.replace("http", "ws", 1)

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, **options)  # type: ignore[arg-type]

    def start(self, **recipe: object) -> dict[str, object]:
        """Start a run; quick unless the recipe says otherwise."""
        answer = httpx.post(f"{self.url}/api/runs", json={"epochs": 1, **recipe}, timeout=30)
        assert answer.status_code == 201, answer.text
        started: dict[str, object] = answer.json()
        return started

    def events(self, run: object, after: int = 0) -> Iterator[dict[str, object]]:
        """The run's text events as they come, until its last."""
        # max_queue: with a full queue the client would not read the server's goodbye and wait 10 s for it.
        address = f"{self.ws}/ws/runs/{run}?after={after}"
        with connect(address, max_size=None, max_queue=None, compression=None) as socket:
            for frame in socket:
                if isinstance(frame, str):
                    yield json.loads(frame)

    def until(self, run: object, *types: str) -> dict[str, object]:
        """The first event of one of these types."""
        return next(event for event in self.events(run) if event["type"] in types)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


@contextmanager
def running(data_dir: Path, *options: str, cwd: Path = ROOT, **environment: str) -> Iterator[Server]:
    """`threeseven serve` on a free port, ended when the block ends."""
    serve = "import sys; sys.path.insert(0, sys.argv.pop(1)); from app.__main__ import main; main()"
    command = [sys.executable, "-P", "-c", serve, str(ROOT), "serve", "--port", "0", "--data-dir", str(data_dir)]
    env = {**os.environ, "THREESEVEN_FIRST_RUN": "false", "THREESEVEN_RUNS_PER_MINUTE": "10000", **environment}
    with subprocess.Popen([*command, *options], cwd=cwd, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            address = re.search(r"http://\S+", line)
            assert address, f"the server did not say its address, but {line!r}"
            yield Server(address[0].replace("0.0.0.0", "127.0.0.1"), process, data_dir)
        finally:
            process.terminate()
            try:
                process.wait(10)
            finally:
                process.kill()


@pytest.fixture(scope="session")
def serve() -> Callable[..., AbstractContextManager[Server]]:
    """Starts further servers: ``with serve(tmp_path, "--token", "x") as server``."""
    return running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that leave it as they found it; it starts with no run."""
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started
