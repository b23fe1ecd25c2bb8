import pytest
import torch

from app.learning.dataset import Digits
from app.learning.prepared import KEPT, Prepared
from app.recipe import Recipe

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Recipe(seed=5, hidden=3, learning_rate=1, batch_size=7, model="linear"), True),
        (Recipe(augment=True), False),
        (Recipe(invert=0.5), False),
    ],
)
def test_recipes_that_see_the_same_images_share_them(few_digits: Digits, other: Recipe, same: bool) -> None:
    prepared = Prepared(few_digits)
    assert (prepared.of(Recipe(), CPU)[0] is prepared.of(other, CPU)[0]) == same


def test_what_is_held_out_is_in_none_of_theirs(digits: Digits) -> None:
    prepared = Prepared(digits)
    apart, baseline = prepared.of(Recipe(hold_out=True), CPU)
    everything, other = prepared.of(Recipe(), CPU)
    assert (len(apart.train), len(everything.train)) == (10_358, 12_396)
    assert baseline != other


def test_each_seed_inverts_images_of_its_own(few_digits: Digits) -> None:
    prepared = Prepared(few_digits)
    first, second = (prepared.of(Recipe(invert=0.5, seed=seed), CPU)[0] for seed in (0, 1))
    assert not torch.equal(first.train, second.train)
    assert torch.equal(Prepared(few_digits).of(Recipe(invert=0.5, seed=1), CPU)[0].train, second.train)


def test_those_used_last_are_kept(few_digits: Digits) -> None:
    prepared = Prepared(few_digits)
    usual = prepared.of(Recipe(), CPU)[0]
    for seed in range(2 * KEPT):
        rare = prepared.of(Recipe(invert=0.5, seed=seed), CPU)[0]
        assert prepared.of(Recipe(), CPU)[0] is usual
    assert prepared.of(Recipe(invert=0.5, seed=2 * KEPT - 1), CPU)[0] is rare
    assert prepared.of(Recipe(invert=0.5, seed=0), CPU)[0] is not prepared.of(Recipe(invert=0.5, seed=1), CPU)[0]
