"""Two runs that differ in where the images' pixels stand: a network cannot tell, as it only adds them up."""

from collections.abc import Generator
from dataclasses import replace

import torch
from torch import Tensor

from app.events import EpochEnded
from app.experiments import Curve, ShuffledPixels, ShuffledPixelsAnswer
from app.learning.controls import NoControls
from app.learning.dataset import Digits
from app.learning.train import Emission, Member, train_members
from app.recipe import Recipe
from app.recording import Recording

NOTHING = Recording(frozenset(), frozenset(), unscheduled=0, state=False)
"""Neither weights nor models of these runs are looked at."""


def shuffled_pixels(asked: ShuffledPixels, digits: Digits) -> Generator[None, None, ShuffledPixelsAnswer]:
    """Both runs begin with the same weights and meet the images in the same order."""
    recipe = Recipe(epochs=asked.epochs, device="cpu")
    places = torch.randperm(digits.train_images.shape[1], generator=torch.Generator().manual_seed(asked.order))
    plain = yield from _curve(recipe, digits)
    moved = reordered(digits, places)
    yield
    shuffled = yield from _curve(recipe, moved)
    return ShuffledPixelsAnswer(recipe=recipe, places=places.tolist(), plain=plain, shuffled=shuffled)


def reordered(digits: Digits, places: Tensor) -> Digits:
    """Pixel i of every image is its pixel ``places[i]`` of before."""
    return replace(
        digits, train_images=digits.train_images[:, places].contiguous(),
        valid_images=digits.valid_images[:, places].contiguous(),
    )  # fmt: skip


def _curve(recipe: Recipe, digits: Digits) -> Generator[None, None, Curve]:
    curve = Curve(train_loss=[], valid_loss=[], valid_accuracy=[])
    for each in train_members([Member("run", "run", recipe)], digits, NoControls(), recording=NOTHING):
        if isinstance(each, Emission) and isinstance(ended := each.what, EpochEnded):
            assert ended.train_loss is not None, "mnist_loss is bounded"
            assert ended.valid_loss is not None, "mnist_loss is bounded"
            curve.train_loss.append(ended.train_loss)
            curve.valid_loss.append(ended.valid_loss)
            curve.valid_accuracy.append(ended.valid_accuracy)
        yield
    return curve
