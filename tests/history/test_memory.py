"""What a process knows of a history after updates that it has missed."""

from functools import partial

import pytest

from app.history.history import History
from app.history.memory import NEWEST, Memory, MissedUpdate, Snapshot, snapshot
from app.history.updates import Appended, Created, decode, encode
from app.record import Record
from app.run import Run
from tests.history.logs import numbered, queued, started, steps, weights, whole_run


def ended(*ids: str, name: str = "named") -> list[Run]:
    found = []
    for id in ids:
        run = Run.queued(queued(id, name=name))
        for record in [Record.of(queued(id), 1), *numbered(whole_run(id))]:
            run = run.after(record)
        found.append(run)
    return found


def found(
    *newest: Run, active: tuple[Run, ...] = (), hidden: dict[str, float] | None = None, gone: tuple[str, ...] = ()
) -> Snapshot:
    return Snapshot([*active], [], None, 0, hidden or {}, 0, [], [*gone], [*newest])


def told(memory: Memory, after: int = 0) -> dict[str, str | None]:
    return {run: now.name if now else None for _, run, now in memory.changes.after(after) or ()}


def test_lists_are_told_of_ended_runs_that_changed_came_or_went_unheard() -> None:
    memory = Memory(found(*ended("c", "b", "a")))
    memory.catch_up(found(*ended("d"), *ended("c", name="renamed"), *ended("a")))
    assert told(memory) == {"d": "named", "c": "renamed", "b": None}


def test_from_an_empty_list_all_that_came_is_told_and_to_an_empty_one_all_that_went() -> None:
    memory = Memory(found())
    memory.catch_up(found(*ended("a")))
    assert told(memory) == {"a": "named"}
    memory.catch_up(found())
    assert told(memory) == {"a": None}


def test_of_runs_beyond_the_newest_nothing_is_told() -> None:
    ids = [f"r{number}" for number in range(NEWEST, 0, -1)]
    memory = Memory(found(*ended(*ids)))
    memory.catch_up(found(*ended("new"), *ended(*ids[:-1])))
    assert told(memory) == {"new": "named"}


def test_a_run_that_was_deleted_unheard_is_told_once() -> None:
    memory = Memory(found(*ended("b", "a")))
    memory.catch_up(found(*ended("b"), hidden={"a": 1.0}))
    assert (told(memory), memory.deleted) == ({"a": None}, {"a": 1.0})


@pytest.mark.anyio
async def test_of_runs_that_were_known_it_is_found_which_have_ended_and_which_are_gone(history: History) -> None:
    await history.create_many([queued("waits"), queued("over")])
    await history.append("over", numbered(whole_run("over")))
    looked_up = await history._database.read(partial(snapshot, known=("waits", "over", "deleted")))
    assert [run.id for run in looked_up.active] == ["waits"]
    assert ([run.id for run in looked_up.ended], looked_up.gone) == (["over"], ["deleted"])


def test_a_run_that_was_read_while_another_moment_was_looked_up_stays_what_it_is() -> None:
    """A server that follows reads all anew while it is asked for a run that has just been made."""
    memory = Memory(found(active=(Run.queued(queued("old")),)))
    log = memory.adopt(Run.queued(queued("new")))
    memory.catch_up(found(gone=("old", "another")))
    assert (log.run.state, [*memory.logs]) == ("queued", ["new"])


def test_updates_go_through_the_stream_as_they_are_and_are_applied_once() -> None:
    run = Run.queued(queued()).after(first := Record.of(queued(), 1))
    updates = [Created([(run, first)], "run"), Appended({"run": numbered([started(), weights(0), steps(1)])})]
    memory = Memory(found())
    for update in [decode(encode(update)) for update in updates] * 2:
        memory.apply(update)
    assert (memory.logs["run"].run.seq, memory.live) == (4, "run")
    assert memory.logs["run"].recent.after(0, 1 << 20) == [first, *numbered([started(), weights(0), steps(1)])]


def test_an_update_after_one_that_is_missing_changes_nothing() -> None:
    run = Run.queued(queued()).after(first := Record.of(queued(), 1))
    memory = Memory(found())
    memory.apply(Created([(run, first)], "run"))
    with pytest.raises(MissedUpdate):
        memory.apply(Appended({"run": [Record.of(steps(1), 3)]}))
    assert memory.logs["run"].run.seq == 1
