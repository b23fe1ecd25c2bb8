from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.history.history import History


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'threeseven.db'}"


@pytest.fixture
async def history(url: str, anyio_backend: str) -> AsyncIterator[History]:
    async with History.open(url) as history:
        yield history
