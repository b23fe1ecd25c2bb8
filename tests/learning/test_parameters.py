import torch
from torch import nn

from app.learning.parameters import Parameters

CPU = torch.device("cpu")


def small() -> tuple[nn.Sequential, Parameters]:
    with torch.device("meta"):
        module = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))
    return module, Parameters(module, CPU)


def test_one_vector_holds_all_parameters_under_pytorchs_names() -> None:
    module, parameters = small()
    assert len(parameters) == 3 * 2 + 2 + 2 + 1
    parameters.values.copy_(torch.arange(11.0))
    state = module.state_dict()
    assert list(state) == list(parameters.named(parameters.values)) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert state["0.weight"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert state["2.bias"].tolist() == [10]


def test_a_change_of_the_vector_changes_what_the_module_computes() -> None:
    module, parameters = small()
    parameters.values.fill_(1)
    assert module(torch.ones(1, 3)).item() == 9
    parameters.values.fill_(2)
    assert module(torch.ones(1, 3)).item() == 34


def test_gradients_gather_in_the_other_vector() -> None:
    module, parameters = small()
    parameters.values.fill_(1)
    module(torch.ones(1, 3)).sum().backward()
    expected = {"0.weight": [[1, 1, 1], [1, 1, 1]], "0.bias": [1, 1], "2.weight": [[4, 4]], "2.bias": [1]}
    assert {name: value.tolist() for name, value in parameters.named(parameters.gradient).items()} == expected
