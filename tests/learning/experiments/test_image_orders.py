"""What becomes of training whose images are not shuffled."""

import json
from collections import deque

import pytest
import torch

from app.events import EpochEnded
from app.learning.controls import NoControls
from app.learning.dataset import Digits
from app.learning.experiments import compute
from app.learning.experiments.image_orders import CPU, Unshuffled, sevens_first
from app.learning.train import train
from app.recipe import Recipe
from tests.learning.experiments.asking import ask


def test_shuffled_is_the_run_of_the_recipe_itself(few_digits: Digits) -> None:
    answer = ask("image_orders", few_digits, epochs=3, seed=2)
    recipe = Recipe.model_validate(answer["recipe"])
    assert recipe == Recipe(epochs=3, seed=2, device="cpu")
    ends = [each for each in train(recipe, few_digits, NoControls()) if isinstance(each, EpochEnded)]
    for name in ("train_loss", "valid_loss", "valid_accuracy"):
        assert answer["shuffled"][name] == pytest.approx([getattr(end, name) for end in ends], rel=1e-6)
        assert len(answer["unshuffled"][name]) == len(answer["sorted"][name]) == 3
    assert answer["unshuffled"]["valid_loss"] != answer["shuffled"]["valid_loss"]


def test_each_epoch_meets_the_images_as_they_lie(few_digits: Digits) -> None:
    ordered = sevens_first(few_digits)
    assert ordered.train_targets.tolist() == sorted(few_digits.train_targets.tolist())
    threes = few_digits.train_images[few_digits.train_targets == 1]
    assert torch.equal(ordered.train_images[-len(threes) :], threes)
    learner = Unshuffled.alone(Recipe(batch_size=100), ordered, CPU)
    for epoch in (1, 2):
        learner.shuffle(epoch)
        indices = torch.cat([batch.indices for batch in learner.batches])
        assert torch.equal(indices, torch.arange(len(ordered.train_images)))


def test_it_can_be_left_between_its_steps(few_digits: Digits) -> None:
    computing = compute("image_orders", json.dumps({}), few_digits)
    next(computing)
    computing.close()
    deque(computing, maxlen=0)  # over
