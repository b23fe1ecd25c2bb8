"""What may be asked, and how a client is told what may not."""

import base64
import inspect
from typing import Any, get_type_hints

import numpy as np
import pytest
from pydantic import ValidationError

from app.experiments import KINDS, Gradient, OfValues, parameters, shapes
from app.learning import models
from app.learning.experiments import EXPERIMENTS
from app.recipe import Recipe
from app.web.problems import invalid

MODELS = [Recipe(), Recipe(model="linear"), Recipe(model="two_linear", hidden=256)]


@pytest.mark.parametrize("recipe", MODELS)
def test_shapes_are_the_models(recipe: Recipe) -> None:
    module = models.build(recipe)
    assert shapes(recipe) == {name: tuple(value.shape) for name, value in module.named_parameters()}
    assert parameters(recipe) == sum(value.numel() for value in module.parameters())


def test_every_kind_has_an_experiment_that_takes_and_gives_what_it_says() -> None:
    assert KINDS.keys() == EXPERIMENTS.keys()
    for name, kind in KINDS.items():
        first = next(iter(inspect.signature(EXPERIMENTS[name]).parameters))
        assert get_type_hints(EXPERIMENTS[name])[first] is kind.parameters


def vector(numbers: int) -> str:
    return base64.b64encode(np.zeros(numbers, "<f4").tobytes()).decode()


LINEAR = {"recipe": {"model": "linear"}}


def nudge(parameter: str, *index: int) -> dict[str, Any]:
    return {"weights": {"recipe": {}}, "nudge": {"parameter": parameter, "index": list(index), "by": [0.1]}}


@pytest.mark.parametrize(
    ("name", "asked", "field", "told"),
    [
        ("gradient", {}, "weights", "required"),
        ("gradient", {"weights": {}}, "weights", "Give one of run, recipe, or values"),
        ("gradient", {"weights": {"run": "a b"}}, "weights.run", "pattern"),
        ("gradient", {"weights": {"run": "ab", "step": -1}}, "weights.step", "greater than or equal to 0"),
        ("gradient", {"weights": {"recipe": {"hidden": 0}}}, "weights.recipe.hidden", "greater than or equal to 1"),
        ("gradient", {"weights": {"recipe": {}, "step": 2001}}, "weights.step", "less than or equal to 2000"),
        (
            "gradient",
            {"weights": LINEAR | {"values": vector(784)}},
            "weights",
            "784 numbers of 4 bytes; this model has",
        ),
        (
            "gradient",
            {"weights": {"recipe": {"batch_size": 12_396, "hidden": 256}, "step": 1}},
            "weights",
            "at most 800,000 are computed",
        ),
        ("gradient", {"weights": {"recipe": {"batch_size": 4096, "augment": True}, "step": 1}}, "weights", "2,048"),
        (
            "gradient",
            {"weights": {"recipe": {"optimizer": "adam"}, "step": 1, "zero_grad": False}},
            "weights.zero_grad",
            "sgd only",
        ),
        ("gradient", {"weights": LINEAR | {"values": "no=base64"}}, "weights", "no base64"),
        ("gradient", {"weights": LINEAR, "images": "some"}, "images", "'next' or 'all'"),
        ("gradient", {"weights": LINEAR, "images": [1, 12_396]}, "images.1", "less than 12396"),
        ("gradient", nudge("1.weight", 0, 0), "nudge", "no parameter 1.weight"),
        ("gradient", nudge("0.weight", 30, 0), "nudge", "shape [30, 784] and no index [30, 0]"),
        ("gradient", nudge("0.weight", 3), "nudge", "shape [30, 784] and no index [3]"),
        ("sampled_gradients", {"weights": LINEAR, "batch_sizes": [0]}, "batch_sizes.0", "greater than or equal to 1"),
        (
            "sampled_gradients",
            {"weights": {"recipe": {"hidden": 256}}, "batch_sizes": [8, 12_000], "samples": 100},
            "samples",
            "at most 32,000,000",
        ),
        ("batch", {}, "body", "one of run and recipe"),
        ("batch", {"recipe": {"epochs": 1}, "step": 50}, "step", "49 steps"),
        ("batch", {"run": "live", "images": 513}, "images", "less than or equal to 512"),
        ("timings", {"repeats": 9}, "repeats", "not permitted"),
        ("shuffled_pixels", {"epochs": 11}, "epochs", "less than or equal to 10"),
        ("shuffled_pixels", {"order": -1}, "order", "greater than or equal to 0"),
        ("image_orders", {"epochs": 7}, "epochs", "less than or equal to 6"),
        ("array_and_tensor", {"code": "1 + 1"}, "code", "not permitted"),
    ],
)
def test_what_may_not_be_asked_is_refused_by_its_field(name: str, asked: Any, field: str, told: str) -> None:
    with pytest.raises(ValidationError) as error:
        KINDS[name].parameters.model_validate(asked)
    problem = invalid(error.value.errors())
    assert problem.errors[0]["field"] == field
    assert told in problem.errors[0]["detail"]


def test_values_survive_the_way_to_the_worker() -> None:
    numbers = np.random.default_rng(0).normal(size=785).astype("<f4")
    values = base64.b64encode(numbers.tobytes()).decode()
    asked = Gradient(weights=OfValues(values=values, recipe=Recipe(model="linear"), step=9))
    again = Gradient.model_validate_json(asked.model_dump_json())
    assert again == asked
    assert isinstance(again.weights, OfValues)
    assert again.weights.data == numbers.tobytes()


def test_the_defaults_are_for_every_recipe() -> None:
    widest = {"weights": {"recipe": {"hidden": 256}}}
    assert KINDS["sampled_gradients"].parameters.model_validate(widest)
    with pytest.raises(ValidationError, match="images times units"):
        KINDS["sampled_gradients"].parameters.model_validate(widest | {"batch_sizes": [12_396]})
