"""A database of before, which cannot give single pages back to the disk."""

import gzip
import json
import sqlite3
from pathlib import Path

import pytest

from app.history import history as history_module
from app.history.database import Database
from app.history.history import History
from app.history.limits import Limits
from tests.faults.conftest import SmallDisk
from tests.history.logs import finished, numbered, queued, started, weights
from tests.waiting import until

pytestmark = pytest.mark.anyio

DATA = Path(__file__).parent.parent / "data"
RUNS: dict[str, str] = json.loads((DATA / "history-0001.json").read_text())
AT_ONCE = Limits(undo_seconds=0)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "CHECK_SECONDS", 0.02)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each look at the database."""
    made: list[None] = []
    verify = Database.verify

    async def counting(self: Database) -> None:
        made.append(None)
        await verify(self)

    monkeypatch.setattr(Database, "verify", counting)
    return made


def put(folder: Path) -> Path:
    file = folder / "threeseven.db"
    file.write_bytes(gzip.decompress((DATA / "history-0001.db.gz").read_bytes()))
    return file


def incremental(file: Path) -> bool:
    return int.from_bytes(file.read_bytes()[64:68], "big") != 0


async def grow(history: History, run: str, megabytes: int = 4) -> None:
    await history.create(queued(run))
    images = [weights(step, 50_000) for step in range(20 * megabytes)]
    await history.append(run, numbered([started(run), *images, finished(1)]))


async def looked_again(checks: list[None]) -> None:
    seen = len(checks)
    await until(lambda: len(checks) > seen + 3)


async def test_it_is_written_anew_at_a_quiet_moment_and_shrinks_from_then_on(
    tmp_path: Path, checks: list[None], caplog: pytest.LogCaptureFixture
) -> None:
    file = put(tmp_path)
    before = file.stat().st_size
    async with History.open(f"sqlite:///{file}", AT_ONCE) as history:
        listed = [run.id for run in (await history.runs())[0]]
        left = await history.active()
        for run in left:
            await history.append(run.id, numbered([started(run.id), finished(1)], run.seq + 1))
        logs = {run: await history.read(run, 0, 1 << 30) for run in RUNS.values()}
        await grow(history, "large")
        await history.create(queued("busy"))
        await history.delete("large")
        await looked_again(checks)
        assert not incremental(file)
        await history.append("busy", numbered([started("busy"), finished(1)]))
        await until(lambda: "Wrote the database anew" in caplog.text)
        await looked_again(checks)
        assert file.stat().st_size < before + 200_000
        assert [run.id for run in (await history.runs())[0]] == ["busy", *listed]
        assert {run: await history.read(run, 0, 1 << 30) for run in RUNS.values()} == logs
        await grow(history, "another")
        await history.delete("another")
        await until(lambda: file.stat().st_size < before + 200_000)
        assert history.trouble is None
    assert [record.message[:25] for record in caplog.records] == ["Wrote the database anew, "]
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


async def test_it_stays_as_it_is_where_there_is_no_room(disk: SmallDisk, checks: list[None]) -> None:
    file = put(disk.folder)
    async with History.open(disk.url, AT_ONCE) as history:
        for run in await history.active():
            await history.append(run.id, numbered([started(run.id), finished(1)], run.seq + 1))
        await grow(history, "kept", 6)
        await grow(history, "large", 6)
        disk.fill(leave=8 << 20)
        await history.delete("large")
        await looked_again(checks)
        assert not incremental(file)
        disk.empty()
        await until(lambda: incremental(file))
        assert len(await history.read("kept", 0, 1 << 30)) == 123
