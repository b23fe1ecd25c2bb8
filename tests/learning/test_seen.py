"""Digits that a recipe holds out are not looked at, whatever they are."""

from dataclasses import replace

import pytest
import torch
from safetensors.numpy import load

from app.checkpoint import Checkpoint
from app.learning.dataset import Digits
from app.learning.seen import kept, seen
from app.recipe import HELD_OUT, TRAIN_IMAGES, Recipe
from tests.learning.experiments.asking import ask
from tests.learning.scripted import play

APART = Recipe(hold_out=True, epochs=1, hidden=2, invert=0.25)


@pytest.fixture(scope="module")
def others(digits: Digits) -> Digits:
    """Each of the last images is its negative, and has the other label."""
    images, targets = digits.train_images.clone(), digits.train_targets.clone()
    images[-HELD_OUT:] = 255 - images[-HELD_OUT:]
    targets[-HELD_OUT:] = 1 - targets[-HELD_OUT:]
    return replace(digits, train_images=images, train_targets=targets)


def test_whatever_is_held_out_a_run_is_the_same_bit_for_bit(digits: Digits, others: Digits) -> None:
    def bits(recipe: Recipe, digits: Digits) -> list[object]:
        """Its events, and the numbers of its models: the names in their files come in any order."""
        return [
            sorted((name, value.tobytes()) for name, value in load(each.data).items())
            if isinstance(each, Checkpoint)
            else each
            for each in play(recipe, digits)[0]
        ]

    assert bits(APART, digits) == bits(APART, others)
    everything = APART.model_copy(update={"hold_out": False})
    assert bits(everything, digits) != bits(everything, others)


def test_its_steps_are_those_of_the_images_that_are_left(digits: Digits) -> None:
    emitted, _ = play(APART, digits)
    started = emitted[0]
    assert APART.train_images == TRAIN_IMAGES - HELD_OUT == started.train_images  # type: ignore[union-attr]
    assert APART.steps == started.steps == 41  # type: ignore[union-attr]
    assert seen(digits, APART).train_images.shape == (APART.train_images, 784)


def test_both_digits_are_among_those_held_out(digits: Digits) -> None:
    assert len(kept(digits, APART).train_targets) + HELD_OUT == len(digits.train_targets)
    assert int(digits.train_targets[-HELD_OUT:].sum()) == 986


def test_too_few_digits_are_refused(few_digits: Digits) -> None:
    with pytest.raises(ValueError, match="of 600 training images 2038"):
        kept(few_digits, APART)


def test_experiments_know_only_what_is_left(digits: Digits) -> None:
    recipe = {"model": "linear", "hold_out": True}
    whole = ask("gradient", digits, weights={"recipe": recipe, "step": 42}, images="all")
    assert whole["images"] == 10_358
    last = ask("gradient", digits, weights={"recipe": recipe, "step": 1}, images=[10_358])
    assert last == {"refused": "Image 10,358: this recipe learns from the first 10,358 only."}
    wide = ask("sampled_gradients", digits, weights={"recipe": recipe, "step": 1}, batch_sizes=[10_359], samples=1)
    assert wide == {"refused": "A batch of 10,359: this recipe learns from 10,358 images."}
    batch = ask("batch", digits, recipe=recipe, step=42)
    assert (batch["epoch"], batch["batch"]) == (2, 0)
    assert max(batch["indices"]) < 10_358
    assert torch.tensor(batch["labels"]).unique().tolist() == [3, 7]
