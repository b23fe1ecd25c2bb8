import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from app.learning.losses import LOSSES, accuracy, batch_accuracy, bce, mnist_loss

logits = st.floats(-100, 100, width=32)
batches = st.lists(st.tuples(logits, st.sampled_from([0.0, 1.0])), min_size=1, max_size=50)


def tensors(batch: list[tuple[float, float]]) -> tuple[Tensor, Tensor]:
    predictions, targets = torch.tensor(batch).unbind(1)
    return predictions.requires_grad_(), targets


def by_the_book(predictions: Tensor, targets: Tensor) -> Tensor:
    predictions = predictions.sigmoid()
    return torch.where(targets == 1, 1 - predictions, predictions).mean()


@given(batches)
def test_mnist_loss_is_the_books_in_value_and_gradient(batch: list[tuple[float, float]]) -> None:
    predictions, targets = tensors(batch)
    ours, theirs = mnist_loss(predictions, targets), by_the_book(predictions.double(), targets.double())
    torch.testing.assert_close(ours.double(), theirs, rtol=1e-5, atol=1e-12)
    our_slope, their_slope = (torch.autograd.grad(loss, predictions)[0] for loss in (ours, theirs))
    torch.testing.assert_close(our_slope, their_slope, rtol=1e-4, atol=1e-7)


@given(batches)
def test_mnist_loss_lies_between_0_and_1(batch: list[tuple[float, float]]) -> None:
    assert 0 <= mnist_loss(*tensors(batch)).item() <= 1


def test_mnist_loss_of_one_prediction() -> None:
    for target, expected in ((1.0, 0.25), (0.0, 0.75)):
        loss = mnist_loss(torch.tensor([3.0]).log(), torch.tensor([target]))  # sigmoid(log 3) is 3/4
        assert loss.item() == pytest.approx(expected)


def test_bce_is_minus_the_log_of_the_truths_probability() -> None:
    loss = bce(torch.tensor([3.0, 3.0]).log(), torch.tensor([1.0, 0.0]))
    assert loss.item() == pytest.approx(-(torch.tensor([0.75, 0.25]).log().mean().item()))


@given(batches)
def test_accuracy_as_a_loss_is_the_share_of_wrong_ones_and_has_no_slope(batch: list[tuple[float, float]]) -> None:
    predictions, targets = tensors(batch)
    loss = accuracy(predictions, targets)
    assert loss.item() == pytest.approx(1 - batch_accuracy(predictions, targets).item(), abs=1e-6)
    assert torch.autograd.grad(loss, predictions)[0].count_nonzero() == 0


def test_batch_accuracy_counts_signs() -> None:
    predictions = torch.tensor([2.0, -0.1, -3.0, 0.5, 0.0])
    assert batch_accuracy(predictions, torch.tensor([1.0, 1.0, 0.0, 0.0, 0.0])).item() == pytest.approx(3 / 5)


@pytest.mark.parametrize("name", LOSSES)
def test_the_worst_prediction_costs_more_than_the_best(name: str) -> None:
    targets = torch.tensor([1.0, 0.0])
    right, wrong = torch.tensor([5.0, -5.0]), torch.tensor([-5.0, 5.0])
    assert LOSSES[name](right, targets) < LOSSES[name](wrong, targets)  # type: ignore[index]
