"""What a server keeps can be read beside it, without a trace."""

import os
import sqlite3
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from app.checkpoint import Checkpoint
from app.history import store
from app.history.history import History
from app.history.read_only import reading
from app.history.unavailable import HistoryUnavailable
from tests.history.logs import numbered, queued, started, weights

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def kept(url):
    async with History.open(url) as history:
        await history.create(queued())
        await history.append("run", numbered([started(), weights(0)]))
        await history.save_checkpoint("run", Checkpoint(step=1, epoch=1, kept=True, data=b"model"))
        yield history


def newest(url):
    with reading(url) as connection:
        live = store.live_run(connection)
        assert live is not None
        found = store.get_checkpoint(connection, live, None)
        assert found is not None
        return live, found.data


async def test_a_database_is_read_while_a_server_holds_it_and_after(url):
    async with kept(url) as history:
        assert newest(url) == ("run", b"model")
        await history.rename("run", "the server goes on writing")
    assert newest(url) == ("run", b"model")


def there(file):
    return sorted(os.listdir(file.parent)), file.read_bytes()


async def test_it_leaves_a_file_and_its_folder_as_they_were(sqlite_url):
    async with kept(sqlite_url):
        pass
    file = Path(make_url(sqlite_url).database or "")
    before = there(file)
    assert newest(sqlite_url) == ("run", b"model")
    with pytest.raises(HistoryUnavailable, match="readonly"), reading(sqlite_url) as connection:
        connection.execute(text("DELETE FROM runs"))
    assert there(file) == before


def test_no_database_is_made(tmp_path):
    with pytest.raises(HistoryUnavailable, match="is not there"), reading(f"sqlite:///{tmp_path / 'data' / 'no.db'}"):
        pass
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("said", ["0001", "9999", None])
def test_a_database_of_another_version_is_said(tmp_path, said):
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num)" if said else "CREATE TABLE runs (id)")
        if said:
            connection.execute("INSERT INTO alembic_version VALUES (?)", (said,))
    connection.close()
    means = "threeseven serve brings it up to date" if said == "0001" else "another program or version"
    with pytest.raises(HistoryUnavailable, match=means), reading(f"sqlite:///{file}"):
        pass


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite://", "postgresql://nobody@127.0.0.1:1/none"])
def test_what_is_no_database_is_said(url):
    with pytest.raises(HistoryUnavailable), reading(url):
        pass


def test_garbage_is_said(tmp_path):
    (tmp_path / "garbage.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(HistoryUnavailable, match="cannot be read"), reading(f"sqlite:///{tmp_path / 'garbage.db'}"):
        pass
