from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, make_url, text

import scripts.cluster
from app.history.history import History


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL server's database, which is for this process's tests alone."""
    # Not pytest's own folder, which each pytest that starts shuts to the user that PostgreSQL runs as beside root.
    with (
        TemporaryDirectory(prefix="threeseven-postgres-", ignore_cleanup_errors=True) as folder,
        scripts.cluster.postgres(Path(folder) / "data", keep=False) as url,
    ):
        yield make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def empty(postgres: str) -> None:
    """Drop all that is in the database."""
    engine = create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


@pytest.fixture
def empty_postgres(postgres: str) -> str:
    empty(postgres)
    return postgres


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'threeseven.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Of an empty database, of each kind."""
    found: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "empty_postgres")
    return found


@pytest.fixture
async def history(url: str, anyio_backend: str) -> AsyncIterator[History]:
    async with History.open(url) as history:
        yield history
