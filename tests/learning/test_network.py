"""The hand-written gradients are autograd's, of the model and the losses as the book writes them."""

from itertools import product
from typing import get_args

import pytest
import torch
from torch import Tensor
from torch.func import functional_call

from app import recipe as vocabulary
from app.learning import models
from app.learning.dataset import Digits
from app.learning.images import Images
from app.learning.losses import LOSSES, batch_accuracy
from app.learning.network import WHITE, Network
from app.learning.parameters import Parameters, flat
from app.learning.slopes import SLOPES
from app.recipe import Recipe

CPU = torch.device("cpu")
LOSSES_AND_MODELS = [
    *product(get_args(vocabulary.Loss), ["linear", "two_linear"], ["relu"]),
    *product(get_args(vocabulary.Loss), ["simple_net"], get_args(vocabulary.Activation)),
]
COUNT = 3


def by_autograd(recipe: Recipe, named: dict[str, Tensor], x: Tensor, y: Tensor) -> tuple[float, dict[str, Tensor]]:
    """In float64."""
    leaves = {name: value.double().requires_grad_() for name, value in named.items()}
    predictions = functional_call(models.build(recipe), leaves, (x.double(),)).squeeze(1)
    loss = LOSSES[recipe.loss](predictions, y.double())
    found = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True, materialize_grads=True)
    return loss.item(), dict(zip(leaves, found, strict=True))


@pytest.mark.parametrize(("loss", "model", "activation"), LOSSES_AND_MODELS)
def test_every_models_gradients_are_autograds(few_digits: Digits, loss: str, model: str, activation: str) -> None:
    recipe = Recipe(loss=loss, model=model, activation=activation, hidden=7)  # type: ignore[arg-type]
    images = Images(recipe, few_digits, CPU)
    parameters = Parameters(recipe, 5, COUNT, images.pixels, CPU)
    network = Network(recipe, parameters)
    for value in parameters.values:  # so that they differ
        value += 0.1 * torch.rand(value.shape, generator=torch.Generator().manual_seed(1))
    rows, y = images.train[:88].float(), few_digits.train_targets[:88]
    signs = images.train_signs[:88]

    logits, hidden = network.logits(rows)
    losses, slopes = SLOPES[recipe.loss](logits, signs, signs / (88 * WHITE))
    gradients = flat(network.gradients(rows, hidden, slopes))

    for member in range(COUNT):
        named = parameters.named(flat(parameters.values), member)
        expected, expected_gradient = by_autograd(recipe, named, few_digits.train_images[:88] / 255, y)
        assert losses[member].mean().item() == pytest.approx(expected, rel=1e-5)
        accuracy = ((logits[member] > 0) == (signs < 0)).float().mean()
        assert accuracy == batch_accuracy(logits[member], y)
        for name, gradient in parameters.named(gradients, member, fill=False).items():
            torch.testing.assert_close(gradient.double(), expected_gradient[name], rtol=1e-4, atol=1e-7)


def test_pixels_that_no_training_image_lights_have_no_gradient_but_are_seen(few_digits: Digits) -> None:
    recipe = Recipe(hidden=3)
    images = Images(recipe, few_digits, CPU)
    assert len(images.pixels) + len(images.others) == 784
    assert not few_digits.train_images[:, images.others].any()
    assert images.beyond.any(0).all()
    named = models.first_values(recipe, 0)
    _, gradient = by_autograd(recipe, named, few_digits.train_images / 255, few_digits.train_targets)
    assert not gradient["0.weight"][:, images.others].any()


def test_with_augmentation_every_pixel_counts(few_digits: Digits) -> None:
    images = Images(Recipe(augment=True), few_digits, CPU)
    assert len(images.pixels) == 784
    assert images.beyond.shape == (0, 0)
