import re
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from sqlalchemy import Connection, create_engine, text

from app.history.database import Database
from app.history.history import History
from app.history.lock import DatabaseInUse
from app.history.unavailable import HistoryUnavailable
from app.history.writer import FileWriter, SessionWriter
from tests.history.logs import queued

pytestmark = pytest.mark.anyio

OPENER = """
import asyncio, sys
from app.history.history import History
from tests.history.logs import queued
async def main():
    async with History.open(sys.argv[1]) as history:
        await history.create(queued(sys.argv[2]))
        print("open", flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


def opener(url: str, run: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", OPENER, url, run], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_the_file_and_its_folder_are_made(sqlite_url: str) -> None:
    Database(sqlite_url).close()
    assert Path(sqlite_url.removeprefix("sqlite:///")).is_file()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1), ("busy_timeout", 5000)]
)
async def test_sqlite_is_set_up_for_one_writer_and_many_readers(sqlite_url: str, pragma: str, value: object) -> None:
    def ask(connection: Connection) -> object:
        return connection.execute(text(f"PRAGMA {pragma}")).scalar()

    database = await anyio.to_thread.run_sync(Database, sqlite_url)
    try:
        assert await database.read(ask) == value
        assert await database.write(ask) == value
    finally:
        await anyio.to_thread.run_sync(database.close)


async def test_a_failed_write_leaves_nothing_behind(url: str) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(text("INSERT INTO runs (id, state, run) VALUES ('a', 'queued', '{}')"))
        raise ZeroDivisionError

    database = await anyio.to_thread.run_sync(Database, url)
    try:
        with pytest.raises(ZeroDivisionError):
            await database.write(fail)
        assert await database.read(lambda c: c.execute(text("SELECT count(*) FROM runs")).scalar()) == 0
    finally:
        await anyio.to_thread.run_sync(database.close)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
async def test_a_database_without_a_file_is_refused(url: str) -> None:
    with pytest.raises(HistoryUnavailable, match="needs one"):
        async with History.open(url):
            pass


async def test_of_two_processes_that_start_at_once_one_waits_for_the_other_to_go(url: str) -> None:
    both = [opener(url, "first"), opener(url, "second")]
    for process in both:
        assert process.stdin is not None
        process.stdin.close()  # each goes as soon as it has been in
    for process in both:
        with process:
            assert process.wait() == 0
    async with History.open(url) as history:
        runs, _ = await history.runs()
        assert {run.id for run in runs} == {"first", "second"}


async def test_a_database_in_use_is_refused_with_what_to_do(url: str) -> None:
    with opener(url, "first") as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        engine = create_engine(url)
        writer = FileWriter if engine.dialect.name == "sqlite" else SessionWriter
        named = re.escape(engine.url.database or "" if writer is FileWriter else engine.url.render_as_string())
        with pytest.raises(DatabaseInUse, match=rf"another server .*{named}.*--data-dir"):
            writer(engine, patience=0)
        first.kill()
        first.wait()
        writer(engine).close()
        engine.dispose()


async def test_no_file_that_can_be_deleted_lets_a_second_server_in(sqlite_url: str, anyio_backend: str) -> None:
    with opener(sqlite_url, "first") as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        folder = anyio.Path(sqlite_url.removeprefix("sqlite:///")).parent
        async for file in folder.iterdir():
            if file.suffix in (".lock", ".ballast"):
                await file.unlink()
        engine = create_engine(sqlite_url)
        with engine.connect() as connection:  # a reader that comes and goes does not free it either
            assert connection.execute(text("SELECT count(*) FROM runs")).scalar() == 1
        engine.dispose()
        with pytest.raises(DatabaseInUse):
            FileWriter(engine, patience=0)
        first.kill()


async def test_what_lies_beside_the_database_is_not_blamed_on_it(sqlite_url: str) -> None:
    file = anyio.Path(sqlite_url.removeprefix("sqlite:///") + ".lock")
    await file.parent.mkdir()
    await file.write_bytes(b"garbage" * 1000)
    async with History.open(sqlite_url) as history:
        await history.create(queued())


async def test_what_was_stored_outlives_a_killed_process(url: str) -> None:
    with opener(url, "first") as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        first.kill()
    async with History.open(url) as history:
        assert (await history.get("first")).name == queued("first").name
