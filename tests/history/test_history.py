import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.checkpoint import Checkpoint
from app.controls import Act, SetLearningRate, SetPace
from app.events import Controlled, RunInterrupted, Summary, Weights
from app.history import store
from app.history.history import History, StillActive, UnknownRun, UnknownSweep
from app.recipe import Recipe
from app.record import Record
from app.sweep import Sweep
from tests.history.logs import finished, numbered, queued, started, steps, weights, whole_run

pytestmark = pytest.mark.anyio


def first(run: str = "run") -> Record:
    return Record.of(queued(run), 1)


async def everything(history: History, run: str, after: int = 0, limit_bytes: int = 1 << 20) -> list[Record]:
    """What a viewer does: read, and wait for more until the run has ended."""
    log: list[Record] = []
    while True:
        if page := await history.read(run, after, limit_bytes):
            log += page
            after = page[-1].seq
        elif not (await history.get(run)).active:
            return log
        else:
            await history.wait(run, after)


async def test_a_new_run_is_queued_and_its_log_begins_with_saying_so(history: History) -> None:
    run = await history.create(queued(place=2))
    assert (run.state, run.place, run.seq) == ("queued", 2, 1)
    assert await history.read("run", 0) == [Record.of(queued(place=2), 1)]
    assert await history.active() == [run]
    assert await history.get("run") == run


async def test_a_run_is_the_fold_of_its_log(history: History) -> None:
    await history.create(queued())
    run = await history.append("run", numbered(whole_run()))
    assert (run.state, run.step, run.epoch, run.seq) == ("finished", 30, 3, 16)
    assert run.summary.valid_accuracy == 0.98
    assert await history.get("run") == run
    assert await history.active() == []


async def test_a_log_takes_only_the_record_that_comes_next(history: History) -> None:
    await history.create(queued())
    for wrong in (1, 3):
        with pytest.raises(ValueError, match="cannot follow"):
            await history.append("run", [Record.of(started(), wrong)])
    await history.append("run", numbered([started(), finished(0)]))
    with pytest.raises(ValueError, match="finished"):
        await history.append("run", [Record.of(steps(1), 4)])
    assert [record.seq for record in await history.read("run", 0)] == [1, 2, 3]


async def test_a_batch_that_is_refused_leaves_nothing(history: History) -> None:
    await history.create(queued())
    with pytest.raises(ValueError, match="cannot follow"):
        await history.append("run", [Record.of(started(), 2), Record.of(steps(1), 4)])
    assert await history.read("run", 1) == []


async def test_records_of_many_runs_are_stored_at_once(history: History) -> None:
    await history.create_many([queued("a"), queued("b")])
    a, b = await history.append_many([("a", numbered(whole_run("a"))), ("b", numbered([started("b"), steps(1)]))])
    assert (a.state, b.state, b.step) == ("finished", "running", 1)
    assert [await history.get("a"), await history.get("b")] == [a, b]
    assert len(await history.read("a", 0)) == 16
    assert len(await history.read("b", 0)) == 3


@pytest.mark.parametrize("wrong", ["seq", "unknown", "database"])
async def test_of_records_of_many_runs_all_are_stored_or_none(
    history: History, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    before = await history.create_many([queued("a"), queued("b")])
    if wrong == "database":  # the last statement of the transaction fails
        monkeypatch.setattr(store, "_SAVE_START", text("UPDATE 1"))
    last = {"seq": ("b", numbered([started("b")], 7)), "unknown": ("c", numbered([started("c")]))}
    batches = [("a", numbered([started("a")])), last.get(wrong, ("b", numbered([started("b")])))]
    with pytest.raises((ValueError, UnknownRun, DBAPIError)):
        await history.append_many(batches)
    monkeypatch.undo()
    assert [await history.get("a"), await history.get("b")] == before
    assert await history.read("a", 1) == await history.read("b", 1) == []
    assert (await history.append("a", numbered([started("a")]))).seq == 2


async def test_batches_of_the_same_run_follow_each_other(history: History) -> None:
    await history.create(queued())
    both = await history.append_many([("run", numbered([started()])), ("run", numbered([steps(1)], 3))])
    assert [run.seq for run in both] == [3, 3]
    assert await history.append_many([]) == []


async def test_a_run_tells_what_it_was_started_as(history: History) -> None:
    run = await history.create(queued(preset="textbook", sweep="s", origin="lesson"))
    assert (run.preset, run.sweep, run.origin) == ("textbook", "s", "lesson")
    assert not run.learning_rate_changed
    control = Controlled(what="learning_rate", value=0.1, step=0)
    run = await history.append("run", numbered([started(), control, finished(0)]))
    assert (run.preset, run.sweep, run.origin, run.learning_rate_changed) == ("textbook", "s", "lesson", True)


async def test_who_asked_for_a_run_is_known_as_long_as_it_waits_and_told_to_nobody(url: str) -> None:
    async with History.open(url) as history:
        await history.create_many([queued("begins"), queued("ends"), queued("waits")], starter="somebody")
        await history.create(queued("server"))
        await history.append("begins", numbered([started()]))
        await history.append("ends", [Record.of(RunInterrupted(reason="", step=0, summary=Summary(), time=1001.0), 2)])
    async with History.open(url) as history:
        assert await history.starters() == {"waits": "somebody"}
        log = b"".join(record.data for record in await history.read("waits", 0))
        assert b"somebody" not in log + (await history.get("waits")).model_dump_json().encode()


async def test_what_a_run_is_given_while_it_waits_is_known_until_its_log_says_so(url: str) -> None:
    rate, pace, pause = SetLearningRate(learning_rate=0.1), SetPace(pace="slow"), Act(action="pause")
    async with History.open(url) as history:
        await history.create_many([queued("begins"), queued("ends"), queued("waits")])
        await history.keep_controls({run: [rate, pace] for run in ("begins", "ends", "waits")})
        await history.keep_controls({"waits": [pause, pace]})
        await history.append("begins", numbered([started(), Controlled(what="pace", value="slow", step=0)]))
        await history.append("ends", [Record.of(RunInterrupted(reason="", step=0, summary=Summary(), time=1001.0), 2)])
    async with History.open(url) as history:
        given = await history.given_controls()
        assert given.pop("begins") == [rate]
        assert sorted(map(repr, given.pop("waits"))) == sorted(map(repr, [pause, pace]))
        assert given == {}
        await history.delete_many(["ends"])


async def test_runs_of_an_equal_recipe_are_found_whatever_their_device(history: History) -> None:
    recipes = {"a": Recipe(), "b": Recipe(learning_rate=0.2), "c": Recipe(learning_rate=0.1, device="cpu")}
    for run, recipe in recipes.items():
        await history.create(queued(run, recipe=recipe))
    keys = {run: (await history.get(run)).recipe_key for run in recipes}
    assert keys["a"] == keys["c"] != keys["b"]
    assert [run.id for run in await history.equal_runs(keys["a"])] == ["c", "a"]
    assert keys["b"] == "0721694f4cc905f2"  # stored in databases: it never changes


async def test_a_sweep_is_kept_with_its_members(url: str) -> None:
    sweep = Sweep(id="s", preset="textbook", axes={"learning_rate": [0.1, 0.2], "augment": [True]}, created=5.0)
    async with History.open(url) as history:
        await history.create(queued("other"))
        members = await history.create_many([queued("b", sweep="s"), queued("a", sweep="s")], sweep)
        assert await history.sweep("s") == (sweep, members)
        (a,) = await history.append_many([("a", numbered([started("a")]))])
        assert await history.sweep("s") == (sweep, [members[0], a])
        assert await history.sweeps() == ([sweep], None)
        with pytest.raises(StillActive):
            await history.delete_sweep("s")
        await history.append_many([("a", numbered([finished(0)], 3)), ("b", numbered([finished(0)]))])
    async with History.open(url) as history:
        found, (b, a) = await history.sweep("s")
        assert (found, b.id, a.state) == (sweep, "b", "finished")
        await history.delete_sweep("s")
        assert [run.id for run in (await history.runs())[0]] == ["other"]
        assert await history.sweeps() == ([], None)
        for call in (history.sweep("s"), history.delete_sweep("s")):
            with pytest.raises(UnknownSweep):
                await call


async def test_everything_is_there_after_reopening(url: str) -> None:
    log = numbered(whole_run())
    async with History.open(url) as history:
        await history.create(queued())
        before = await history.append("run", log)
    async with History.open(url) as history:
        assert await history.get("run") == before
        assert await history.read("run", 0) == [first(), *log]
        assert [step async for event in history.steps("run") for step in event.step] == list(range(1, 31))
        assert [epoch.epoch async for epoch in history.epochs("run")] == [1, 2, 3]


async def test_an_active_run_goes_on_after_reopening(url: str) -> None:
    async with History.open(url) as history:
        await history.create(queued())
        await history.append("run", numbered([started(), steps(1)]))
    async with History.open(url) as history:
        (run,) = await history.active()
        assert (run.state, run.step) == ("running", 1)
        assert [record.seq for record in await history.read("run", 0)] == [1, 2, 3]
        ending = RunInterrupted(step=1, reason="the server was stopped", summary=Summary(), time=2.0)
        run = await history.append("run", [Record.of(ending, run.seq + 1)])
        assert (run.state, run.error) == ("interrupted", "the server was stopped")


@asynccontextmanager
async def fresh() -> AsyncIterator[History]:
    with TemporaryDirectory() as folder:
        async with History.open(f"sqlite:///{folder}/threeseven.db") as history:
            yield history


@settings(max_examples=15)
@given(
    sizes=st.lists(st.integers(0, 3000), min_size=1, max_size=30),
    ends=st.booleans(),
    page=st.integers(1, 10_000),
    data=st.data(),
)
def test_reading_after_any_cursor_gives_the_rest_of_the_log(
    sizes: list[int], ends: bool, page: int, data: st.DataObject
) -> None:
    log = [first(), *numbered([weights(step, size) for step, size in enumerate(sizes)])]
    if ends:
        log.append(Record.of(finished(len(sizes)), len(log) + 1))
    cuts = data.draw(st.lists(st.integers(1, len(log)), max_size=5).map(sorted))
    after = data.draw(st.integers(0, len(log) + 2))

    async def check() -> None:
        async with fresh() as history:
            await history.create(queued())
            for begin, end in zip([1, *cuts], [*cuts, len(log)], strict=True):
                if begin < end:
                    await history.append("run", log[begin:end])
            found, cursor = [], after
            while records := await history.read("run", cursor, page):
                assert len(records) == 1 or sum(len(record.data) for record in records) <= page
                found += records
                cursor = records[-1].seq
            assert found == log[after:]

    asyncio.run(check())


@pytest.mark.parametrize("limit_bytes", [1, 1 << 20])
async def test_concurrent_readers_each_see_every_record_once_and_in_order(history: History, limit_bytes: int) -> None:
    log = numbered([started(), *(weights(step) for step in range(100)), finished(100)])
    seen: dict[int, list[Record]] = {}

    async def view(after: int) -> None:
        seen[after] = await everything(history, "run", after, limit_bytes)

    await history.create(queued())
    async with anyio.create_task_group() as viewers:
        for after in (0, 1, 2, 50, 101):
            viewers.start_soon(view, after)
        for begin in range(0, len(log), 7):
            await history.append("run", log[begin : begin + 7])
        viewers.start_soon(view, 99)
    for after, records in seen.items():
        assert records == [first(), *log][after:]


async def test_a_log_longer_than_memory_keeps_is_read_whole(history: History) -> None:
    log = numbered([started(), *(weights(step, 60_000) for step in range(100))])
    await history.create(queued())
    await history.append("run", log)
    found: list[Record] = []
    while page := await history.read("run", len(found)):
        found += page
    assert found == [first(), *log]


async def test_a_record_is_stored_before_it_is_seen(url: str) -> None:
    """Whoever waits reads from the file itself, with an engine of its own, what woke it."""
    from sqlalchemy import create_engine, text

    engine = create_engine(url)
    stored: list[int] = []

    async def watch(history: History) -> None:
        await history.wait("run", 1)
        with engine.connect() as connection:
            stored.extend(connection.execute(text("SELECT seq FROM events ORDER BY seq")).scalars())

    async with History.open(url) as history, anyio.create_task_group() as group:
        await history.create(queued())
        group.start_soon(watch, history)
        await anyio.wait_all_tasks_blocked()
        await history.append("run", numbered([started(), steps(1)]))
    engine.dispose()
    assert stored == [1, 2, 3]


async def test_a_write_goes_on_when_its_caller_is_cancelled(history: History) -> None:
    await history.create(queued())
    with anyio.move_on_after(0):
        await history.append("run", [Record.of(started(), 2)])
    await history.wait("run", 1)
    assert (await history.append("run", [Record.of(finished(0), 3)])).state == "finished"


async def test_waiting_ends_when_the_run_ends(history: History) -> None:
    await history.create(queued())
    async with anyio.create_task_group() as group:
        group.start_soon(history.wait, "run", 100)
        await anyio.wait_all_tasks_blocked()
        await history.append("run", numbered([finished(0)]))
    await history.wait("run", 100)


async def test_an_unknown_run_is_told_apart_from_an_empty_answer(history: History) -> None:
    calls = (
        history.get("no"),
        history.read("no", 0),
        history.wait("no", 0),
        history.append("no", [first("no")]),
        history.rename("no", "name"),
        history.delete("no"),
        history.checkpoint("no"),
        history.checkpoints("no"),
        history.weights("no"),
        anext(history.epochs("no")),
        history.save_checkpoint("no", Checkpoint(step=1, epoch=1, kept=True, data=b"")),
        anext(history.steps("no")),
    )
    for call in calls:
        with pytest.raises(UnknownRun):
            await call


async def test_any_number_will_do_for_a_cursor_or_a_step(history: History) -> None:
    beyond = 10**30
    await history.create(queued())
    await history.append("run", numbered(whole_run()))
    assert await history.read("run", beyond) == []
    assert await history.weights("run", beyond) == weights(30)
    assert await history.checkpoint("run", beyond) is None
    runs, _ = await history.runs(cursor="9999999999")
    assert [run.id for run in runs] == ["run"]


async def test_runs_are_listed_newest_first_in_pages(history: History) -> None:
    assert await history.last_number() == 0
    for name in "abcde":
        await history.create(queued(name))
    assert await history.last_number() == 5
    listed, cursor, pages = "", None, 0
    while pages == 0 or cursor:
        runs, cursor = await history.runs(limit=2, cursor=cursor)
        listed += "".join(run.id for run in runs)
        pages += 1
    assert (listed, pages) == ("edcba", 3)
    with pytest.raises(ValueError, match="no cursor"):
        await history.runs(cursor="nonsense")


async def test_runs_of_lessons_are_listed_only_when_asked_for(history: History) -> None:
    for run, origin in (("a", "person"), ("b", "lesson"), ("c", "first"), ("d", "lesson")):
        await history.create(queued(run, origin=origin))
    assert [run.id for run in (await history.runs())[0]] == ["c", "a"]
    assert [run.id for run in (await history.runs(origins=["lesson"]))[0]] == ["d", "b"]
    assert [run for _, run, _ in history.changes.after(0) or ()] == ["a", "c"]
    page, cursor = await history.runs(limit=1)
    assert [run.id for run in page + (await history.runs(cursor=cursor))[0]] == ["c", "a"]


@pytest.mark.parametrize("ended", [False, True])
async def test_a_run_can_be_renamed(url: str, ended: bool) -> None:
    async with History.open(url) as history:
        await history.create(queued())
        if ended:
            await history.append("run", numbered([finished(0)]))
        await history.rename("run", "mine")
        if not ended:
            assert (await history.append("run", numbered([started()]))).name == "mine"
        assert (await history.get("run")).name == "mine"
    async with History.open(url) as history:
        assert (await history.get("run")).name == "mine"


async def test_deleting_takes_all_that_belongs_to_a_run_and_nothing_else(history: History) -> None:
    kept = Checkpoint(step=0, epoch=0, kept=True, data=b"model")
    for run in ("run", "other"):
        await history.create(queued(run))
        await history.save_checkpoint(run, kept)
    with pytest.raises(StillActive):
        await history.delete("run")
    for run in ("run", "other"):
        await history.append(run, numbered(whole_run(run)))
    await history.delete("run")
    await history.purge(["run"])
    with pytest.raises(UnknownRun):
        await history.get("run")
    # The same id again begins with nothing of the old.
    await history.create(queued("run"))
    assert await history.read("run", 0) == [first()]
    assert await history.checkpoint("run") is None
    assert await history.checkpoint("other") == kept
    assert len(await history.read("other", 0)) == 16


async def test_weights_are_those_at_or_before_a_step(history: History) -> None:
    await history.create(queued())
    assert await history.weights("run") is None
    await history.append("run", numbered([started(), weights(10, 1), weights(20, 2)]))

    async def at(step: int | None) -> Weights | None:
        return await history.weights("run", step)

    assert await at(9) is None
    assert await at(10) == await at(19) == weights(10, 1)
    assert await at(20) == await at(None) == weights(20, 2)


async def test_checkpoints_are_those_at_or_before_a_step_and_the_newest_of_a_live_run_counts(history: History) -> None:
    kept, newest = (Checkpoint(step, 1, keep, b"%d" % step) for step, keep in ((10, True), (15, False)))
    await history.create(queued())
    assert await history.checkpoint("run") is None
    await history.save_checkpoint("run", kept)
    await history.save_checkpoint("run", newest)
    assert await history.checkpoint("run", 9) is None
    assert await history.checkpoint("run", 14) == kept
    assert await history.checkpoint("run", 15) == await history.checkpoint("run") == newest
    await history.append("run", numbered([finished(20)]))
    assert await history.checkpoint("run") == kept


async def test_a_checkpoint_is_stored_with_the_records_it_comes_with_or_not_at_all(history: History) -> None:
    before = await history.create(queued())
    kept = Checkpoint(step=14, epoch=1, kept=True, data=b"fourteen")
    with pytest.raises(ValueError, match="cannot follow"):
        await history.append_many([("run", [Record.of(steps(11), before.seq + 2)])], [("run", kept)])
    assert await history.checkpoint("run") is None
    await history.append_many([("run", [Record.of(steps(11), before.seq + 1)])], [("run", kept)])
    assert await history.checkpoint("run") == kept
    assert (await history.get("run")).step == 11


async def test_kept_checkpoints_come_in_order_and_in_pieces(history: History) -> None:
    await history.create(queued())
    for step in (9, 0, 4, 7):
        await history.save_checkpoint("run", Checkpoint(step=step, epoch=0, kept=step != 7, data=bytes(100)))

    async def steps(**asked: int) -> list[int]:
        return [each.step for each in await history.checkpoints("run", **asked)]

    assert await steps() == [0, 4, 9]
    assert await steps(after=0) == [4, 9]
    assert await steps(limit_bytes=200) == [0, 4]
    assert await steps(after=4, limit_bytes=1) == [9]
    assert await steps(after=10**12) == []


async def test_the_live_run_is_the_one_that_started_last(history: History) -> None:
    async def live() -> str | None:
        run = await history.live()
        return run.id if run else None

    assert await live() is None
    await history.create(queued("a"))
    await history.create(queued("b"))
    assert await live() == "b"
    await history.append("a", numbered([started("a")]))
    assert await live() == "a"
    await history.create(queued("c"))
    assert await live() == "a"
    await history.append("b", numbered([started("b", 1002.0), finished(0)]))
    assert await live() == "b"
    await history.delete("b")
    assert await live() == "a"


async def test_with_the_clock_set_back_the_live_run_still_is_the_one_that_started_last(url: str) -> None:
    async with History.open(url) as history:
        for run, time in (("a", 3.0), ("b", 2.0)):
            await history.create(queued(run))
            await history.append(run, numbered([started(run, time)]))
            live = await history.live()
            assert live is not None
            assert live.id == run
        await history.create(queued("c"))
    async with History.open(url) as history:
        live = await history.live()
        assert live is not None
        assert live.id == "b"
        await history.append("c", numbered([started("c", 1.0)]))
    async with History.open(url) as history:
        live = await history.live()
        assert live is not None
        assert live.id == "c"


async def test_with_the_clock_set_back_nothing_ends_before_it_began(history: History) -> None:
    await history.create(queued(time=1000.0))
    run = await history.append("run", numbered([started(time=900.0), finished(0).model_copy(update={"time": 5.0})]))
    assert run.created <= (run.started or 0) <= (run.ended or 0)


async def test_a_run_of_a_lesson_is_never_live(url: str) -> None:
    async with History.open(url) as history:
        await history.create(queued("lesson", origin="lesson"))
        assert await history.live() is None
        await history.create(queued("mine"))
        await history.append("lesson", numbered([started("lesson")]))
        live = await history.live()
        assert live is not None
        assert live.id == "mine"
    async with History.open(url) as history:
        live = await history.live()
        assert live is not None
        assert live.id == "mine"


async def test_one_can_wait_for_another_run_to_be_live(history: History) -> None:
    found: list[str] = []

    async def follow(other_than: str | None) -> None:
        found.append((await history.wait_live(other_than)).id)

    async with anyio.create_task_group() as group:
        group.start_soon(follow, None)
        await anyio.wait_all_tasks_blocked()
        await history.create(queued("a"))
    await history.append("a", numbered([started("a")]))
    assert (await history.wait_live(None)).id == "a"
    async with anyio.create_task_group() as group:
        group.start_soon(follow, "a")
        await anyio.wait_all_tasks_blocked()
        await history.create(queued("b"))
        await anyio.wait_all_tasks_blocked()
        assert found == ["a"]
        await history.append("b", numbered([started("b", 1002.0)]))
    assert found == ["a", "b"]
