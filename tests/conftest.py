"""A real server in a process of its own, for every test that talks to one."""

import gc
import json
import logging
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from websockets.sync.client import connect

from scripts.serving import Serving, serving
from tests.forked import MEASURING, UNMEASURED, Forked, template

settings.register_profile(
    "steady", max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)  # fmt: skip
"""The same examples each time, however busy the machine: a change is not refused for what it has not touched."""
settings.register_profile("explore", settings.get_profile("steady"), derandomize=False, max_examples=1000)
"""``pytest --hypothesis-profile explore`` looks for further ones."""
settings.load_profile("steady")

SLOWEST_FIRST = ("browser", "running", "test_serving.py", "web", "faults", "test_main.py")
"""So that of two processes that share the files neither is left with a long one at the end."""

MEASURED_ELSEWHERE = (
    "builtin_model",
    "faults",
    "handwriting/test_drawn_on.py",
    "handwriting/test_ink.py",
    "handwriting/test_picture.py",
    "handwriting/test_surroundings.py",
    "history/test_database.py",
    "history/test_history.py",
    "learning/test_javascript.py",
    "learning/test_learner.py",
    "learning/test_loop.py",
    "learning/test_members.py",
    "learning/test_preset_words.py",
    "learning/test_stepping.py",
    "learning/test_train.py",
    "running/test_board.py",
    "running/test_forked.py",
    "running/test_lost_sweeps.py",
    "running/test_lost_workers.py",
    "running/test_process.py",
    "running/test_server_gone.py",
    "running/test_sweeps.py",
    "test_serving.py",
    "web/test_cards.py",
    "web/test_exports.py",
    "web/test_lessons.py",
    "web/test_models.py",
    "web/test_openapi.py",
    "web/test_protocol_examples.py",
    "web/test_proxies.py",
    "web/test_queue.py",
    "web/test_stream.py",
    "web/test_stream_limits.py",
    "web/test_sweeps.py",
)
"""Coverage would slow these by a fifth to a half to see lines again, nearly all of which other tests run."""

LESSONS = "tests/browser/test_lesson"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def path(item: pytest.Item) -> Path:
        return item.path.relative_to(Path(__file__).parent)

    def place(item: pytest.Item) -> int:
        name = path(item).parts[0]
        return SLOWEST_FIRST.index(name) if name in SLOWEST_FIRST else len(SLOWEST_FIRST)

    items.sort(key=place)
    for item in items:
        if path(item).as_posix().startswith(MEASURED_ELSEWHERE):
            item.add_marker("no_cover")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Coverage does not measure what a test with this marker starts either. As it begins again after each it wraps
    os._exit once more: a thousand deep Python could not call it."""
    if item.get_closest_marker("no_cover") is None or MEASURING not in os.environ:
        return (yield)
    template()  # copies of it that are to be measured come later
    here = multiprocessing.current_process()
    how, leave, name = os.environ.pop(MEASURING), os._exit, here.name
    here.name = UNMEASURED
    try:
        return (yield)
    finally:
        os.environ[MEASURING], os._exit, here.name = how, leave, name


def pytest_collection_finish() -> None:
    """What has been loaded until now stays: to look through it now and then took 7 % of these processes' time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Gives the tests of lessons to one process, as if they were one file: what a lesson shows is trained once on the
    server that they share, and would be once more in each further process."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class LessonsTogether(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return LESSONS if nodeid.startswith(LESSONS) else str(super()._split_scope(nodeid))

    return LessonsTogether(config, log)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_error_of_asyncio() -> Iterator[None]:
    """Fails where asyncio had to report an error that no code has looked at, of a task for example. Playwright's own do
    not count: it leaves a task behind for each request that a test held back until its page was closed."""
    reported = Reported(logging.ERROR)
    logger = logging.getLogger("asyncio")
    logger.addHandler(reported)
    yield
    logger.removeHandler(reported)
    assert not reported.lines


class Reported(logging.Handler):
    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if "/playwright/_impl/" not in (line := self.format(record)):
            self.lines.append(line)


class Server(Serving):
    """A running `threeseven serve`, and how tests talk to it."""

    @property
    def ws(self) -> str:
        return self.url.replace("http", "ws", 1)

    def client(self, **options: object) -> httpx.Client:
        # Without TLS, whose certificates take each client 23 ms to read.
        return httpx.Client(base_url=self.url, timeout=60, verify=False, **options)  # type: ignore[arg-type]

    def start(self, **recipe: object) -> dict[str, object]:
        """Start a run; quick unless the recipe says otherwise."""
        with self.client() as client:
            answer = client.post("/api/runs", json={"epochs": 1, **recipe})
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

    def worker_of(self, run: object) -> int:
        """The process that trains it, once one does."""
        with self.client() as client:
            while True:
                for server in client.get("/api/cluster").json()["servers"]:
                    for worker in server["workers"]:
                        if run in [known["id"] for known in worker["runs"]]:
                            return int(worker["pid"])


@contextmanager
def running(data_dir: Path, *options: str, **settings: Any) -> Iterator[Server]:
    """`threeseven serve`, ended when the block ends: ``scripts.serving`` tells what it takes. It is a copy of a process
    that has loaded the app, and loads PyTorch once something wants it, which in most tests nothing does. Fails where it
    has written a traceback: whatever a test does to it, the server has words for that."""
    with TemporaryFile("w+") as said:
        chosen: dict[str, Any] = {"start": partial(Forked, stderr=said.fileno()), "warm_workers": "false", **settings}
        try:
            with serving(data_dir, *options, **chosen) as started:
                yield Server(started.url, started.process)
        finally:
            said.seek(0)
            sys.stderr.write(written := said.read())
        assert "Traceback" not in written


@pytest.fixture(scope="session")
def serve() -> Callable[..., AbstractContextManager[Server]]:
    """Starts further servers: ``with serve(tmp_path, "--token", "x") as server``."""
    return running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that leave it as they found it; it starts with no run."""
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started
