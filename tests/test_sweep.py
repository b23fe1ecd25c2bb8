from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recipe import Recipe
from app.sweep import PART, SEEDS_INVERTED, groups

APART: list[dict[str, object]] = [
    {"model": "linear"},
    {"hidden": 7},
    {"activation": "tanh"},
    {"loss": "bce"},
    {"optimizer": "adam"},
    {"batch_size": 64},
    {"epochs": 3},
    {"augment": True},
    {"invert": 0.5},
    {"freeze": True},
    {"hold_out": True},
    {"device": "cpu"},
]


def test_seeds_and_learning_rates_train_as_one() -> None:
    recipes = [Recipe(seed=seed, learning_rate=rate) for seed, rate in product((0, 1, 2), (0.1, 0.5))]
    assert groups(recipes) == [list(range(6))]


@pytest.mark.parametrize("other", APART, ids=[*map(str, APART)])
def test_any_other_field_divides(other: dict[str, object]) -> None:
    recipes = [Recipe(), Recipe.model_validate(other), Recipe(seed=3), Recipe.model_validate(other | {"seed": 3})]
    assert groups(recipes) == [[0, 2], [1, 3]]


def test_every_field_has_been_decided_on() -> None:
    assert {"seed", "learning_rate"} | {name for other in APART for name in other} == set(Recipe.model_fields)


def test_seeds_with_images_of_their_own_are_few_in_a_group() -> None:
    seeds = range(2 * SEEDS_INVERTED + 1)
    recipes = [Recipe(seed=seed, learning_rate=rate, invert=0.5) for rate, seed in product((0.1, 0.2), seeds)]
    divided = groups(recipes)
    assert [len({recipes[at].seed for at in group}) for group in divided] == [SEEDS_INVERTED, SEEDS_INVERTED, 1]
    assert [len(group) for group in divided] == [2 * SEEDS_INVERTED, 2 * SEEDS_INVERTED, 2]
    assert groups([recipe.model_copy(update={"invert": 0.0}) for recipe in recipes]) == [list(range(len(recipes)))]


def test_a_group_is_divided_where_there_are_places_for_its_parts() -> None:
    def sizes(recipes: list[Recipe], places: int) -> list[int]:
        return [len(group) for group in groups(recipes, places)]

    rates = [Recipe(learning_rate=0.01 * at, epochs=400) for at in range(1, 33)]
    assert [sizes(rates, places) for places in (1, 2, 3, 16)] == [[32], [16, 16], [10, 11, 11], [PART] * 8]
    assert sizes(rates[: 2 * PART - 1], 2) == [2 * PART - 1]
    wide = [each.model_copy(update={"hidden": 40}) for each in rates]
    assert sizes(rates + wide, 2) == [32, 32]
    assert sizes(rates + wide, 4) == [16, 16, 16, 16]
    short = [each.model_copy(update={"epochs": 10}) for each in rates]
    assert sizes(short, 2) == [32]  # done before another worker is there
    mixed = [Recipe(seed=seed, learning_rate=rate, epochs=400) for rate, seed in product((0.1, 0.2, 0.3, 0.4), (5, 3))]
    assert groups(mixed, 2) == [[0, 2, 4, 6], [1, 3, 5, 7]]  # what shares a seed shares its products


@given(st.integers(0, 64), st.integers(1, 6), st.integers(1, 16), st.randoms())
def test_each_member_is_in_one_group_in_its_order(members: int, kinds: int, places: int, random: Random) -> None:
    recipes = [Recipe(hidden=random.randint(1, kinds), seed=at) for at in range(members)]
    divided = groups(recipes, places)
    assert sorted(at for group in divided for at in group) == list(range(members))
    assert [group[0] for group in divided] == sorted(group[0] for group in divided)
    for group in divided:
        assert group == sorted(group)
        assert len({recipes[at].hidden for at in group}) == 1
