import pytest
import torch
from torch import nn

from app.learning.optimizers import SGD, Adam, Momentum, Optimizer

RATES = torch.tensor([[0.1], [0.02]])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (SGD, lambda w, lr: torch.optim.SGD(w, lr=lr)),
        (Momentum, lambda w, lr: torch.optim.SGD(w, lr=lr, momentum=0.9)),
        (Adam, lambda w, lr: torch.optim.Adam(w, lr=lr)),
    ],
)
def test_every_row_moves_as_pytorchs_does_at_its_own_rate(ours: type[Optimizer], theirs) -> None:
    generator = torch.Generator().manual_seed(1)
    values = [torch.rand(2, 20, generator=generator), torch.rand(2, 0)]
    twins = [nn.Parameter(row.clone()) for row in values[0]]
    our_optimizer = ours(values)
    their_optimizers = [theirs([twin], rate) for twin, rate in zip(twins, RATES[:, 0].tolist(), strict=True)]
    for step in range(1, 21):
        gradient = torch.randn(2, 20, generator=generator)
        our_optimizer.update([gradient, torch.zeros(2, 0)], [RATES, RATES], our_optimizer.scales(step))
        for twin, row, their_optimizer in zip(twins, gradient, their_optimizers, strict=True):
            twin.grad = row
            their_optimizer.step()
        torch.testing.assert_close(values[0], torch.stack([twin.detach() for twin in twins]), rtol=1e-5, atol=1e-6)


def test_sgd_is_the_rule_itself() -> None:
    values = [torch.tensor([[1.0, 2.0]])]
    SGD(values).update([torch.tensor([[10.0, -10.0]])], [torch.tensor([[0.5]])])
    assert values[0].tolist() == [[1 - 0.5 * 10, 2 + 0.5 * 10]]


@pytest.mark.parametrize("kind", [SGD, Momentum, Adam])
def test_a_steps_scales_may_be_on_the_device(kind: type[Optimizer]) -> None:
    first, second = (kind([torch.ones(2, 20)]) for _ in range(2))
    for step in range(1, 5):
        gradient = torch.randn(2, 20)
        scales = first.scales(step)
        first.update([gradient], [RATES], scales)
        second.update([gradient], [RATES], [torch.tensor(scale) for scale in scales])
        torch.testing.assert_close(first.values, second.values)
