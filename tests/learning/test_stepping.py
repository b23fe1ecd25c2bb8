"""A fixed program on counters of its own does what the learner does operation by operation."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from app.learning.dataset import Digits
from app.learning.images import Images
from app.learning.learner import METRICS, Learner
from app.learning.stepping import Captured, Plain, Program, Stepper, cuda_graph
from app.recipe import Recipe
from tests.learning.dispatched import Dispatched

CPU = torch.device("cpu")
ROOM = 7
"""Rows of the ring, over whose end two epochs of three steps do not go."""

RECIPES = [
    Recipe(),
    Recipe(model="linear", loss="bce", optimizer="momentum"),
    Recipe(optimizer="adam", learning_rate=0.001, activation="tanh"),
    Recipe(model="two_linear", augment=True),
]


def eager(program: Program) -> Program:
    """As a capture, which also runs it a few times before."""
    for _ in range(3):
        program()
    return program


def learner(recipe: Recipe, digits: Digits, device: torch.device) -> tuple[Learner, Tensor]:
    rates = [recipe.learning_rate, recipe.learning_rate / 2]
    made = Learner(recipe, Images(recipe, digits, device), device, rates)
    return made, torch.zeros(ROOM, METRICS, len(rates), device=device)


def play(made: Learner, ring: Tensor, stepper: Stepper) -> list[Tensor]:
    """Two epochs, with other learning rates in the second, and one more step into the first row: what was written."""
    for epoch in (1, 2):
        stepper.shuffle(epoch)
        for batch in range(3):
            stepper.step(batch, 3 * (epoch - 1) + batch)
        made.set_rates([rate * 0.7 for rate in made.rates])
    stepper.shuffle(3)
    written = ring.cpu().clone()
    stepper.step(1, 0)
    return [written, ring[0].cpu(), made.snapshot(state=True).cpu(), torch.tensor(made.taken)]


def close(found: Sequence[Tensor], expected: Sequence[Tensor]) -> None:
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_fixed_program_learns_the_same(recipe: Recipe, few_digits: Digits) -> None:
    one, its_ring = learner(recipe, few_digits, CPU)
    other, ring = learner(recipe, few_digits, CPU)
    expected = play(one, its_ring, Plain(one, its_ring))
    close(play(other, ring, Captured(other, ring, eager)), expected)
    assert expected[-1] == 7


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_program_asks_nothing_of_the_host(recipe: Recipe, few_digits: Digits) -> None:
    """On ``meta`` there are no values. What is not the learner's own step is at most a dozen operations."""
    made, ring = learner(recipe, few_digits, torch.device("meta"))
    captured = Captured(made, ring, eager)
    captured.shuffle(1)
    for batch in range(3):
        captured.step(batch, batch)
    plain = Plain(made, ring)
    with Dispatched() as alone:
        plain.step(0, 3)
    captured.step(0, 3)  # sets the counters
    with Dispatched() as dispatched:
        captured.step(1, 4)
    assert dispatched.count["aten::_local_scalar_dense"] == dispatched.to_host == 0
    assert 0 < dispatched.launches - alone.launches <= 13


@pytest.mark.cuda
@pytest.mark.parametrize("recipe", RECIPES)
def test_a_captured_graph_learns_the_same(recipe: Recipe, few_digits: Digits) -> None:
    cuda = torch.device("cuda")
    one, its_ring = learner(recipe, few_digits, cuda)
    other, ring = learner(recipe, few_digits, cuda)
    expected = play(one, its_ring, Plain(one, its_ring))
    close(play(other, ring, Captured(other, ring, cuda_graph)), expected)
