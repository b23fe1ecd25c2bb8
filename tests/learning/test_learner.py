import pytest
import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode

from app.learning.dataset import Digits
from app.learning.learner import Learner
from app.learning.metrics_buffer import MetricsBuffer, Snapshot
from app.recipe import Recipe
from tests.learning.dispatched import Dispatched

CPU = torch.device("cpu")


def gradients_by_hand(named: dict[str, Tensor], x: Tensor, y: Tensor) -> dict[str, Tensor]:
    """Of ``mnist_loss`` of 784 → hidden → ReLU → 1, by the chain rule on paper, float64.

    L = 1/n Σ (y = 1 ? 1 − p : p) with p = σ(z), so ∂L/∂z = (1 − 2y) p (1 − p) / n. Then z = w₂ h + b₂ and
    h = max(0, a), a = w₁ x + b₁, so ∂L/∂h = ∂L/∂z w₂, and ∂L/∂a is the same where a > 0, else nothing.
    """
    w1, b1, w2, b2 = (value.double() for value in named.values())
    a = x @ w1.T + b1
    h = a.clamp(min=0)
    p = 1 / (1 + (-(h @ w2.T + b2)).exp())
    dz = (1 - 2 * y) * p * (1 - p) / len(x)
    da = dz @ w2 * (a > 0)
    return {"0.weight": da.T @ x, "0.bias": da.sum(0), "2.weight": dz.T @ h, "2.bias": dz.sum(0)}


def test_a_steps_gradients_and_update_are_those_derived_by_hand(digits: Digits) -> None:
    learner = Learner(Recipe(batch_size=64, seed=5), digits, CPU)
    learner.shuffle(1)
    before = {name: value.clone() for name, value in learner.parameters.named(learner.parameters.values).items()}
    order = torch.randperm(len(digits.train_images), generator=torch.Generator().manual_seed(5 * 1009 + 1))[:64]
    x, y = digits.train_images[order].double() / 255, digits.train_targets[order].double().unsqueeze(1)
    expected = gradients_by_hand(before, x, y)

    loss, accuracy, norm = learner.step(0, learning_rate=0.25)

    p = torch.sigmoid(learner_logits(before, x))
    assert loss.item() == pytest.approx(torch.where(y == 1, 1 - p, p).mean().item(), rel=1e-5)
    assert accuracy.item() == pytest.approx(((p > 0.5) == (y == 1)).double().mean().item())
    assert norm.item() == pytest.approx(sum(g.square().sum().item() for g in expected.values()) ** 0.5, rel=1e-4)
    after = learner.parameters.named(learner.parameters.values)
    for name, gradient in learner.parameters.named(learner.parameters.gradient).items():
        torch.testing.assert_close(gradient.double(), expected[name], rtol=1e-3, atol=1e-8)
        torch.testing.assert_close(after[name], before[name] - 0.25 * gradient)


def learner_logits(named: dict[str, Tensor], x: Tensor) -> Tensor:
    w1, b1, w2, b2 = (value.double() for value in named.values())
    return (x @ w1.T + b1).clamp(min=0) @ w2.T + b2


def test_an_epoch_meets_every_image_once_in_an_order_of_its_own(few_digits: Digits) -> None:
    learner = Learner(Recipe(), few_digits, CPU)
    assert learner.batch_sizes == [256, 256, 88]
    orders = []
    for epoch in (1, 2, 1):
        learner.shuffle(epoch)
        rows = torch.cat(learner._images)
        assert torch.equal(rows.long().sum(0), few_digits.train_images.long().sum(0))
        orders.append(rows.clone())
    assert not torch.equal(orders[0], orders[1])
    assert torch.equal(orders[0], orders[2])


def test_validation_counts_every_image_once(few_digits: Digits) -> None:
    learner = Learner(Recipe(), few_digits, CPU)
    loss, *counts = learner.validate().tolist()
    assert 0 < loss < 1
    threes = few_digits.valid_targets.sum().item()
    assert counts[0] + counts[1] == threes
    assert counts[2] + counts[3] == 200 - threes


def test_accuracy_as_the_loss_learns_nothing(few_digits: Digits) -> None:
    learner = Learner(Recipe(loss="accuracy"), few_digits, CPU)
    before = learner.snapshot()
    learner.shuffle(1)
    *_, norm = learner.step(0, learning_rate=1000)
    assert norm == 0
    assert torch.equal(learner.snapshot(), before)


ALL_SORTS = [
    Recipe(),
    Recipe(model="linear", loss="bce", optimizer="momentum"),
    Recipe(model="two_linear", loss="accuracy", optimizer="adam"),
    Recipe(augment=True),
]


@pytest.mark.parametrize("recipe", ALL_SORTS)
def test_steps_never_wait_for_the_device(recipe: Recipe, few_digits: Digits) -> None:
    """On ``meta`` there are shapes and no values: whatever asks for a value fails."""
    learner = Learner(recipe, few_digits, torch.device("meta"))
    with Dispatched() as dispatched:
        learner.shuffle(1)
        metrics = [learner.step(batch, 0.1) for batch in range(3)]
        learner.validate()
        learner.snapshot()
    assert all(scalar.device.type == "meta" and scalar.shape == () for step in metrics for scalar in step)
    assert dispatched.count["aten::_local_scalar_dense"] == 0
    assert dispatched.to_host == 0


def test_a_flush_is_one_copy_from_the_device(few_digits: Digits) -> None:
    """On a GPU that is only pretended: PyTorch tracks on which device each tensor would be."""
    with FakeTensorMode(), Dispatched() as dispatched:
        gpu = torch.device("cuda")
        buffer = MetricsBuffer(
            steps=[1, 2],
            learning_rates=[0.1, 0.1],
            milliseconds=[1.0, 2.0],
            metrics=[torch.zeros((), device=gpu) for _ in range(6)],
            snapshots=[Snapshot(step, 0, torch.zeros(785, device=gpu), True, False) for step in (1, 2)],
            validation=torch.zeros(5, device=gpu),
        )
        host = buffer.gather()
    assert dispatched.to_host == 1
    assert [(part.device.type, len(part)) for part in host] == [("cpu", 6), ("cpu", 5), ("cpu", 785), ("cpu", 785)]
    assert dispatched.count["aten::_local_scalar_dense"] == 0
