"""Networks are measured once, one after another, and a bounded number is kept."""

import asyncio

import numpy as np
import pytest

from app.handwriting.predictor import Predictor
from app.handwriting.reader import Reader
from app.web.cards import KEPT, Cards

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def reader():
    return Reader.built_in()


def constant(logit):
    """A model that answers the same to everything."""
    return Predictor({"0.weight": np.zeros((1, 784)), "0.bias": np.array([float(logit)])}, "linear")


async def test_who_asks_meanwhile_gets_the_same_answer(reader):
    cards = Cards(reader)
    asked = [cards.built_in(f"visitor {n}") for n in range(3)]
    asked += [cards.of_run(f"visitor {n}", "a", 5, constant(1)) for n in range(3)]
    answers = await asyncio.gather(*asked)
    assert len({id(answer) for answer in answers}) == 2  # the very bytes: nothing was measured twice
    assert await cards.of_run("another", "a", 5, constant(1)) is answers[-1]
    assert await cards.of_run("another", "a", 6, constant(-1)) not in answers


async def test_a_bounded_number_is_kept(reader):
    cards = Cards(reader)
    first = await cards.of_run("visitor", "a", 0, constant(1))
    for step in range(1, KEPT):
        await cards.of_run("visitor", "a", step, constant(1))
    assert await cards.of_run("visitor", "a", 0, constant(1)) is first
    await cards.of_run("visitor", "a", KEPT, constant(1))
    assert await cards.of_run("visitor", "a", 0, constant(1)) is first, "it was asked for last"
    again = await cards.of_run("visitor", "a", 1, constant(1))
    assert again == first
    assert again is not first
