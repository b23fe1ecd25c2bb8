"""What a list of runs is told: each run's newest change, once, and no steps."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.history.changes import Changes
from app.history.history import History
from app.run import Run
from tests.history.logs import epoch_ended, finished, numbered, queued, started, steps


def a_run(name: str) -> Run:
    return Run.queued(queued(name))


@given(
    published=st.lists(st.tuples(st.sampled_from("abcde"), st.booleans()), max_size=30),
    looks=st.lists(st.integers(0, 30), max_size=5),
    kept=st.integers(1, 6),
)
def test_a_reader_that_looks_now_and_then_ends_up_with_the_truth(
    published: list[tuple[str, bool]], looks: list[int], kept: int
) -> None:
    changes, truth, seen, number = Changes(kept), {}, {}, 0
    for index, (name, deleted) in enumerate(published):
        truth[name] = None if deleted else a_run(name)
        changes.publish(name, truth[name])
        if index in looks or index == len(published) - 1:
            news = changes.after(number)
            if news is None:  # too far behind: it fetches the list
                seen, number = dict(truth), changes.number
                continue
            assert [n for n, *_ in news] == sorted({n for n, *_ in news})
            assert all(n > number for n, *_ in news)
            seen |= {run: now for _, run, now in news}
            number = changes.number
    assert seen == truth
    assert changes.after(number) == []


@pytest.mark.anyio
async def test_history_tells_changes_of_the_list_but_not_steps(tmp_path: Path) -> None:
    async with History.open(f"sqlite:///{tmp_path}/threeseven.db") as history:
        changes, seen = history.changes, 0

        async def states() -> list[str | None]:
            nonlocal seen
            await asyncio.wait_for(changes.wait(seen), 30)
            news = changes.after(seen)
            assert news is not None
            seen = changes.number
            return [now.state if now else None for _, _, now in news]

        await history.create(queued())
        assert await states() == ["queued"]
        records = numbered([started(), steps(1), steps(2), epoch_ended(1, 2), finished(2)])
        await history.append("run", records[:1])
        assert await states() == ["running"]
        await history.append("run", records[1:3])
        assert changes.after(seen) == []
        await history.append("run", records[3:4])
        assert await states() == ["running"]
        await history.append("run", records[4:])
        assert await states() == ["finished"]
        await history.rename("run", "another name")
        assert await states() == ["finished"]
        await history.delete("run")
        assert await states() == [None]
