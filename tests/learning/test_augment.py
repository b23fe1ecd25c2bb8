import torch

from app.learning.augment import transforms, warp
from app.learning.dataset import Digits

IDENTITY = torch.tensor([[1.0, 0, 0], [0, 1, 0]])


def test_the_map_that_changes_nothing_changes_nothing(digits: Digits) -> None:
    images = digits.valid_images[:8] / 255
    torch.testing.assert_close(warp(images, IDENTITY.expand(8, 2, 3)), images, rtol=0, atol=1e-5)


def test_a_shift_moves_the_image_and_lets_blank_in() -> None:
    images = torch.zeros(1, 784)
    images.view(28, 28)[10, 10] = 1
    two_right = IDENTITY + torch.tensor([[0, 0, -2 / 14], [0, 0, 0]])
    moved = warp(images, two_right.unsqueeze(0)).view(28, 28)
    assert moved[10, 12].item() > 0.999
    assert 0.999 < moved.sum().item() < 1.001


def test_maps_differ_but_follow_from_the_generator() -> None:
    first, again = (transforms(100, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(first, again)
    assert len(first.unique(dim=0)) == 100


def test_digits_stay_in_the_picture(digits: Digits) -> None:
    images = digits.train_images[:500] / 255
    warped = warp(images, transforms(500, torch.Generator().manual_seed(0)))
    assert warped.shape == images.shape
    assert warped.min() >= 0
    assert warped.max() <= 1
    kept = warped.sum(1) / images.sum(1)
    assert kept.min() > 0.6
    assert 0.95 < kept.mean() < 1.1
    assert (warped - images).abs().mean() > 0.03
