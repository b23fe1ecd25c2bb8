from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import torch

from app.history.history import History
from app.running import computations, process, warm_worker
from app.running.engine import Engine
from app.running.supervisor import Supervisor
from tests.forked import template
from tests.waiting import PATIENCE

CANCEL_SECONDS = warm_worker.CANCEL_SECONDS
"""What a server has, whatever tests set."""


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """A busy machine keeps workers and questions waiting for longer than a server lets them."""
    template()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warm_worker, "CANCEL_SECONDS", PATIENCE)
        patch.setattr(process, "LEAVE_SECONDS", PATIENCE)
        patch.setattr("app.running.supervisor.STOP_SECONDS", PATIENCE)
        patch.setattr(computations, "WAIT_SECONDS", PATIENCE)
        yield


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine("cpu", None)


@pytest.fixture(scope="module")
async def history(tmp_path_factory: pytest.TempPathFactory, anyio_backend: str) -> AsyncIterator[History]:
    path: Path = tmp_path_factory.mktemp("running") / "threeseven.db"
    async with History.open(f"sqlite:///{path}") as history:
        yield history


@asynccontextmanager
async def supervised(
    history: History, engine: Engine, concurrent_runs: int = 1, experiment_seconds: float = PATIENCE
) -> AsyncIterator[Supervisor]:
    async with Supervisor(
        history,
        concurrent_runs=concurrent_runs,
        queued_runs=2,
        device=engine.device,
        mnist_dir=None,
        cluster=engine.cluster,
        experiment_seconds=experiment_seconds,
    ) as supervisor:
        yield supervisor


@pytest.fixture(scope="module")
async def shared_supervisor(history: History, engine: Engine, patience: None) -> AsyncIterator[Supervisor]:
    """A module's tests share it, since each worker takes seconds to load PyTorch."""
    async with supervised(history, engine) as supervisor:
        yield supervisor


@pytest.fixture
async def supervisor(shared_supervisor: Supervisor) -> AsyncIterator[Supervisor]:
    """Without a run. Every test ends its own; one that fails leaves none to the next."""
    yield shared_supervisor
    await shared_supervisor.stop()


@pytest.fixture
async def impatient_supervisor(
    history: History, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Supervisor]:
    """Kills a worker that does not answer as soon as a server does. One of its own: how long the shared one waits for
    what it asked a worker before would still be another's."""
    monkeypatch.setattr(warm_worker, "CANCEL_SECONDS", CANCEL_SECONDS)
    async with supervised(history, engine) as supervisor:
        yield supervisor
        await supervisor.stop()


@pytest.fixture
def as_in_a_worker() -> Iterator[None]:
    """More threads would add up sums in another order."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
