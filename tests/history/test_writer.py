"""Losing the connection to a real PostgreSQL server, at every moment at which it can be lost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from app.history import history as history_module
from app.history import writer
from app.history.database import Database
from app.history.history import History
from app.history.lock import DatabaseInUse
from app.history.unavailable import HistoryUnavailable
from app.history.writer import DatabaseTaken, SessionWriter
from tests.conftest import Server
from tests.history.logs import finished, numbered, queued, started, steps
from tests.waiting import until

pytestmark = pytest.mark.anyio

HOLDERS = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"


@pytest.fixture
def other(empty_postgres: str) -> Iterator[Engine]:
    """Another client of the server, connected to another database of it."""
    engine = create_engine(make_url(empty_postgres).set(database="template1"), isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture
async def database(empty_postgres: str, anyio_backend: str) -> AsyncIterator[Database]:
    opened = await anyio.to_thread.run_sync(Database, empty_postgres)
    yield opened
    await anyio.to_thread.run_sync(opened.close)


def holders(other: Engine) -> list[int]:
    with other.connect() as connection:
        return list(connection.execute(text(HOLDERS)).scalars())


def cut_off(other: Engine) -> None:
    """End the session that holds the lock, and wait until it is gone."""
    with other.connect() as connection:
        ended = connection.execute(text(f"SELECT pg_terminate_backend(pid, 10000) FROM ({HOLDERS}) AS holders"))
        assert ended.scalars().all() == [True]


def insert(connection: Connection) -> str:
    connection.execute(text("INSERT INTO sweeps (id, sweep) VALUES ('a', '{}')"))
    return "inserted"


def count(connection: Connection) -> object:
    return connection.execute(text("SELECT count(*) FROM sweeps")).scalar()


async def test_between_two_writes(database: Database, other: Engine) -> None:
    before = holders(other)
    cut_off(other)
    assert await database.write(insert) == "inserted"
    assert await database.read(count) == 1
    assert len(holders(other)) == 1
    assert holders(other) != before


async def test_in_the_middle_of_a_write(database: Database, other: Engine) -> None:
    attempts = []

    def work(connection: Connection) -> str:
        attempts.append(connection)
        insert(connection)
        if len(attempts) == 1:
            cut_off(other)
        connection.execute(text("SELECT 1"))
        return "done"

    assert await database.write(work) == "done"
    assert len(attempts) == 2
    assert await database.read(count) == 1


def losing_commits(
    monkeypatch: pytest.MonkeyPatch, opened: Engine, leave: Callable[[], None], *, answered: bool
) -> None:
    """In the middle of the next commit ``leave`` is called, which ends the connection."""
    dialect = opened.dialect
    commit, commits = dialect.do_commit, []

    def lose(connection: Any) -> None:
        commits.append(connection)
        if len(commits) == 1:
            if answered:
                commit(connection)
            leave()
            connection.execute("SELECT 1")  # raises what a commit without an answer would
        commit(connection)

    monkeypatch.setattr(dialect, "do_commit", lose)


@pytest.mark.parametrize("answered", [True, False])
async def test_while_it_is_committed(
    database: Database, other: Engine, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    """Whether the server had committed or not is not told: the write is made once all the same."""
    losing_commits(monkeypatch, database._engine, lambda: cut_off(other), answered=answered)
    assert await database.write(insert) == "inserted"
    assert await database.read(count) == 1


@contextmanager
def gone(other: Engine) -> Iterator[Callable[[], None]]:
    """Gives a function that ends what writes the database and lets nobody connect to it, until the block ends."""

    def allow(connections: bool) -> None:
        with other.connect() as connection:
            connection.execute(text(f"ALTER DATABASE postgres ALLOW_CONNECTIONS {connections}"))

    def leave() -> None:
        allow(False)
        cut_off(other)

    try:
        yield leave
    finally:
        allow(True)


@pytest.mark.parametrize("answered", [True, False])
async def test_what_may_have_been_committed_is_waited_for_as_long_as_the_database_is_gone(
    database: Database, other: Engine, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    monkeypatch.setattr(writer, "RECONNECT_SECONDS", 0)
    with gone(other) as leave:
        losing_commits(monkeypatch, database._engine, leave, answered=answered)
        writing = asyncio.create_task(database.write(insert))
        await until(lambda: database.undecided)
        assert database.trouble == "The database cannot be used."
    assert await writing == "inserted"
    assert [database.undecided, database.trouble] == [None, None]
    assert await database.read(count) == 1


async def test_a_transaction_that_the_server_does_not_know_of_was_not_committed(database: Database) -> None:
    """One that was killed may have lost even its number."""

    def ask(connection: Connection) -> bool:
        connection.rollback()
        return SessionWriter._committed(connection, str(1 << 40))

    with database._engine.connect() as connection:
        assert await anyio.to_thread.run_sync(ask, connection) is False


async def test_runs_go_on_and_all_else_is_refused_while_the_database_is_gone(
    empty_postgres: str, other: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "RECONNECT_SECONDS", 0)
    monkeypatch.setattr(history_module, "RETRY_SECONDS", 0.01)
    log = numbered([started(), *(steps(step) for step in range(1, 4)), finished(3)])
    async with History.open(empty_postgres) as history:
        await history.create(queued())
        await history.create(queued("another", 2))
        for number, record in enumerate(log):
            with gone(other) as leave:
                if number % 2:
                    leave()
                else:
                    losing_commits(monkeypatch, history._database._engine, leave, answered=number % 4 == 0)
                appending = asyncio.create_task(history.append("run", [record]))
                await until(lambda: history.trouble)
                with pytest.raises(HistoryUnavailable):
                    await history.rename("another", "of a person")
            assert (await appending).seq == record.seq
            monkeypatch.undo()
            monkeypatch.setattr(writer, "RECONNECT_SECONDS", 0)
            monkeypatch.setattr(history_module, "RETRY_SECONDS", 0.01)
        assert await history.read("run", 1) == log
        assert (await history.rename("another", "of a person")).name == "of a person"


async def test_a_history_is_closed_while_what_was_written_last_is_not_known(
    empty_postgres: str, other: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "RECONNECT_SECONDS", 0)
    with gone(other) as leave:
        async with History.open(empty_postgres) as history:
            losing_commits(monkeypatch, history._database._engine, leave, answered=True)
            creating = asyncio.create_task(history.create(queued()))
            await until(lambda: history.trouble)
        with pytest.raises(HistoryUnavailable):
            await creating
    async with History.open(empty_postgres) as history:
        assert (await history.get("run")).state == "queued"


async def test_a_reader_goes_on(database: Database, other: Engine) -> None:
    def pid(connection: Connection) -> int:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())

    lost = await database.read(pid)
    with other.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend({lost}, 10000)"))
    assert await database.read(pid) != lost


async def test_where_another_server_has_been_meanwhile_nothing_is_written_any_more(
    database: Database, empty_postgres: str, other: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "RECONNECT_SECONDS", 0)
    cut_off(other)
    second = await anyio.to_thread.run_sync(Database, empty_postgres)
    with pytest.raises(DatabaseInUse, match="another server keeps its runs"):
        await database.write(insert)
    assert database.trouble is not None
    await anyio.to_thread.run_sync(second.close)
    for _ in range(2):
        with pytest.raises(DatabaseTaken, match="this one writes no more"):
            await database.write(insert)
    assert await database.read(count) == 0
    assert holders(other) == []


async def test_one_that_is_silent_for_long_is_replaced_and_writes_no_more(
    database: Database, empty_postgres: str, other: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that hangs keeps its connection."""
    monkeypatch.setattr(writer, "RECONNECT_SECONDS", 0)
    engine = create_engine(empty_postgres)
    assert not SessionWriter.end_silent(engine)
    monkeypatch.setattr(writer, "SILENT_SECONDS", 0.0)
    waits = asyncio.create_task(database.write(lambda connection: connection.execute(text("SELECT pg_sleep(0.5)"))))
    with other.connect() as connection:
        waiting = text("SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(0.5)'")
        await until(lambda: connection.scalar(waiting))
    assert not SessionWriter.end_silent(engine)  # what takes long is not silent
    await waits
    await until(lambda: SessionWriter.end_silent(engine))
    engine.dispose()
    successor = await anyio.to_thread.run_sync(Database, empty_postgres)
    with pytest.raises(DatabaseInUse):
        await database.write(insert)
    assert await successor.write(insert) == "inserted"
    await anyio.to_thread.run_sync(successor.close)
    with pytest.raises(DatabaseTaken):
        await database.write(insert)


async def test_a_database_that_is_gone_is_waited_for_and_else_said_to_be_gone(
    database: Database, other: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def allow(connections: bool) -> None:
        with other.connect() as connection:
            connection.execute(text(f"ALTER DATABASE postgres ALLOW_CONNECTIONS {connections}"))

    refused = asyncio.Event()
    loop = asyncio.get_running_loop()
    connect = SessionWriter._connect

    def noticing(self: SessionWriter, patience: float) -> Connection:
        try:
            return connect(self, patience)
        except Exception:
            loop.call_soon_threadsafe(refused.set)
            raise

    monkeypatch.setattr(SessionWriter, "_connect", noticing)
    allow(False)
    try:
        cut_off(other)
        async with anyio.create_task_group() as group:
            group.start_soon(database.write, insert)
            await refused.wait()
            allow(True)
        assert await database.read(count) == 1
        monkeypatch.setattr(writer, "RECONNECT_SECONDS", 0)
        allow(False)
        cut_off(other)
        with pytest.raises(HistoryUnavailable, match="not currently accepting connections"):
            await database.write(insert)
        assert database.trouble is not None
    finally:
        allow(True)
    await database.check()
    assert database.trouble is None
    assert len(holders(other)) == 1


async def test_it_is_noticed_while_nothing_is_written(
    empty_postgres: str, other: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "CHECK_SECONDS", 0.01)
    checked = asyncio.Event()
    check = Database.check

    async def noticing(self: Database) -> None:
        await check(self)
        checked.set()

    monkeypatch.setattr(Database, "check", noticing)
    async with History.open(empty_postgres):
        await anyio.to_thread.run_sync(cut_off, other)
        for _ in range(2):  # the first may have been under way before
            checked.clear()
            await checked.wait()
        assert len(holders(other)) == 1


async def test_a_log_goes_on_without_a_lost_or_doubled_record(empty_postgres: str, other: Engine) -> None:
    log = numbered([started(), *(steps(step) for step in range(1, 20)), finished(19)])
    async with History.open(empty_postgres) as history:
        await history.create(queued())
        for record in log:
            if record.seq % 5 == 0:
                cut_off(other)
            await history.append("run", [record])
        assert (await history.read("run", 1)) == log
    async with History.open(empty_postgres) as history:
        assert (await history.read("run", 1)) == log


def test_a_server_goes_on_training(
    serve: Callable[..., AbstractContextManager[Server]], tmp_path: Path, empty_postgres: str, other: Engine
) -> None:
    with serve(tmp_path, "--database-url", empty_postgres) as server, server.client() as client:
        run = server.start(epochs=3, steps_per_second=100)["id"]
        server.until(run, "Steps")
        cut_off(other)
        assert server.until(run, "RunFinished")
        steps = client.get(f"/api/runs/{run}/metrics").json()["step"]
    assert steps == list(range(1, 148))
