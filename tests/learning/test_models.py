import pytest
import torch
from torch import nn

from app.learning import models
from app.learning.parameters import Parameters
from app.recipe import Recipe

CPU = torch.device("cpu")


def built(recipe: Recipe) -> tuple[nn.Sequential, Parameters]:
    module = models.build(recipe)
    parameters = Parameters(module, CPU)
    models.initialise(parameters, recipe.seed)
    return module, parameters


@pytest.mark.parametrize(("model", "count"), [("simple_net", 23_581), ("two_linear", 23_581), ("linear", 785)])
def test_takes_784_pixels_and_gives_one_logit(model: str, count: int) -> None:
    module, parameters = built(Recipe(model=model))  # type: ignore[arg-type]
    assert len(parameters) == count
    assert module(torch.rand(5, 784)).shape == (5, 1)


@pytest.mark.parametrize("rows", [1, 7, 256])
def test_a_layer_is_pytorchs_own_computed_the_other_way_round(rows: int) -> None:
    ours, theirs = models.Linear(784, 30), nn.Linear(784, 30)
    ours.load_state_dict(theirs.state_dict())
    images, slopes = torch.rand(rows, 784), torch.rand(rows, 30)
    for layer in (ours, theirs):
        (layer(images) * slopes).sum().backward()
    torch.testing.assert_close(ours(images), theirs(images))
    torch.testing.assert_close(ours.weight.grad, theirs.weight.grad, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(ours.bias.grad, theirs.bias.grad, rtol=1e-4, atol=1e-4)


def test_first_values_are_pytorchs_own_for_the_seed() -> None:
    _, parameters = built(Recipe(seed=42))
    with torch.random.fork_rng():
        torch.manual_seed(42)
        theirs = nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 1)).state_dict()
    for name, value in parameters.named(parameters.values).items():
        torch.testing.assert_close(value, theirs[name])


def test_two_linear_layers_are_one() -> None:
    module, _ = built(Recipe(model="two_linear"))
    first, second = module
    assert isinstance(first, nn.Linear)
    assert isinstance(second, nn.Linear)
    weight, bias = second.weight @ first.weight, second.weight @ first.bias + second.bias
    images = torch.rand(5, 784)
    torch.testing.assert_close(module(images), images @ weight.T + bias, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "none"])
def test_an_activation_changes_what_is_computed_and_not_the_first_values(activation: str) -> None:
    module, parameters = built(Recipe(activation=activation, hidden=3))  # type: ignore[arg-type]
    named = parameters.named(parameters.values)
    images = torch.rand(5, 784)
    sums = images @ named["0.weight"].T + named["0.bias"]
    computed = {"relu": sums.relu(), "tanh": sums.tanh(), "sigmoid": sums.sigmoid(), "none": sums}[activation]
    torch.testing.assert_close(module(images), computed @ named["2.weight"].T + named["2.bias"])


def test_units_tell_bias_and_output_weight() -> None:
    _, parameters = built(Recipe(hidden=4))
    named = parameters.named(parameters.values)
    units = models.units(named)
    assert units.bias == named["0.bias"].tolist()
    assert units.output_weight == named["2.weight"][0].tolist()
    assert len(units.bias) == len(units.output_weight) == 4


def test_a_linear_model_is_one_unit_that_speaks_for_itself() -> None:
    _, parameters = built(Recipe(model="linear"))
    named = parameters.named(parameters.values)
    assert models.units(named).bias == named["0.bias"].tolist()
    assert models.units(named).output_weight == [1.0]
