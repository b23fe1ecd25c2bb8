"""What others may do to the database file under a running server."""

import asyncio
import errno
import json
import os
import shutil
import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import anyio
import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from app.history import engine as engine_module
from app.history import history as history_module
from app.history.database import Database
from app.history.history import History
from app.history.limits import Limits
from app.history.unavailable import HistoryUnavailable, WriteRefused
from tests.conftest import Server
from tests.history.logs import finished, numbered, queued, started, steps
from tests.waiting import until

pytestmark = pytest.mark.anyio

CHECK_SECONDS = history_module.CHECK_SECONDS


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "RETRY_SECONDS", 0.02)
    monkeypatch.setattr(history_module, "CHECK_SECONDS", 0.02)
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0.02)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "threeseven.db"


def test_that_is_looked_at_often_enough() -> None:
    """Within 5 s, the README says. Here it is looked at more often."""
    assert CHECK_SECONDS <= 4


def locked(file: Path) -> sqlite3.Connection:
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other


async def test_while_another_program_has_locked_it_runs_wait(file: Path) -> None:
    async with History.open(f"sqlite:///{file}") as history:
        await history.create(queued())
        other = locked(file)
        storing = asyncio.create_task(history.append("run", numbered([started(), finished(1)])))
        await until(lambda: history.trouble == "The database is locked by another program.")
        assert (await history.get("run")).state == "queued"
        assert len((await history.runs())[0]) == 1
        with pytest.raises(WriteRefused, match="locked by another program"):
            await history.rename("run", "other")
        other.close()
        assert (await storing).state == "finished"
        assert history.trouble is None


async def test_it_opens_while_another_program_has_locked_it(file: Path) -> None:
    async with History.open(f"sqlite:///{file}") as history:
        await history.create(queued())
    other = locked(file)
    async with History.open(f"sqlite:///{file}") as history:
        assert history.trouble == "The database is locked by another program."
        assert len(await history.active()) == 1
        other.close()
        await until(lambda: history.trouble is None)


def replaced(file: Path) -> None:
    other = file.with_name("other")
    sqlite3.connect(other).execute("CREATE TABLE a (b)").connection.close()
    other.replace(file)


def copied_over(file: Path) -> None:
    other = file.with_name("other")
    sqlite3.connect(other).execute("CREATE TABLE a (b)").connection.close()
    shutil.copyfile(other, file)


@pytest.fixture
def closed_folder(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """What `chmod 0` does to a folder for everybody but root, who runs these tests in a container."""
    stat = os.stat

    def close(file: Path) -> None:
        def refuse(path: Any, **options: Any) -> os.stat_result:
            if os.fspath(file) in str(path):
                raise PermissionError(errno.EACCES, "Permission denied", path)
            return stat(path, **options)

        monkeypatch.setattr(os, "stat", refuse)

    return close


def restored(file: Path) -> None:
    """By SQLite itself."""
    copy = sqlite3.connect(file.with_name("copy"))
    with sqlite3.connect(file) as other:
        copy.backup(other)
    other.close()
    copy.close()


FAULTS: list[Callable[[Path], object]] = [
    lambda file: file.unlink(),
    lambda file: file.rename(file.with_name("elsewhere")),
    lambda file: shutil.rmtree(file.parent),
    lambda file: Path(f"{file}-wal").unlink(),
    lambda file: file.write_bytes(b"garbage" * 10_000),
    lambda file: os.truncate(file, 0),
    replaced,
    copied_over,
    restored,
]
NAMES = ["deleted", "moved", "folder", "log", "garbage", "truncated", "replaced", "copied over", "restored"]


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
async def test_a_file_that_is_not_the_one_that_was_opened_is_noticed(
    tmp_path: Path, fault: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "data" / "threeseven.db"
    async with History.open(f"sqlite:///{file}") as history:
        await history.create(queued())
        with sqlite3.connect(file) as source:
            source.backup(target := sqlite3.connect(file.with_name("copy")))
        source.close()
        target.execute("PRAGMA user_version=5").connection.close()
        run = await history.append("run", numbered([started(), steps(1)]))
        waiting = asyncio.create_task(history.wait("run", run.seq))
        await anyio.to_thread.run_sync(fault, file)
        await until(lambda: "nothing is kept any more" in (history.trouble or ""))
        await waiting
        for asked in (
            history.append("run", numbered([finished(1)], 4)),
            history.create(queued("other")),
            history.get("run"),
            history.read("run", 3),
            history.runs(),
        ):
            with pytest.raises(HistoryUnavailable, match=r"has (been deleted|been overwritten|lost its)"):
                await asked
    assert [r.levelname for r in caplog.records].count("ERROR") == 1


@pytest.mark.parametrize("fault", FAULTS, ids=NAMES)
async def test_giving_room_back_does_not_take_another_file_for_damage(
    tmp_path: Path, fault: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    """Where it is what meets the fault first, before the watch over the file looks again."""
    file = tmp_path / "data" / "threeseven.db"
    file.parent.mkdir()
    sqlite3.connect(file.with_name("copy")).execute("PRAGMA user_version=5").connection.close()
    database = await anyio.to_thread.run_sync(Database, f"sqlite:///{file}")
    try:
        await database.write(lambda connection: connection.exec_driver_sql("CREATE TABLE filler (bytes)"))
        await database.write(
            lambda connection: connection.exec_driver_sql("INSERT INTO filler VALUES (zeroblob(200000))")
        )
        await database.write(lambda connection: connection.exec_driver_sql("DROP TABLE filler"))
        other = sqlite3.connect(file)  # which makes the next look read the file, and not what is in memory of it
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
        await anyio.to_thread.run_sync(fault, file)
        await database.rebuild(0)
        assert not await database.shrink()
        await database.verify()
        assert "nothing is kept any more" in (database.trouble or "")
    finally:
        await anyio.to_thread.run_sync(database.close)
    (said,) = caplog.records
    assert "Nothing can be written" in said.message


@pytest.mark.parametrize("fault", [Path.unlink, lambda log: log.rename(log.with_name("elsewhere"))])
async def test_a_lost_log_is_named_and_what_it_held_is_saved_at_the_end(
    file: Path, fault: Callable[[Path], object]
) -> None:
    async with History.open(f"sqlite:///{file}") as history:
        await history.create(queued())
        await history.append("run", numbered([started(), steps(1)]))
        await anyio.to_thread.run_sync(fault, Path(f"{file}-wal"))
        await until(lambda: "lost its write-ahead log" in (history.trouble or ""))
    async with History.open(f"sqlite:///{file}") as history:
        assert (await history.get("run")).seq == 3
        assert history.trouble is None


@pytest.mark.parametrize("then", ["closed", "written", "noticed"])
async def test_nothing_is_written_into_what_has_overwritten_it(file: Path, then: str) -> None:
    other = file.with_name("other")
    foreign = sqlite3.connect(other)
    foreign.execute("CREATE TABLE notes (text)")
    foreign.executemany("INSERT INTO notes VALUES (?)", [("mine" * 100,)] * 1000)
    foreign.commit()
    foreign.close()
    async with History.open(f"sqlite:///{file}") as history:
        for number in range(40):
            await history.create(queued(f"run-{number}", name="x" * 2000))
        await anyio.to_thread.run_sync(shutil.copyfile, other, file)
        if then == "written":
            with pytest.raises(HistoryUnavailable, match="has been overwritten"):
                await history.create(queued("late"))
        elif then == "noticed":
            await until(lambda: history.trouble is not None)
    assert await anyio.Path(file).read_bytes() == await anyio.Path(other).read_bytes()
    found = sqlite3.connect(file)
    assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert found.execute("SELECT count(*) FROM notes").fetchone() == (1000,)
    found.close()


async def test_a_folder_that_may_not_be_looked_into_any_more_is_noticed(
    file: Path, closed_folder: Callable[[Path], None]
) -> None:
    async with History.open(f"sqlite:///{file}") as history:
        await history.create(queued())
        closed_folder(file)
        await until(lambda: "nothing is kept any more" in (history.trouble or ""))


async def test_the_watch_over_the_file_goes_on_after_an_error(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with History.open(f"sqlite:///{file}") as history:
        with monkeypatch.context() as patched:
            patched.setattr(os.path, "samestat", lambda *_: 1 / 0)  # an error that nobody has thought of
            await until(lambda: "ZeroDivisionError" in caplog.text)
        await anyio.to_thread.run_sync(file.unlink)
        await until(lambda: "nothing is kept any more" in (history.trouble or ""))


async def test_a_damaged_list_of_free_pages_is_said_once_and_ends_no_watch(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with History.open(f"sqlite:///{file}") as history:
        await history.create(queued())
        await history.append("run", numbered([started(), finished(1)]))
    free_pages_of(file, 50)
    async with History.open(f"sqlite:///{file}", Limits(undo_seconds=0)) as history:
        await until(lambda: "list of free pages is damaged" in caplog.text)
        with suppress(HistoryUnavailable):
            await history.delete("run")
        await anyio.to_thread.run_sync(file.unlink)
        await until(lambda: "nothing is kept any more" in (history.trouble or ""))
    assert len(caplog.records) <= 3
    assert not any(record.exc_info for record in caplog.records)


def free_pages_of(file: Path, pages: int) -> None:
    """Give the file so many free pages, and make the first of their list unreadable."""
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE filler (bytes)")
    other.executemany("INSERT INTO filler VALUES (?)", [(bytes(3500),)] * pages)
    other.execute("DROP TABLE filler")
    other.commit()
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    other.close()
    data = bytearray(file.read_bytes())
    trunk = int.from_bytes(data[32:36], "big")
    assert trunk
    begin = (trunk - 1) * int.from_bytes(data[16:18], "big")
    data[begin : begin + 8] = b"\xff" * 8
    file.write_bytes(data)


async def test_an_error_that_is_raised_again_and_again_gathers_nothing(file: Path) -> None:
    """Each traceback would hold all that was in the frames of those before it, for as long as the file is gone."""
    async with History.open(f"sqlite:///{file}") as history:
        await history.create(queued())
        await anyio.to_thread.run_sync(file.unlink)
        await until(lambda: history.trouble is not None)
        lengths = set()
        for _ in range(5):
            with pytest.raises(HistoryUnavailable) as unavailable:
                await history.get("run")
            lengths.add(len(unavailable.traceback))
    assert len(lengths) == 1


@pytest.mark.parametrize("another", [False, True])
async def test_no_new_connection_is_to_another_file(file: Path, another: bool) -> None:
    """One would make an empty file where there is none, and go on to read it once the right one is back."""
    async with History.open(f"sqlite:///{file}") as history:
        await history.create(queued())
        moved = await anyio.to_thread.run_sync(file.rename, file.with_name("elsewhere"))
        if another:
            await anyio.to_thread.run_sync(file.write_bytes, b"")
        await asyncio.gather(*(history.runs() for _ in range(50)), return_exceptions=True)
        left = await anyio.to_thread.run_sync(lambda: file.read_bytes() if file.exists() else None)
        assert left == (b"" if another else None)
        await anyio.to_thread.run_sync(moved.rename, file)
        await until(lambda: history.trouble is None)
        for listed, _ in await asyncio.gather(*(history.runs() for _ in range(50))):
            assert [run.id for run in listed] == ["run"]


async def test_a_file_that_is_put_back_goes_on(file: Path) -> None:
    async with History.open(f"sqlite:///{file}") as history:
        await history.create(queued())
        moved = await anyio.to_thread.run_sync(file.rename, file.with_name("elsewhere"))
        await until(lambda: history.trouble is not None)
        await anyio.to_thread.run_sync(moved.rename, file)
        await until(lambda: history.trouble is None)
        await history.append("run", numbered([started(), finished(1)]))
    async with History.open(f"sqlite:///{file}") as history:
        assert (await history.get("run")).state == "finished"


def test_a_server_says_that_its_database_is_gone(
    serve: Callable[..., AbstractContextManager[Server]], tmp_path: Path
) -> None:
    with serve(tmp_path, heartbeat="0.05") as server, server.client() as client:
        run = server.start(epochs=1000, pace="slow")["id"]
        server.until(run, "RunStarted")
        with connect(f"{server.ws}/ws/runs/{run}", max_queue=None) as viewer, connect(f"{server.ws}/ws") as page:
            (tmp_path / "threeseven.db").unlink()
            while "deleted" not in (json.loads(page.recv())["trouble"] or ""):
                pass
            with pytest.raises(ConnectionClosedError) as closed:
                deque(viewer, 0)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1011
        assert "deleted or replaced" in closed.value.rcvd.reason
        assert "deleted or replaced" in client.get("/readyz").text
        for path in (f"/api/runs/{run}", "/api/runs"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert "nothing is kept any more" in answer.json()["detail"]
            assert str(tmp_path) not in answer.text  # where the database is, visitors need not know
        answer = client.post("/api/runs", json={})
        assert answer.status_code == 503
        assert str(tmp_path) not in answer.text
