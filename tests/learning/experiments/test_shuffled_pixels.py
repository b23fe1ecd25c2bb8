"""What the learner makes of images whose pixels have changed places."""

import json
from collections import deque

import torch

from app.events import EpochEnded
from app.learning.controls import NoControls
from app.learning.dataset import Digits
from app.learning.experiments import compute
from app.learning.experiments.shuffled_pixels import reordered
from app.learning.train import train
from app.recipe import Recipe
from tests.learning.experiments.asking import ask


def test_pixels_in_place_are_the_run_of_the_recipe_itself(few_digits: Digits) -> None:
    answer = ask("shuffled_pixels", few_digits, epochs=3, order=4)
    recipe = Recipe.model_validate(answer["recipe"])
    assert recipe == Recipe(epochs=3, device="cpu")
    ends = [each for each in train(recipe, few_digits, NoControls()) if isinstance(each, EpochEnded)]
    for name in ("train_loss", "valid_loss", "valid_accuracy"):
        assert answer["plain"][name] == [getattr(end, name) for end in ends]
        assert len(answer["shuffled"][name]) == 3


def test_the_other_order_is_one_for_all_images_and_its_seeds(few_digits: Digits) -> None:
    one, again, other = (ask("shuffled_pixels", few_digits, epochs=1, order=order) for order in (1, 1, 2))
    assert one == again
    assert one["places"] != other["places"]
    assert sorted(one["places"]) == list(range(784)) != one["places"]
    moved = reordered(few_digits, torch.tensor(one["places"]))
    for images, before in (
        (moved.train_images, few_digits.train_images),
        (moved.valid_images, few_digits.valid_images),
    ):
        assert torch.equal(images[7, 100], before[7, one["places"][100]])
        assert torch.equal(images.sort(1).values, before.sort(1).values)
    assert torch.equal(moved.train_targets, few_digits.train_targets)


def test_the_network_learns_either_way(few_digits: Digits) -> None:
    answer = ask("shuffled_pixels", few_digits, epochs=10)
    for curve in (answer["plain"], answer["shuffled"]):
        assert curve["valid_accuracy"][-1] > 0.9
        assert curve["valid_loss"][-1] < curve["valid_loss"][0]


def test_it_can_be_left_between_its_steps(few_digits: Digits) -> None:
    computing = compute("shuffled_pixels", json.dumps({}), few_digits)
    next(computing)
    computing.close()
    deque(computing, maxlen=0)  # over
