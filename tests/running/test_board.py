"""The board of the last lesson, over a real worker: what it refuses, and what leaves it."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from app.controls import SetLearningRate
from app.entry import Entry
from app.history.history import History, UnknownRun
from app.lessons import board as rules
from app.lessons.budget import entry_recipe
from app.recipe import Recipe
from app.running.queue import QueueFull
from app.running.supervisor import Supervisor
from app.web import board as module
from app.web.board import Board
from app.web.lesson_runs import LessonRuns

pytestmark = pytest.mark.anyio


@pytest.fixture
async def board(supervisor: Supervisor, history: History) -> AsyncIterator[Board]:
    """Empty."""
    for entry in await history.entries():
        await history.remove_entry(entry.id)
    async with Board.open(history, supervisor, LessonRuns(history, supervisor)) as board:
        yield board


def linear(epochs: int, **more: float) -> Recipe:
    return entry_recipe(Recipe(model="linear", epochs=epochs, learning_rate=10.0, **more))  # type: ignore[arg-type]


async def until(board: Board, id: str, *, begun: bool = False) -> Entry:
    """The entry once nothing more happens with it; ``begun``: once it has its runs."""
    version = -1
    while True:
        version = await board.wait(version)
        found = next(entry for entry in await board.entries() if entry.id == id)
        if found.failed is not None or found.test is not None or (begun and found.runs):
            return found


async def test_a_full_board_lets_the_worst_leave_with_its_runs(
    board: Board, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "leaving", partial(rules.leaving, places=2))
    good, worst, dear = linear(2), linear(3, batch_size=10_000), linear(4, batch_size=5_000)
    entries = []
    for recipe in (good, worst, dear):
        entry, new = await board.submit(recipe, None, 0.9, "")
        assert new
        entries.append(await until(board, entry.id) if recipe != dear else entry)
    assert entries[1].score is not None
    assert entries[0].score is not None
    assert entries[1].score < entries[0].score
    assert {entry.id for entry in await board.entries()} == {entries[0].id, entries[2].id}
    assert {entry.id for entry in await history.entries()} == {entries[0].id, entries[2].id}
    with pytest.raises(UnknownRun):
        await history.get(entries[1].runs[0])
    assert not entries[2].runs
    assert (await history.get(entries[0].runs[0])).state == "finished"
    await until(board, entries[2].id)


async def test_no_more_wait_than_the_board_says(
    board: Board, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PENDING", 1)
    first, _ = await board.submit(linear(100, batch_size=64), None, 0.9, "")
    with pytest.raises(QueueFull, match="1 entries"):
        await board.submit(linear(6), None, 0.9, "")
    again, new = await board.submit(linear(100, batch_size=64), "Eve", 0.5, "")
    assert (again.id, again.predicted, new) == (first.id, 0.9, False)
    await supervisor.stop(list((await until(board, first.id, begun=True)).runs))
    await until(board, first.id)
    _, new = await board.submit(linear(6), None, 0.9, "")
    assert new


async def test_one_whose_learning_rate_was_changed_gets_no_score(board: Board, supervisor: Supervisor) -> None:
    id = (await board.submit(linear(100, batch_size=64), None, 0.9, ""))[0].id
    entry = await until(board, id, begun=True)
    await supervisor.control(entry.runs[1], SetLearningRate(learning_rate=0.5))
    await supervisor.stop(list(entry.runs))
    found = await until(board, id)
    assert (found.validation, found.failed) == (None, module.CHANGED)


async def test_runs_of_an_entry_keep_few_pictures(board: Board, history: History) -> None:
    entry, _ = await board.submit(entry_recipe(Recipe(hidden=256, epochs=4)), None, 0.9, "")
    await until(board, entry.id)
    _, runs = await history.sweep((await until(board, entry.id)).sweep)
    taken = 0
    for run in runs:
        taken += sum(len(record.data) for record in await history.read(run.id, 0, 10**9))
    assert taken < 5_000_000


async def test_some_train_at_once_the_others_wait_in_their_order(
    board: Board, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OF_ADDRESS", module.AT_ONCE + 2)
    found = [
        (await board.submit(linear(100, batch_size=70 + n), None, 0.9, "ada"))[0] for n in range(module.AT_ONCE + 2)
    ]
    await until(board, found[module.AT_ONCE - 1].id, begun=True)
    assert board.places == {found[-2].id: 1, found[-1].id: 2}
    with pytest.raises(QueueFull):
        await board.submit(linear(49), None, 0.9, "ada")
    other, _ = await board.submit(linear(49), None, 0.9, "bob")
    assert board.places[other.id] == 3
    await board.delete(found[0].id)
    await until(board, found[-2].id, begun=True)
    assert board.places == {found[-1].id: 1, other.id: 2}
    for entry in await board.entries():
        await board.delete(entry.id)
    assert not await supervisor.stop()
