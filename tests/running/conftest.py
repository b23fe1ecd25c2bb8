from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.history.history import History
from app.running.supervisor import Supervisor


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def history(tmp_path_factory: pytest.TempPathFactory, anyio_backend: str) -> AsyncIterator[History]:
    path: Path = tmp_path_factory.mktemp("running") / "threeseven.db"
    async with History.open(f"sqlite:///{path}") as history:
        yield history


@pytest.fixture(scope="module")
async def supervisor(history: History) -> AsyncIterator[Supervisor]:
    """Shared by a module's tests, since each worker takes seconds to load PyTorch. Every test ends its own runs."""
    async with Supervisor(history, concurrent_runs=1, queued_runs=2, device="cpu", mnist_dir=None) as supervisor:
        yield supervisor
