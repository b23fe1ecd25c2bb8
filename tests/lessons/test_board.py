"""How entries rank, which are on the frontier, and which leave."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.entry import Entry, middle
from app.lessons.board import frontier, leaving, ranked
from app.lessons.budget import BUDGET, MOST_STEPS, entry_recipe, price
from app.lessons.lesson import UnknownChoice
from app.recipe import Recipe


def entry(id: str, score: float | None, epochs: int = 1, *, ended: bool = True, created: float = 0.0) -> Entry:
    shares = (score, score, score) if ended else None
    recipe = Recipe(model="linear", epochs=epochs, hold_out=True)
    return Entry(id=id, recipe=recipe, created=created, sweep=id, runs=(), validation=shares)


def ids(entries: list[Entry]) -> str:
    return "".join(each.id for each in entries)


@pytest.mark.parametrize(
    ("shares", "found"),
    [((0.9, 0.8, 0.7), 0.8), ((None, 0.9, 0.8), 0.8), ((None, 0.9, None), None), ((0.0, 0.0, None), 0.0)],
)
def test_the_middle_one_counts_and_a_diverged_one_is_least(shares: tuple[float | None, ...], found: float) -> None:
    assert middle(shares) == found


def test_the_better_the_cheaper_the_older_comes_first_and_those_without_a_score_last() -> None:
    entries = [
        entry("d", None, created=1), entry("c", 0.97), entry("b", 0.98, 2), entry("a", 0.98, 1, created=9),
        entry("e", 0.99, 3), entry("f", None, ended=False, created=2), entry("g", 0.98, 1, created=3),
    ]  # fmt: skip
    assert ids(ranked(entries)) == "egabcfd"


scores = st.none() | st.integers(90, 100).map(lambda n: n / 100)


@given(st.lists(st.tuples(scores, st.integers(1, 5)), max_size=12))
def test_no_entry_of_the_frontier_is_beaten_and_all_others_are(found: list[tuple[float | None, int]]) -> None:
    entries = [entry(str(i), score, epochs, created=i) for i, (score, epochs) in enumerate(found)]
    best = frontier(entries)
    prices = [price(each.recipe) for each in best]
    assert prices == sorted(set(prices))

    def beaten(one: Entry, other: Entry) -> bool:
        mine, theirs = one.score, other.score
        if mine is None or theirs is None:
            return False
        return theirs >= mine and price(other.recipe) <= price(one.recipe)

    for one, other in product(best, entries):
        assert (
            one is other
            or not beaten(one, other)
            or (one.score, one.recipe.epochs)
            == (
                other.score,
                other.recipe.epochs,
            )
        )
    for each in entries:
        assert each in best or each.score is None or any(beaten(each, other) for other in best)


def test_those_without_a_score_leave_first_the_frontier_last_and_what_trains_never() -> None:
    entries = [
        entry("t", None, ended=False), entry("n", None), entry("x", 0.95, 1), entry("y", 0.96, 2),
        entry("z", 0.955, 3, created=2), entry("w", 0.955, 3, created=1), entry("v", 0.959, 3),
    ]  # fmt: skip
    assert ids(leaving(entries, 7)) == ""
    assert ids(leaving(entries, 3)) == "nwzv"
    assert ids(leaving(entries, 0)) == "nwzvxy"


def test_an_entry_trains_without_the_last_tests_digits_and_equal_ones_have_equal_keys() -> None:
    assert entry_recipe(Recipe()) == Recipe(hold_out=True)
    assert entry_recipe(Recipe(model="linear", hidden=3, activation="tanh")) == entry_recipe(Recipe(model="linear"))
    assert entry_recipe(Recipe(model="two_linear", hidden=3)).hidden == 3
    assert price(entry_recipe(Recipe())) == 23_581 * 40 < BUDGET


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"epochs": 43}, "epochs", "23,581 parameters × 43 epochs are 1,013,983; at most 1,000,000"),
        ({"model": "linear", "epochs": 101}, "epochs", "at most 100"),
        ({"batch_size": 1, "epochs": 2}, "batch_size", "2 epochs of 10,358 steps are 20,716; at most 20,000"),
    ],
)
def test_too_much_is_refused_by_field_and_limit(fields: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(UnknownChoice, match=words) as refused:
        entry_recipe(Recipe(**fields))
    assert refused.value.field == field
    assert MOST_STEPS == 20_000
