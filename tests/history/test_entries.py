"""The board's entries, in each kind of database."""

import logging

import pytest
from sqlalchemy import create_engine, text

from app.entry import Entry
from app.history.history import History
from app.recipe import Recipe

pytestmark = pytest.mark.anyio


def entry(id: str, **more: object) -> Entry:
    fields = {
        "recipe": Recipe(hold_out=True),
        "created": 5.5,
        "sweep": f"sweep-{id}",
        "runs": (f"{id}0", f"{id}1"),
        "predicted": 0.98,
    } | more
    return Entry.model_validate({"id": id, **fields})


async def test_they_outlive_the_server_in_their_order(url: str) -> None:
    named = entry("b", name="Ωmega 👩‍🔬 'quoted\"; DROP TABLE entries")
    async with History.open(url) as history:
        for each in (entry("c"), named, entry("a")):
            await history.put_entry(each)
        scored = entry("c", validation=(0.98, None, 0.97), test=(0.99, None, 0.98))
        await history.put_entry(scored)
        await history.remove_entry("a")
        await history.remove_entry("nobody")
    async with History.open(url) as history:
        assert await history.entries() == [scored, named]


async def test_one_that_cannot_be_read_is_left_out_and_said(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with History.open(url) as history:
        for id in ("good", "bad"):
            await history.put_entry(entry(id))
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE entries SET entry = '{}' WHERE id = 'bad'"))
    engine.dispose()
    async with History.open(url) as history:
        with caplog.at_level(logging.ERROR):
            assert [each.id for each in await history.entries()] == ["good"]
    assert "entry bad cannot be read" in caplog.text
