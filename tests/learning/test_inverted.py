import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from app.learning.dataset import Digits
from app.learning.inverted import inverted
from app.recipe import Recipe


def which(before: Tensor, after: Tensor) -> Tensor:
    """The images that were inverted; every other is untouched."""
    changed = (before != after).any(1)
    assert torch.equal(after[changed], 255 - before[changed])
    return changed


@given(st.floats(0, 1), st.integers(0, 2**31 - 1))
def test_a_share_of_both_splits_is_inverted_and_the_rest_left_alone(
    few_digits: Digits, share: float, seed: int
) -> None:
    digits = inverted(few_digits, Recipe(invert=share, seed=seed))
    assert which(few_digits.train_images, digits.train_images).sum() == round(share * 600)
    assert which(few_digits.valid_images, digits.valid_images).sum() == round(share * 200)
    assert torch.equal(digits.train_targets, few_digits.train_targets)


def test_the_seed_decides_which_and_a_larger_share_adds_to_a_smaller(few_digits: Digits) -> None:
    def chosen(share: float, seed: int) -> Tensor:
        digits = inverted(few_digits, Recipe(invert=share, seed=seed))
        return which(few_digits.train_images, digits.train_images)

    some = chosen(0.3, 1)
    assert torch.equal(some, chosen(0.3, 1))
    assert not torch.equal(some, chosen(0.3, 2))
    assert (chosen(0.6, 1) & some).sum() == some.sum()
