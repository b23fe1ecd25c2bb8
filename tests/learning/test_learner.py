from collections.abc import Sequence
from math import hypot
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from app.learning import order
from app.learning.dataset import Digits
from app.learning.images import Images
from app.learning.inverted import inverted
from app.learning.learner import METRICS, WIDEST, Learner, widths
from app.learning.losses import LOSSES
from app.learning.metrics_buffer import MetricsBuffer, Moment
from app.learning.models import build
from app.recipe import Recipe
from tests.learning.dispatched import Dispatched

CPU = torch.device("cpu")


def parameters_of(learner: Learner, member: int = 0) -> dict[str, Tensor]:
    return learner.parameters.named(learner.snapshot(), member)


def taken(learner: Learner, batch: int) -> list[list[float]]:
    """Take a step; its metrics by model."""
    metrics = torch.empty(METRICS, learner.count)
    learner.step(batch, metrics.unbind())
    return metrics.t().tolist()


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


def test_a_steps_metrics_and_update_are_those_derived_by_hand(digits: Digits) -> None:
    """Of each model at its own learning rate."""
    recipe, rates = Recipe(batch_size=64, seed=5), [0.25, 2.0]
    learner = Learner(recipe, Images(recipe, digits, CPU), CPU, rates)
    learner.shuffle(1)
    order = torch.randperm(len(digits.train_images), generator=torch.Generator().manual_seed(5 * 1009 + 1)).split(64)
    for batch in range(2):  # in the second they differ
        x, y = digits.train_images[order[batch]].double() / 255, digits.train_targets[order[batch]].double()[:, None]
        before = [parameters_of(learner, member) for member in range(2)]
        metrics = taken(learner, batch)
        for member, (loss, right, *norms) in enumerate(metrics):
            expected = gradients_by_hand(before[member], x, y)
            p = torch.sigmoid(logits(before[member], x))
            assert loss / 64 == pytest.approx(torch.where(y == 1, 1 - p, p).mean().item(), rel=1e-5)
            assert right == ((p > 0.5) == (y == 1)).sum().item()
            assert hypot(*norms) == pytest.approx(
                sum(g.square().sum().item() for g in expected.values()) ** 0.5, rel=1e-4
            )
            for name, value in parameters_of(learner, member).items():
                updated = before[member][name].double() - rates[member] * expected[name]
                torch.testing.assert_close(value.double(), updated, rtol=1e-5, atol=1e-6)


def logits(named: dict[str, Tensor], x: Tensor) -> Tensor:
    w1, b1, w2, b2 = (value.double() for value in named.values())
    return (x @ w1.T + b1).clamp(min=0) @ w2.T + b2


def test_an_epoch_meets_every_image_once_in_an_order_of_its_own(few_digits: Digits) -> None:
    learner = Learner.alone(Recipe(), few_digits, CPU)
    assert learner.batch_sizes == [256, 256, 88]
    orders = []
    for epoch in (1, 2, 1):
        learner.shuffle(epoch)
        orders.append(learner.epoch.indices)
        assert torch.equal(orders[-1].sort().values, torch.arange(600))
    assert not torch.equal(orders[0], orders[1])
    assert torch.equal(orders[0], orders[2])


@pytest.mark.parametrize("recipe", [Recipe(), Recipe(model="linear", loss="bce"), Recipe(augment=True, invert=0.3)])
def test_validation_sees_every_image_whole(recipe: Recipe, few_digits: Digits) -> None:
    """Also the pixels that no training image lights."""
    learner = Learner.alone(recipe, few_digits, CPU)
    learner.shuffle(1)
    learner.step(0)
    loss, threes_read, sevens_read = learner.validate()[:, 0].tolist()
    module = build(recipe).to_empty(device="cpu")
    module.load_state_dict(parameters_of(learner))
    seen = inverted(few_digits, recipe)
    with torch.no_grad():
        predictions = module(seen.valid_images / 255).squeeze(1)
    threes = seen.valid_targets == 1
    assert loss == pytest.approx(LOSSES[recipe.loss](predictions, seen.valid_targets).item(), rel=1e-5)
    assert threes_read == ((predictions > 0) & threes).sum()
    assert sevens_read == ((predictions > 0) & ~threes).sum()


@given(
    st.integers(1, 64),
    st.integers(1, 256),
    st.sampled_from([1, 256, 12_396]),
    st.sampled_from(["linear", "two_linear"]),
)
def test_models_are_divided_evenly_into_learners_that_fit_a_cache(
    models: int, hidden: int, batch_size: int, model: str
) -> None:
    units = hidden if model != "linear" else 1
    found = widths(Recipe(hidden=hidden, batch_size=batch_size, model=model), models)  # type: ignore[arg-type]
    assert sum(found) == models
    assert max(found) - min(found) <= 1
    assert max(found) == 1 or max(found) * units * batch_size <= WIDEST
    assert len(found) == 1 or (min(found) + 1) * units * max(batch_size, 256) * 2 > WIDEST


def test_accuracy_as_the_loss_learns_nothing(few_digits: Digits) -> None:
    learner = Learner.alone(Recipe(loss="accuracy", learning_rate=1000.0), few_digits, CPU)
    before = learner.snapshot()
    learner.shuffle(1)
    ((loss, right, *norms),) = taken(learner, 0)
    assert loss == 256 - right
    assert norms == [0, 0]
    assert torch.equal(learner.snapshot(), before)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("model", ["simple_net", "two_linear"])
def test_a_frozen_hidden_layer_stays_as_the_seed_made_it(few_digits: Digits, model: str, optimizer: str) -> None:
    """To the bit, while the output layer moves by the gradient that it has without."""
    recipe = Recipe(freeze=True, model=model, optimizer=optimizer, batch_size=64, seed=3)  # type: ignore[arg-type]
    learner, free = (
        Learner.alone(each, few_digits, CPU) for each in (recipe, recipe.model_copy(update={"freeze": False}))
    )
    before = parameters_of(learner)
    for batch in range(3):
        for each in (learner, free):
            each.shuffle(1)
        ((*_, first, second),), ((*_, moving, others),) = taken(learner, batch), taken(free, batch)
        assert first == 0 < moving
        if batch == 0:
            assert second == others > 0
    after = parameters_of(learner)
    for name, value in before.items():
        assert torch.equal(value, after[name]) == name.startswith("0."), name


def test_one_layer_has_none_that_could_be_frozen(few_digits: Digits) -> None:
    frozen, free = (Learner.alone(Recipe(model="linear", freeze=freeze), few_digits, CPU) for freeze in (True, False))
    for each in (frozen, free):
        each.shuffle(1)
        each.step(0)
    assert torch.equal(frozen.snapshot(), free.snapshot())


ALL_SORTS = [
    Recipe(),
    Recipe(model="linear", loss="bce", optimizer="momentum"),
    Recipe(model="two_linear", loss="accuracy", optimizer="adam"),
    Recipe(augment=True, activation="tanh"),
    Recipe(freeze=True, optimizer="adam"),
]


def on_meta(recipe: Recipe, digits: Digits, rates: Sequence[float]) -> tuple[Learner, Tensor]:
    meta = torch.device("meta")
    learner = Learner(recipe, Images(recipe, digits, meta), meta, rates)
    return learner, torch.empty(METRICS, len(rates), device=meta)


@pytest.mark.parametrize("recipe", ALL_SORTS)
def test_steps_never_wait_for_the_device(recipe: Recipe, few_digits: Digits) -> None:
    """Nor does an epoch's end. On ``meta`` there are shapes and no values: whatever asks for a value fails."""
    learner, _ = on_meta(recipe, few_digits, [0.1, 0.2])
    buffer = MetricsBuffer([learner])
    with Dispatched() as dispatched:
        for epoch in (1, 2, 3):
            learner.shuffle(epoch)
            for batch in range(3):
                learner.step(batch, buffer.rings[0][buffer.slot].unbind())
                buffer.note(learner.taken, 0.0)
            ended = Moment(learner.taken, epoch, shown=True, kept=True, ended=True)
            buffer.remember(ended, validate=True, state=True)
    assert dispatched.count["aten::_local_scalar_dense"] == 0
    assert dispatched.to_host == 0


@pytest.mark.parametrize("augment", [False, True])
def test_an_epochs_order_is_made_an_epoch_ahead(
    augment: bool, few_digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def generator(seed: int, epoch: int) -> torch.Generator:
        asked.append(epoch)
        return order.generator(seed, epoch)

    monkeypatch.setattr("app.learning.learner.order", SimpleNamespace(generator=generator, order=order.order))
    learner = Learner.alone(Recipe(augment=augment), few_digits, CPU)
    assert asked == [1]
    for epoch in (1, 2, 3):
        learner.shuffle(epoch)
        assert asked == list(range(1, epoch + 2))
        assert torch.equal(learner.epoch.indices, order.order(600, order.generator(0, epoch)))


@pytest.mark.parametrize("rates", [[0.1], [0.1, 0.2, 0.3]])
def test_a_step_is_at_most_20_operations_on_the_device(few_digits: Digits, rates: list[float]) -> None:
    """However many models: views of memory and taking it are none."""
    learner, metrics = on_meta(Recipe(), few_digits, rates)
    learner.shuffle(1)
    slots = metrics.unbind()
    with Dispatched() as dispatched:
        learner.step(0, slots)
    assert 15 <= dispatched.launches <= 20, dispatched.count
