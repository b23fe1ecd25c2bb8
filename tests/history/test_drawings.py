"""Labelled drawings that the server was told to keep, in each kind of database."""

import logging
import time

import pytest
from sqlalchemy import create_engine, text

from app.drawing import Drawing
from app.history import drawings
from app.history.drawings import TooManyDrawings
from app.history.history import History
from app.history.limits import Limits
from tests.waiting import until

pytestmark = pytest.mark.anyio


def drawing(ink: int, label: int | None = 3) -> Drawing:
    return Drawing.of(label, (((0.1, 0.25), (0.5, 1.0)),), (ink,) * 784)  # type: ignore[arg-type]


async def test_they_outlive_the_server_in_their_order(url: str) -> None:
    first, second, third = drawing(9, None), drawing(2), drawing(5, 7)
    async with History.open(url) as history:
        assert await history.put_drawings([first, second]) == (2, 0, 2)
        assert await history.put_drawings([second, third]) == (1, 0, 3)
        assert await history.put_drawings([third, third]) == (0, 0, 3)
    async with History.open(url) as history:
        found, after, count = await history.drawings(2, 0)
        assert (found, count) == ([first, second], 3)
        assert after is not None
        assert await history.drawings(2, after) == ([third], None, 3)
        assert (await history.remove_drawings("nobody"))[0] == 0
        assert (await history.remove_drawings(first.id))[0] == 1
        assert (await history.remove_drawings())[0] == 2
        assert await history.drawings(2, 0) == ([], None, 0)


async def test_deleted_ones_come_back_to_their_places(url: str) -> None:
    first, second, third = drawing(9), drawing(2), drawing(5)
    async with History.open(url) as history:
        await history.put_drawings([first, second, third])
        asked = time.time()
        removed, until = await history.remove_drawings(second.id)
        assert removed == 1
        assert until is not None
        assert asked + 600 <= until <= time.time() + 600
        assert await history.deleted_drawings() == (1, until)
        await history.remove_drawings()
    async with History.open(url) as history:
        assert await history.drawings(9, 0) == ([], None, 0)
        assert await history.deleted_drawings() == (3, until)
        assert await history.restore_drawings([third.id, "nobody"]) == (1, 1)
        assert await history.restore_drawings() == (2, 3)
        assert await history.restore_drawings() == (0, 3)
        assert await history.drawings(9, 0) == ([first, second, third], None, 3)
        assert await history.deleted_drawings() == (0, None)


async def test_one_that_is_kept_again_is_no_longer_deleted(url: str) -> None:
    async with History.open(url) as history:
        await history.put_drawings([drawing(1), drawing(2)])
        await history.remove_drawings()
        assert await history.put_drawings([drawing(1, 7)]) == (1, 0, 1)
        assert await history.drawings(9, 0) == ([drawing(1, 7)], None, 1)
        assert await history.restore_drawings() == (1, 2)


async def test_they_are_gone_once_they_can_no_longer_be_restored(url: str) -> None:
    async with History.open(url, Limits(undo_seconds=0.2)) as history:
        await history.put_drawings([drawing(1)])
        await history.remove_drawings()

        async def gone() -> bool:
            return not (await history.deleted_drawings())[0]

        await until(gone)  # though nobody asked for it
        assert await history.restore_drawings() == (0, 0)
    async with History.open(url, Limits(undo_seconds=0)) as history:
        await history.put_drawings([drawing(1)])
        assert await history.remove_drawings() == (1, None)
        assert await history.deleted_drawings() == (0, None)


async def test_no_more_than_are_kept_are_deleted_or_come_back(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "MOST", 2)
    async with History.open(url) as history:
        for ink in (1, 3):
            await history.put_drawings([drawing(ink), drawing(ink + 1)])
            await history.remove_drawings()
        assert (await history.deleted_drawings())[0] == 2
        await history.put_drawings([drawing(5)])
        with pytest.raises(TooManyDrawings, match="at most 2 drawings"):
            await history.restore_drawings()
        assert await history.restore_drawings([drawing(3).id]) == (1, 2)


async def test_another_label_makes_it_no_other_drawing(url: str) -> None:
    async with History.open(url) as history:
        await history.put_drawings([drawing(1, None), drawing(2)])
        assert await history.put_drawings([drawing(1, 3), drawing(2)]) == (0, 1, 2)
        assert (await history.drawings(9, 0))[0] == [drawing(1, 3), drawing(2)]


async def test_more_than_are_kept_are_refused_all_together(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with History.open(url) as history:
        await history.put_drawings([drawing(1)])
        monkeypatch.setattr(drawings, "MOST", 2)
        with pytest.raises(TooManyDrawings, match="at most 2 drawings"):
            await history.put_drawings([drawing(2), drawing(3)])
        assert await history.put_drawings([drawing(1), drawing(2)]) == (1, 0, 2)
        monkeypatch.setattr(drawings, "MOST", 20)
        monkeypatch.setattr(drawings, "MOST_BYTES", 9000)
        with pytest.raises(TooManyDrawings):
            await history.put_drawings([drawing(ink) for ink in range(10, 15)])


async def test_one_that_cannot_be_read_is_left_out_and_said_once(url: str, caplog: pytest.LogCaptureFixture) -> None:
    bad = drawing(1)
    async with History.open(url) as history:
        await history.put_drawings([bad, drawing(2)])
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE drawings SET drawing = '{{}}' WHERE id = '{bad.id}'"))
    engine.dispose()
    async with History.open(url) as history:
        with caplog.at_level(logging.ERROR):
            for _ in range(3):
                assert await history.drawings(10, 0) == ([drawing(2)], None, 2)
            assert caplog.text.count(f"drawing {bad.id} cannot be read") == 1
        assert await history.put_drawings([bad]) == (1, 0, 2)  # kept again, it can be read again
        assert await history.drawings(10, 0) == ([bad, drawing(2)], None, 2)
        assert len(caplog.records) == 1
