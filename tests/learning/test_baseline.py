import pytest
import torch

from app.learning.baseline import baseline, l1, l2, means
from app.learning.dataset import Digits


def test_the_known_shares_over_all_validation_images(digits: Digits) -> None:
    found = baseline(digits)
    assert round(found.l1, 4) == 0.9514
    assert round(found.l2, 4) == 0.9661


def test_means_are_those_of_each_digits_training_images(digits: Digits) -> None:
    threes = digits.train_targets == 1
    for mean, whose in zip(means(digits), (threes, ~threes), strict=True):
        assert mean.shape == (784,)
        torch.testing.assert_close(mean, (digits.train_images[whose].double() / 255).mean(0).float())


@pytest.mark.parametrize(("distance", "expected"), [(l1, [0.0, 0.5, 0.75]), (l2, [0.0, 0.5, 0.625**0.5])])
def test_distances_broadcast_one_image_over_many(distance, expected) -> None:
    images = torch.tensor([[0.0, 0.5], [0.5, 0.0], [1.0, 1.0]])
    torch.testing.assert_close(distance(images, torch.tensor([0.0, 0.5])), torch.tensor(expected))
