"""The chapter's own functions, written to be read: fastai's book, chapter 4, in the order in which it needs them.

Nothing here trains runs. ``learner.py`` and what it uses compute the same faster, and tests hold the two equal; lessons
show these. Images are fractions from 0 to 1, ``[n, 28, 28]`` or, where a model takes them, ``[n, 784]``. Target 1 means
a 3, target 0 a 7.
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

# Kept as short as the book has them, since pages show them whole.


def mnist_distance(a: Tensor, b: Tensor) -> Tensor:
    return (a - b).abs().mean((-1, -2))


def is_3(x: Tensor, mean3: Tensor, mean7: Tensor) -> Tensor:
    return mnist_distance(x, mean3) < mnist_distance(x, mean7)


def l2_distance(a: Tensor, b: Tensor) -> Tensor:
    return ((a - b) ** 2).mean((-1, -2)).sqrt()


def linear1(xb: Tensor, weights: Tensor, bias: Tensor) -> Tensor:
    return xb @ weights + bias


def sigmoid(x: Tensor) -> Tensor:
    return 1 / (1 + torch.exp(-x))


def mnist_loss(predictions: Tensor, targets: Tensor) -> Tensor:
    predictions = predictions.sigmoid()
    return torch.where(targets == 1, 1 - predictions, predictions).mean()


def batch_accuracy(xb: Tensor, yb: Tensor) -> Tensor:
    preds = xb.sigmoid()
    correct = (preds > 0.5) == yb
    return correct.float().mean()


def calc_grad(xb: Tensor, yb: Tensor, model: Callable[[Tensor], Tensor]) -> None:
    preds = model(xb)
    loss = mnist_loss(preds, yb)
    loss.backward()  # type: ignore[no-untyped-call]


def train_epoch(model: nn.Module, dl: Iterable[tuple[Tensor, Tensor]], lr: float) -> None:
    for xb, yb in dl:
        calc_grad(xb, yb, model)
        for p in model.parameters():
            p.data -= p.grad * lr  # type: ignore[operator]
            p.grad.zero_()  # type: ignore[union-attr]


def simple_net(hidden: int = 30) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(28 * 28, hidden),
        nn.ReLU(),
        nn.Linear(hidden, 1),
    )
