"""How much runs take, what is removed when that is too much, and taking back a deletion."""

import asyncio
import time

import anyio
import pytest
from sqlalchemy import create_engine, text

from app.checkpoint import Checkpoint
from app.events import Origin
from app.history import deletion
from app.history.history import History, UnknownRun, UnknownSweep
from app.history.limits import Limits, NoRoom
from app.history.sizes import ROW_BYTES, readable
from app.recipe import Recipe
from app.storage import Storage
from app.sweep import SWEEP_BYTES, Sweep
from tests.history.logs import finished, numbered, queued, started, steps, weights, whole_run
from tests.waiting import until

pytestmark = pytest.mark.anyio

MODEL = 40_000
"""Bytes of each run's model here; its log takes about 5 kB."""


async def ended(history: History, run: str, origin: Origin = "person") -> None:
    await history.create(queued(run, origin=origin))
    await history.save_checkpoint(run, Checkpoint(step=0, epoch=0, kept=True, data=bytes(MODEL)))
    await history.append(run, numbered(whole_run(run)))


def taken(url: str) -> int:
    """What is there, counted."""
    engine = create_engine(url)
    with engine.connect() as connection:
        sums = [
            connection.execute(text(f"SELECT coalesce(sum(length(data) + {ROW_BYTES}), 0) FROM {table}")).scalar_one()
            for table in ("events", "checkpoints")
        ]
    engine.dispose()
    return int(sum(sums))


async def listed(history: History) -> list[str]:
    return [run.id for run in (await history.runs())[0]]


async def settled(history: History, deleted: int = 0) -> Storage:
    """Once runs take no more than they may, and no more than ``deleted`` can still be restored."""

    async def within() -> Storage | None:
        storage = await history.storage()
        few = storage.bytes <= (storage.keep_bytes or storage.bytes) and len(storage.deleted) <= deleted
        return storage if few and not history.purging else None

    return await until(within)


async def test_what_runs_take_is_known_at_every_moment(url: str) -> None:
    async with History.open(url) as history:

        async def check() -> None:
            assert history.bytes == taken(url)

        await history.create_many([queued("a"), queued("b")])
        await check()
        await history.append_many([("a", numbered([started("a"), weights(0)])), ("b", numbered([started("b")]))])
        await check()
        for size in (10, 500):  # the second replaces the first
            await history.save_checkpoint("a", Checkpoint(step=0, epoch=0, kept=True, data=bytes(size)))
            await check()
        await history.save_checkpoint("a", Checkpoint(step=1, epoch=0, kept=False, data=bytes(100)))
        await history.rename("a", "mine")
        await history.append("a", numbered([steps(1), finished(1)], 4))
        await check()
        await history.delete("a")
        await check()
        await history.purge(["a"])
        await check()
        before = history.bytes
        assert before > 0
    async with History.open(url) as history:
        assert history.bytes == before


async def test_a_deleted_run_is_gone_at_once_and_can_be_restored(url: str) -> None:
    async with History.open(url) as history:
        await ended(history, "a")
        await ended(history, "b")
        before, log = await history.get("b"), await history.read("b", 0)
        asked = time.time()
        until = await history.delete("b")
        assert until is not None
        assert asked + 600 <= until <= time.time() + 600
        for call in (
            history.get("b"),
            history.read("b", 0),
            history.wait("b", 0),
            history.checkpoint("b"),
            history.weights("b"),
            anext(history.epochs("b")),
            anext(history.steps("b")),
            history.rename("b", "x"),
            history.delete("b"),
        ):
            with pytest.raises(UnknownRun):
                await call
        assert await listed(history) == ["a"]
        assert await history.equal_runs(before.recipe_key) == [await history.get("a")]
        assert await history.live() == await history.get("a")
        assert [(run.id, run.until) for run in (await history.storage()).deleted] == [("b", until)]
    async with History.open(url) as history:
        with pytest.raises(UnknownRun):
            await history.get("b")
        assert await history.restore("b") == before
        assert await history.read("b", 0) == log
        assert await history.checkpoint("b") is not None
        assert await listed(history) == ["b", "a"]
        assert await history.live() == before
        assert (await history.storage()).deleted == []
        assert await history.restore("b") == before
        with pytest.raises(UnknownRun):
            await history.restore("none")
    async with History.open(url) as history:
        assert await history.get("b") == before


async def test_lists_are_told_of_deletion_and_return(history: History) -> None:
    await ended(history, "run")
    number = history.changes.number
    await history.delete("run")
    assert [now for _, _, now in history.changes.after(number) or ()] == [None]
    run = await history.restore("run")
    assert [now for _, _, now in history.changes.after(number) or ()] == [run]


async def test_lists_are_told_of_all_that_are_restored_at_once(history: History) -> None:
    for run in "abc":
        await ended(history, run)
    await history.delete_many(["a", "b", "c"])
    number = history.changes.number

    async def first_news() -> set[str]:
        await history.changes.wait(number)
        return {run for _, run, _ in history.changes.after(number) or ()}

    news = asyncio.create_task(first_news())
    await asyncio.sleep(0)  # it waits
    await history.restore_many(["a", "b", "c"])
    assert await news == {"a", "b", "c"}


async def test_several_are_deleted_and_restored_at_once(history: History) -> None:
    for run in "abc":
        await ended(history, run)
    await history.create(queued("waiting"))
    deleted, until = await history.delete_many(["c", "waiting", "none", "a", "c"])
    assert deleted == ["c", "a"]
    assert until is not None
    assert await listed(history) == ["waiting", "b"]
    assert {run.until for run in (await history.storage()).deleted} == {until}
    assert await history.delete_many(["a", "waiting"]) == ([], None)
    assert await history.restore_many(["a", "b", "c", "none"]) == ["a", "c"]
    assert await listed(history) == ["waiting", "c", "b", "a"]


@pytest.mark.parametrize("reopened", [False, True])
async def test_after_the_time_it_is_removed_for_good(url: str, reopened: bool) -> None:
    limits = Limits(undo_seconds=0.02)
    async with History.open(url, Limits() if reopened else limits) as history:
        await ended(history, "a")
        await ended(history, "b")
        await history.delete("a")
        if not reopened:
            await settled(history)
    async with History.open(url, limits) as history:
        await settled(history)
        with pytest.raises(UnknownRun):
            await history.restore("a")
        assert history.bytes == taken(url)
        assert await listed(history) == ["b"]
        assert (await history.storage()).removed == []  # somebody asked for it


async def test_a_sweep_is_deleted_and_restored_with_its_members(history: History) -> None:
    sweep = Sweep(id="s", axes={"seed": [1, 2]}, created=5.0)
    await history.create_many([queued("a", sweep="s"), queued("b", sweep="s")], sweep)
    await history.append_many([(run, numbered(whole_run(run))) for run in "ab"])
    before = await history.sweep("s")
    await history.delete_sweep("s")
    assert await history.sweeps() == ([], None)
    for call in (history.sweep("s"), history.delete_sweep("s")):
        with pytest.raises(UnknownSweep):
            await call
    assert await history.restore_sweep("s") == before
    assert await history.sweeps() == ([sweep], None)
    await history.delete("a")
    assert (await history.sweep("s"))[1] == before[1][1:]
    await history.delete("b")
    await history.purge(["a", "b"])
    with pytest.raises(UnknownSweep):
        await history.restore_sweep("s")


async def test_nothing_is_removed_without_a_limit(history: History) -> None:
    for run in "abc":
        await ended(history, run)
    storage = await history.storage()
    assert (storage.keep_bytes, storage.removed) == (None, [])
    assert await listed(history) == ["c", "b", "a"]


async def test_the_oldest_lose_their_models_first_and_then_go(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with History.open(url, Limits(keep_bytes=3 * MODEL)) as history:
        for run in "abc":
            await ended(history, run)
        storage = await settled(history)
        assert [(each.run, each.what) for each in storage.removed] == [("a", "models")]
        assert storage.removed[0].bytes == MODEL + ROW_BYTES
        assert (await history.get("a")).models_removed
        assert await history.checkpoint("a") is None
        assert len(await history.read("a", 0)) == 16
        await ended(history, "d")
        assert (await settled(history)).removed[0].run == "b"
    assert "Removed the models of run a (textbook a, 40.1 kB) to keep within the 120 kB of --keep-bytes." in caplog.text
    async with History.open(url, Limits(keep_bytes=10_000)) as history:
        storage = await after_removals(history, 6)
        assert [(each.run, each.what) for each in storage.removed[::-1]] == [
            ("a", "models"), ("b", "models"), ("c", "models"), ("a", "run"), ("b", "run"), ("c", "run"),
        ]  # fmt: skip
        assert await listed(history) == ["d"]  # the live one stays, with its model
        assert await history.checkpoint("d") is not None
        assert history.bytes == taken(url) > 10_000
        await until(lambda: "Runs take" in caplog.text)


async def after_removals(history: History, count: int) -> Storage:
    async def removed() -> Storage | None:
        return storage if len((storage := await history.storage()).removed) >= count else None

    return await until(removed)


async def test_named_lesson_and_active_runs_stay(url: str) -> None:
    async with History.open(url) as history:
        await ended(history, "named")
        await history.rename("named", "mine")
        await ended(history, "lesson", origin="lesson")
        await ended(history, "plain")
        await history.create(queued("active"))
        await history.append("active", numbered([started("active")]))
        await ended(history, "newest")
    async with History.open(url, Limits(keep_bytes=1)) as history:
        await after_removals(history, 2)
        assert await listed(history) == ["newest", "active", "named"]
        assert (await history.get("lesson")).models_removed is False
        assert not (await history.get("named")).models_removed


async def test_deleted_runs_go_first(url: str) -> None:
    async with History.open(url) as history:
        for run in "abc":
            await ended(history, run)
        await history.delete("b")
    async with History.open(url, Limits(keep_bytes=3 * MODEL)) as history:
        storage = await settled(history)
        assert [(each.run, each.name, each.what) for each in storage.removed] == [("b", "textbook b", "run")]
        assert storage.deleted == []
        assert await history.checkpoint("a") is not None


async def test_only_so_many_removals_are_remembered(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletion, "REMOVALS", 2)
    async with History.open(url) as history:
        for run in "abcd":
            await ended(history, run)
        for _ in range(3):
            await history.remove_next()
        assert [each.run for each in (await history.storage()).removed] == ["c", "b"]


FULL = Limits(reserve_bytes=10**18)


async def test_no_run_starts_that_could_take_of_the_disks_reserve(sqlite_url: str) -> None:
    async with History.open(sqlite_url) as history:
        await ended(history, "a")
        storage = await history.storage()
        assert storage.free_bytes is not None
        assert not storage.full
        reserve = storage.free_bytes - 30_000_000
    async with History.open(sqlite_url, Limits(reserve_bytes=reserve)) as history:
        with pytest.raises(NoRoom, match=r"of which .* stay free; this may take \d+ MB"):
            await history.create(queued("b", recipe=Recipe(epochs=1000, hidden=256)))
        await history.create(queued("c", recipe=Recipe(epochs=1)))
        assert await listed(history) == ["c", "a"]


def sweep(number: int) -> Sweep:
    return Sweep(id=f"s{number}", axes={"seed": [0]}, created=5.0)


async def test_what_sweeps_under_way_may_take_is_promised_to_them(sqlite_url: str) -> None:
    async with History.open(sqlite_url) as history:
        free = (await history.storage()).free_bytes
    assert free is not None
    async with History.open(sqlite_url, Limits(reserve_bytes=free - 3 * SWEEP_BYTES)) as history:
        for number in range(2):
            await history.create_many([queued(f"member {number}", sweep=f"s{number}")], sweep(number))
        with pytest.raises(NoRoom):
            await history.create_many([queued("member 2", sweep="s2")], sweep(2))


async def test_where_the_disk_is_full_a_deleted_run_gives_its_room_back_at_once(sqlite_url: str) -> None:
    async with History.open(sqlite_url) as history:
        for run in ("a", "some", "others"):
            await ended(history, run)
    async with History.open(sqlite_url, FULL) as history:
        assert (await history.storage()).full
        with pytest.raises(NoRoom):
            await history.create(queued("b"))
        assert await history.delete("a") is None
        assert await history.delete_many(["some", "others"]) == (["some", "others"], None)
        with pytest.raises(UnknownRun):
            await history.restore("a")
        assert history.bytes == taken(sqlite_url) == 0


async def test_deleting_a_long_run_does_not_hold_up_another(url: str) -> None:
    async with History.open(url, Limits(undo_seconds=0)) as history:
        await history.create(queued("long"))
        await history.append(
            "long", numbered([started("long"), *(steps(step) for step in range(1, 6000)), finished(6000)])
        )
        await history.create(queued("other"))
        deleting = asyncio.create_task(history.delete("long"))
        for record in numbered([started("other"), *(steps(step) for step in range(1, 4))]):
            await history.append("other", [record])
            assert not deleting.done()
        assert await deleting is None
        assert history.bytes == taken(url)


async def test_a_removal_that_was_cut_off_is_finished_at_the_next_start(url: str) -> None:
    async with History.open(url) as history:
        await ended(history, "a")
        await ended(history, "b")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE runs SET deleted = 0 WHERE id = 'a'"))
        connection.execute(text("DELETE FROM events WHERE run = 'a' AND seq < 5"))
    engine.dispose()
    async with History.open(url) as history:
        with pytest.raises(UnknownRun):
            await history.restore("a")
        await settled(history)
    async with History.open(url) as history:
        assert await listed(history) == ["b"]
        assert history.bytes == taken(url)


async def test_what_is_deleted_gives_its_room_back_to_the_disk(sqlite_url: str) -> None:
    file = anyio.Path(sqlite_url.removeprefix("sqlite:///"))
    async with History.open(sqlite_url, Limits(undo_seconds=0)) as history:
        await ended(history, "a")
        await history.create(queued("b"))
        await history.append(
            "b", numbered([started("b"), *(weights(step, 50_000) for step in range(100)), finished(100)])
        )
        await history.delete("b")
        assert (await file.stat()).st_size < 500_000
        assert len(await history.read("a", 0)) == 16


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 bytes"), (999, "999 bytes"), (1200, "1.2 kB"), (250e6, "250 MB"), (3e15, "3000 TB")]
)
def test_sizes_are_readable(size: float, words: str) -> None:
    assert readable(size) == words
