import pytest
import torch

from app.learning import models
from app.learning.parameters import Parameters, flat, named_state
from app.recipe import Recipe

CPU = torch.device("cpu")
PIXELS = torch.tensor([3, 100, 783])


@pytest.mark.parametrize("model", ["linear", "two_linear", "simple_net"])
def test_every_model_begins_with_the_seeds_values_under_pytorchs_names(model: str) -> None:
    recipe = Recipe(model=model, hidden=2)  # type: ignore[arg-type]
    parameters = Parameters(recipe, 4, 3, PIXELS, CPU)
    expected = models.first_values(recipe, 4)
    assert len(parameters) == sum(value.numel() for value in expected.values())
    for member in range(3):
        named = parameters.named(flat(parameters.values), member)
        assert named.keys() == expected.keys()
        assert all(torch.equal(named[name], expected[name]) for name in named)


def test_a_row_is_one_unit_of_one_model() -> None:
    parameters = Parameters(Recipe(hidden=2), 0, 3, PIXELS, CPU)
    parameters.first[2 * 1 + 1] = torch.tensor([1.0, 2.0, 3.0, 4.0])  # the second unit of the second model
    parameters.second[1] = torch.tensor([5.0, 6.0, 7.0])
    named = parameters.named(flat(parameters.values), 1)
    assert named["0.weight"][1, PIXELS].tolist() == [1, 2, 3]
    assert named["0.bias"][1] == 4
    assert named["2.weight"].tolist() == [[5, 6]]
    assert named["2.bias"].tolist() == [7]
    others = parameters.named(flat(parameters.values), 0)
    assert all(torch.equal(others[name], value) for name, value in parameters.begin.items())


@pytest.mark.parametrize("model", ["linear", "two_linear", "simple_net"])
def test_units_are_told_without_naming_the_rest(model: str) -> None:
    parameters = Parameters(Recipe(model=model, hidden=2), 0, 3, PIXELS, CPU)  # type: ignore[arg-type]
    for value in parameters.values:
        value.uniform_()
    values = flat(parameters.values)
    for member in range(3):
        assert parameters.units_of(values, member) == models.units(parameters.named(values, member))


def test_what_an_optimizer_remembers_is_named_after_its_parameters() -> None:
    parameters = Parameters(Recipe(hidden=2), 0, 2, PIXELS, CPU)
    velocity = [torch.ones(shape) for shape in parameters.shapes]
    named = named_state(parameters, flat([*parameters.values, *velocity]), 1, ["velocity"])
    assert {name: value.shape for name, value in named.items()} == {
        f"optimizer.velocity.{name}": value.shape for name, value in parameters.begin.items()
    }
    assert named["optimizer.velocity.0.weight"].sum() == 2 * len(PIXELS)
