import pytest
import torch
from torch import nn

from app.learning.optimizers import SGD, Adam, Momentum, Optimizer
from app.learning.parameters import Parameters


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (SGD, lambda w: torch.optim.SGD(w, lr=0.1)),
        (Momentum, lambda w: torch.optim.SGD(w, lr=0.1, momentum=0.9)),
        (Adam, lambda w: torch.optim.Adam(w, lr=0.1)),
    ],
)
def test_moves_as_pytorchs_does(ours: type[Optimizer], theirs) -> None:
    generator = torch.Generator().manual_seed(1)
    with torch.device("meta"):
        parameters = Parameters(nn.Linear(20, 1), torch.device("cpu"))
    parameters.values.uniform_(generator=generator)
    twin = nn.Parameter(parameters.values.clone())
    our_optimizer, their_optimizer = ours(parameters), theirs([twin])
    for _ in range(20):
        gradient = torch.randn(21, generator=generator)
        parameters.gradient.copy_(gradient)
        twin.grad = gradient
        our_optimizer.update(0.1)
        their_optimizer.step()
        torch.testing.assert_close(parameters.values, twin.detach(), rtol=1e-5, atol=1e-6)


def test_sgd_is_the_rule_itself() -> None:
    with torch.device("meta"):
        parameters = Parameters(nn.Linear(1, 1), torch.device("cpu"))
    parameters.values.copy_(torch.tensor([1.0, 2.0]))
    parameters.gradient.copy_(torch.tensor([10.0, -10.0]))
    SGD(parameters).update(0.5)
    assert parameters.values.tolist() == [1 - 0.5 * 10, 2 + 0.5 * 10]
