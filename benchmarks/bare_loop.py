"""`python -m benchmarks.bare_loop [--by-batch]`: the loop that a learner would write, nothing recorded.

Prints its seconds.
"""

import sys
import time

import torch
from torch import nn

from app.learning.dataset import Digits, load
from app.recipe import Recipe


def mnist_loss(predictions: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    predictions = predictions.sigmoid()
    return torch.where(targets == 1, 1 - predictions, predictions).mean()


def bare_loop(recipe: Recipe, digits: Digits, by_batch: bool = False) -> float:
    """Its seconds, without those to make floats of the images. Each epoch shuffles the images with one ``x[perm]``, or
    ``by_batch`` gathers each mini-batch by itself, which touches less memory at a time."""
    x, y = digits.train_images.float() / 255, digits.train_targets[:, None]
    torch.manual_seed(recipe.seed)
    model = nn.Sequential(nn.Linear(784, recipe.hidden), nn.ReLU(), nn.Linear(recipe.hidden, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=recipe.learning_rate)
    begun = time.perf_counter()
    for _ in range(recipe.epochs):
        perm = torch.randperm(len(x))
        shuffled = None if by_batch else (x[perm], y[perm])
        for i in range(0, len(x), recipe.batch_size):
            rows = slice(i, i + recipe.batch_size)
            xb, yb = (x[perm[rows]], y[perm[rows]]) if shuffled is None else (shuffled[0][rows], shuffled[1][rows])
            loss = mnist_loss(model(xb), yb)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            optimizer.zero_grad()
    return time.perf_counter() - begun


def main() -> None:
    torch.set_num_threads(1)  # as the worker trains
    print(bare_loop(Recipe(), load(), by_batch="--by-batch" in sys.argv))


if __name__ == "__main__":
    main()
