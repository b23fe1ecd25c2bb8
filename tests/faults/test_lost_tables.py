"""Tables and columns that another program has removed, under a running server and before one starts."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from app.history.history import History
from app.history.schema import metadata
from app.history.unavailable import HistoryUnavailable
from app.sweep import Sweep
from tests.conftest import Server
from tests.history.logs import finished, numbered, queued, started

TABLES = [table.name for table in metadata.sorted_tables]


UNASKED = {"entries", "writer", "controls"}
"""What these hold is read when a server starts."""


def remove(folder: Path, statement: str) -> None:
    other = sqlite3.connect(folder / "threeseven.db", isolation_level=None, timeout=30)
    other.execute(statement)
    other.close()


def asked(client: httpx.Client, run: str) -> dict[str, httpx.Response]:
    """One answer of each kind of question."""
    requests: list[tuple[str, str, Any]] = [
        ("GET", "/api/runs", None),
        ("GET", f"/api/runs/{run}", None),
        ("GET", f"/api/runs/{run}/epochs", None),
        ("GET", f"/api/runs/{run}/metrics?format=csv", None),
        ("GET", f"/api/runs/{run}/model", None),
        ("GET", "/api/sweeps", None),
        ("GET", "/api/drawings", None),
        ("GET", "/api/lessons/your-turn/entries", None),
        ("GET", "/api/storage", None),
        ("GET", "/readyz", None),
        ("POST", "/api/runs", {"preset": "textbook", "epochs": 1}),
        ("POST", "/api/drawings", {"drawings": [{"label": 3, "pixels": [0] * 784}]}),
        ("PATCH", f"/api/runs/{run}", {"name": "Other"}),
        ("DELETE", f"/api/runs/{run}", None),
        ("GET", "/healthz", None),
    ]
    return {f"{method} {path}": client.request(method, path, json=body) for method, path, body in requests}


@pytest.mark.parametrize("table", [table for table in TABLES if table not in UNASKED])
def test_under_a_running_server_what_needs_it_is_refused_with_the_reason(
    serve: Callable[..., AbstractContextManager[Server]], tmp_path: Path, table: str
) -> None:
    """And no traceback is written, for which each server of the tests is looked at as it ends."""
    with serve(tmp_path) as server, server.client() as client:
        run = server.start()["id"]
        server.until(run, "RunFinished")
        remove(tmp_path, f"DROP TABLE {table}")
        answers = asked(client, str(run))
        for path, answer in answers.items():
            assert answer.status_code < 500 or answer.status_code == 503, (path, answer.text)
            if answer.status_code == 503:
                assert answer.headers["content-type"] == "application/problem+json", path
                assert str(tmp_path) not in answer.text
        assert any("lacks a table" in answer.text for answer in answers.values() if answer.status_code == 503)
        with connect(f"{server.ws}/ws/runs/{run}") as viewer:
            try:
                while True:
                    viewer.recv(timeout=30)
            except ConnectionClosed:
                pass
        assert answers["GET /healthz"].status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize("table", TABLES)
async def test_a_history_without_it_says_so_as_it_opens_or_is_used(tmp_path: Path, table: str) -> None:
    url = f"sqlite:///{tmp_path}/threeseven.db"
    async with History.open(url) as history:
        await history.create(queued())
        await history.append("run", numbered([started(), finished(1)]))
    await anyio.to_thread.run_sync(remove, tmp_path, f"DROP TABLE {table}")
    with pytest.raises(HistoryUnavailable, match=table):
        await use(url)


async def use(url: str) -> None:
    """All that a history does."""
    async with History.open(url) as history:
        await history.read("run", 0)
        await history.checkpoint("run")
        await history.sweeps()
        await history.drawings(1, 0)
        await history.entries()
        await history.storage()
        await history.given_controls()
        await history.create_many([queued("more")], Sweep(id="one", axes={"seed": [0]}, created=1.0))
        await history.append("more", numbered([started("more"), finished(1)]))


@pytest.mark.anyio
async def test_a_column_is_named_as_well(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/threeseven.db"
    async with History.open(url) as history:
        await history.create(queued())
        await anyio.to_thread.run_sync(remove, tmp_path, "ALTER TABLE runs RENAME COLUMN run TO other")
        with pytest.raises(HistoryUnavailable, match="lacks a table or a column"):
            await history.create(queued("other"))
        with pytest.raises(HistoryUnavailable, match="lacks a table or a column"):
            await history.runs()
