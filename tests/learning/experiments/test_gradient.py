"""The gradient experiment, held against the learner's own steps and against the chain rule on paper."""

from math import hypot
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.learning.dataset import Digits
from app.learning.learner import METRICS, Learner
from app.learning.parameters import flat
from app.recipe import Recipe
from tests.learning.experiments.asking import ask, named, text, vector

CPU = torch.device("cpu")
RECIPES = [
    {"batch_size": 100},
    {"model": "linear", "loss": "bce", "optimizer": "momentum"},
    {"model": "two_linear", "hidden": 5, "optimizer": "adam"},
    {"augment": True, "batch_size": 64, "seed": 3},
    {"invert": 0.5, "activation": "tanh", "seed": 4},
]


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("step", [0, 2, 8])
def test_it_is_the_gradient_that_the_learner_takes(recipe: dict[str, Any], step: int, few_digits: Digits) -> None:
    """At any step the next batch's loss, gradient and its norm, and the weights before it."""
    answer = ask("gradient", few_digits, weights={"recipe": recipe, "step": step})
    learner = Learner.alone(Recipe.model_validate(recipe), few_digits, CPU)
    batches = len(learner.batch_sizes)
    for past in range(step + 1):
        if past % batches == 0:
            learner.shuffle(past // batches + 1)
        before = flat(list(learner.parameters.named(learner.snapshot(), 0).values()))
        metrics = torch.empty(METRICS, 1)
        learner.step(past % batches, metrics.unbind())
    gradient = flat(list(learner.parameters.named(flat(learner.gradients), 0, fill=False).values()))
    loss, right, *norms = metrics.squeeze(1).tolist()
    assert (answer["step"], answer["model"]) == (step, learner.recipe.model)
    assert answer["images"] == learner.batch_sizes[step % batches]
    assert np.array_equal(vector(answer["values"]), before.numpy())
    np.testing.assert_allclose(vector(answer["gradient"]), gradient.numpy(), rtol=1e-4, atol=1e-7)
    assert answer["norm"] == pytest.approx(hypot(*norms), rel=1e-5)
    assert answer["loss"] == pytest.approx(loss / answer["images"], rel=1e-5)
    assert answer["accuracy"] == pytest.approx(right / answer["images"])


def test_gradients_that_are_not_zeroed_pile_up(few_digits: Digits) -> None:
    """Each step follows the sum of all gradients so far, as PyTorch's own do without ``zero_grad``."""
    recipe = Recipe(batch_size=100, hidden=3)
    kept = {"recipe": recipe.model_dump(), "zero_grad": False}
    total = np.zeros(3 * 786 + 1, np.float32)
    for step in range(12):
        answer = ask("gradient", few_digits, weights=kept | {"step": step})
        total += vector(answer["gradient"])
        after = ask("gradient", few_digits, weights=kept | {"step": step + 1})
        expected = vector(answer["values"]) - recipe.learning_rate * total
        np.testing.assert_allclose(vector(after["values"]), expected, rtol=1e-4, atol=1e-6)
    zeroed = ask("gradient", few_digits, weights={"recipe": recipe.model_dump(), "step": 12})
    assert not np.allclose(vector(zeroed["values"]), vector(after["values"]), atol=1e-3)


def by_hand(w: dict[str, NDArray[Any]], x: NDArray[Any], y: NDArray[Any]) -> tuple[float, dict[str, NDArray[Any]]]:
    """``mnist_loss`` of 784 → hidden → ReLU → 1 and its gradients, in float64.

    L = 1/n Σ (y = 1 ? 1 − p : p) with p = σ(z), so ∂L/∂z = (1 − 2y) p (1 − p) / n. Then z = w₂ h + b₂ and
    h = max(0, a), a = w₁ x + b₁, so ∂L/∂h = ∂L/∂z w₂, and ∂L/∂a is the same where a > 0, else nothing.
    """
    a = x @ w["0.weight"].T + w["0.bias"]
    h = np.maximum(a, 0)
    p = 1 / (1 + np.exp(-(h @ w["2.weight"].T + w["2.bias"])))
    dz = (1 - 2 * y) * p * (1 - p) / len(x)
    da = dz @ w["2.weight"] * (a > 0)
    gradient = {"0.weight": da.T @ x, "0.bias": da.sum(0), "2.weight": dz.T @ h, "2.bias": dz.sum(0)}
    return float(np.where(y == 1, 1 - p, p).mean()), gradient


def test_given_weights_and_images_are_taken_as_they_are(few_digits: Digits) -> None:
    values = np.random.default_rng(1).normal(0, 0.05, 3 * 784 + 3 + 3 + 1).astype(np.float32)
    chosen = [5, 599, 5, 17]
    weights = {"values": text(values), "recipe": {"hidden": 3}, "step": 44}
    answer = ask("gradient", few_digits, weights=weights, images=chosen)
    x = few_digits.train_images[chosen].double().numpy() / 255
    y = few_digits.train_targets[chosen].double().numpy()[:, None]
    loss, gradient = by_hand(named(values.astype(np.float64), answer["shapes"]), x, y)
    assert (answer["images"], answer["step"]) == (4, 44)
    assert answer["loss"] == pytest.approx(loss, rel=1e-6)
    for name, part in named(vector(answer["gradient"]), answer["shapes"]).items():
        np.testing.assert_allclose(part, gradient[name], rtol=1e-4, atol=1e-8)


def test_from_zero_the_linear_models_first_gradient_is_the_difference_of_the_means(digits: Digits) -> None:
    """At weights of zero every image pulls alike: σ' = 1/4, so the gradient is (Σ of 7s − Σ of 3s) / 4n."""
    answer = ask("gradient", digits, weights={"recipe": {"model": "linear"}, "start": "zero"}, images="all")
    image = vector(answer["gradient"])[:784]
    pixels, threes = digits.train_images.double() / 255, digits.train_targets == 1
    expected = (pixels[~threes].sum(0) - pixels[threes].sum(0)) / (4 * len(pixels))
    np.testing.assert_allclose(image, expected.numpy(), atol=1e-7)
    baseline = pixels[threes].mean(0) - pixels[~threes].mean(0)
    cosine = torch.cosine_similarity(-torch.from_numpy(image.copy()).double(), baseline, dim=0).item()
    assert cosine > 0.999
    assert (answer["images"], answer["loss"]) == (12_396, pytest.approx(0.5))


def test_the_whole_set_is_inverted_as_the_recipe_wants(few_digits: Digits) -> None:
    recipe = {"model": "linear", "invert": 0.5, "batch_size": 600}
    whole, epoch = (ask("gradient", few_digits, weights={"recipe": recipe}, images=which) for which in ("all", "next"))
    np.testing.assert_allclose(vector(whole["gradient"]), vector(epoch["gradient"]), rtol=1e-4, atol=1e-7)
    sampled = ask("sampled_gradients", few_digits, weights={"recipe": recipe}, batch_sizes=[600], samples=1)
    assert sampled["norm"] == pytest.approx(whole["norm"])
    assert sampled["sizes"][0]["mean_angle"] < 0.1


@settings(max_examples=20)
@given(
    place=st.tuples(st.sampled_from(["0.weight", "0.bias", "2.weight", "2.bias"]), st.integers(0, 10**6)),
    by=st.floats(1e-8, 1e-6),
)
def test_rise_over_run_is_what_autograd_says(few_digits: Digits, place: tuple[str, int], by: float) -> None:
    """By so little that hardly an image reaches a ReLU's kink."""
    shapes = {"0.weight": [7, 784], "0.bias": [7], "2.weight": [1, 7], "2.bias": [1]}
    name, at = place
    index = [int(i) for i in np.unravel_index(at % int(np.prod(shapes[name])), shapes[name])]
    nudge = {"parameter": name, "index": index, "by": [by, -by, 0.0]}
    answer = ask("gradient", few_digits, weights={"recipe": {"hidden": 7, "loss": "bce"}, "step": 3}, nudge=nudge)
    assert answer["shapes"] == shapes
    found = answer["nudge"]
    up, down, none = found["rise_over_run"]
    assert none is None
    assert (up + down) / 2 == pytest.approx(found["derivative"], rel=1e-3, abs=1e-6)
    assert found["derivative"] == named(vector(answer["gradient"]), shapes)[name][tuple(index)]
    assert found["value"] == named(vector(answer["values"]), shapes)[name][tuple(index)]
    assert found["loss"][2] == pytest.approx(answer["loss"], rel=1e-5)
    assert found["accuracy"][2] == pytest.approx(answer["accuracy"])


def test_weights_of_a_network_that_diverged_have_no_gradient(few_digits: Digits) -> None:
    recipe = {"model": "two_linear", "loss": "bce", "learning_rate": 1000, "epochs": 9}
    answer = ask("gradient", few_digits, weights={"recipe": recipe, "step": 27})
    assert answer == {"refused": "The weights after step 27 are not all finite: this network diverged."}


def test_a_run_is_not_for_the_learner(few_digits: Digits) -> None:
    with pytest.raises(ValueError, match="run 'r1' comes as OfValues"):
        ask("gradient", few_digits, weights={"run": "r1"})
