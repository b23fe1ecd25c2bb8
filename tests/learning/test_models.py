import pytest
import torch
from torch import Tensor, nn

from app.learning import models
from app.recipe import Recipe


def built(recipe: Recipe) -> tuple[nn.Module, dict[str, Tensor]]:
    module, named = models.build(recipe).to_empty(device="cpu"), models.first_values(recipe, recipe.seed)
    module.load_state_dict(named)
    return module, named


@pytest.mark.parametrize(("model", "count"), [("simple_net", 23_581), ("two_linear", 23_581), ("linear", 785)])
def test_takes_784_pixels_and_gives_one_logit(model: str, count: int) -> None:
    module, named = built(Recipe(model=model))  # type: ignore[arg-type]
    assert sum(value.numel() for value in named.values()) == count
    assert module(torch.rand(5, 784)).shape == (5, 1)


def test_first_values_are_pytorchs_own_for_the_seed() -> None:
    _, named = built(Recipe(seed=42))
    with torch.random.fork_rng():
        torch.manual_seed(42)
        theirs = nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 1)).state_dict()
    for name, value in named.items():
        torch.testing.assert_close(value, theirs[name])


def test_two_linear_layers_are_one() -> None:
    module, _ = built(Recipe(model="two_linear"))
    first, second = module.children()
    assert isinstance(first, nn.Linear)
    assert isinstance(second, nn.Linear)
    weight, bias = second.weight @ first.weight, second.weight @ first.bias + second.bias
    images = torch.rand(5, 784)
    torch.testing.assert_close(module(images), images @ weight.T + bias, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "none"])
def test_an_activation_changes_what_is_computed_and_not_the_first_values(activation: str) -> None:
    module, named = built(Recipe(activation=activation, hidden=3))  # type: ignore[arg-type]
    images = torch.rand(5, 784)
    sums = images @ named["0.weight"].T + named["0.bias"]
    computed = {"relu": sums.relu(), "tanh": sums.tanh(), "sigmoid": sums.sigmoid(), "none": sums}[activation]
    torch.testing.assert_close(module(images), computed @ named["2.weight"].T + named["2.bias"])


def test_units_tell_bias_and_output_weight() -> None:
    _, named = built(Recipe(hidden=4))
    units = models.units(named)
    assert units.bias == named["0.bias"].tolist()
    assert units.output_weight == named["2.weight"][0].tolist()
    assert len(units.bias) == len(units.output_weight) == 4


def test_a_linear_model_is_one_unit_that_speaks_for_itself() -> None:
    _, named = built(Recipe(model="linear"))
    assert models.units(named).bias == named["0.bias"].tolist()
    assert models.units(named).output_weight == [1.0]
