"""32 learning rates trained as one, over the same 32 recipes one by one.

    python -m benchmarks.sweep [--members 32] [--epochs 40] [--hidden 30] [--rounds 3]

All train the `textbook` recipe in this process, started as a worker is, with the images prepared as a worker has them
after its first run, and are drained of every event: one by one on one thread, together on one and on two. The matrix
products alone are products of the same shapes on as many threads with nothing between them, which is the floor on a
CPU. They take turns, and each ratio is of one round, so that a busy machine slows all alike.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

import torch

from app.learning.controls import NoControls
from app.learning.dataset import load
from app.learning.learner import PIECE, Learner
from app.learning.prepared import Prepared
from app.learning.products import fastest
from app.learning.train import Member, train_members
from app.recipe import Recipe
from app.running.interpreter import environment
from benchmarks.table import markdown, spread

LOWEST, HIGHEST = 0.01, 1.0
"""Learning rates, evenly spaced on a logarithmic scale."""
CPU = torch.device("cpu")


def recipes(members: int, epochs: int, hidden: int) -> list[Recipe]:
    rates = torch.logspace(torch.tensor(LOWEST).log10(), torch.tensor(HIGHEST).log10(), members).tolist()
    return [Recipe(device="cpu", epochs=epochs, hidden=hidden, learning_rate=rate) for rate in rates]


def together(asked: Sequence[Recipe], digits: Prepared) -> None:
    members = [Member(f"run {at}", "benchmark", recipe) for at, recipe in enumerate(asked)]
    for _ in train_members(members, digits.digits, NoControls(), prepared=digits):
        pass


def one_by_one(asked: Sequence[Recipe], digits: Prepared) -> None:
    for recipe in asked:
        together([recipe], digits)


class Products:
    """All matrix products of a whole sweep, steps and validation, on memory of its own."""

    def __init__(self, asked: Sequence[Recipe], digits: Prepared) -> None:
        recipe = asked[0]
        learner = Learner(recipe, digits.of(recipe, CPU)[0], CPU, [each.learning_rate for each in asked])
        self.epochs, self.sizes = recipe.epochs, learner.batch_sizes
        valid = len(learner.images.valid)
        self.pieces = [min(PIECE, valid - start) for start in range(0, valid, PIECE)]
        self.count, self.units = learner.count, learner.parameters.units
        self.first, self.second = learner.parameters.values
        self.images = torch.rand(max(*self.sizes, *self.pieces), self.first.shape[1])
        self.slopes = torch.rand(len(self.first), max(self.sizes))
        self.product = fastest(CPU)

    def __call__(self) -> None:
        for _ in range(self.epochs):
            for size in self.sizes:
                hidden = self.forward(self.images[:size])
                torch.bmm(hidden, self.slopes[: self.count, :size, None])
                self.product(self.slopes[:, :size].contiguous(), self.images[:size].t())
            for size in self.pieces:
                self.forward(self.images[:size])

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        hidden = self.product(self.first, images).view(self.count, self.units, -1)
        torch.bmm(self.second[:, None, :-1], hidden)
        return hidden


def timed(work: Callable[[], None], threads: int) -> float:
    torch.set_num_threads(threads)
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def ratios(these: Sequence[float], those: Sequence[float]) -> str:
    over = [a / b for a, b in zip(these, those, strict=True)]
    return f"**{median(over):.2f}** ({min(over):.2f}–{max(over):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--hidden", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if "GOMP_SPINCOUNT" not in os.environ:  # OpenMP reads it when torch is imported: begin again, as a worker does
        command = (sys.executable, "-m", "benchmarks.sweep", *sys.argv[1:])
        sys.exit(subprocess.run(command, env=environment()).returncode)
    asked, digits = recipes(arguments.members, arguments.epochs, arguments.hidden), Prepared(load())
    products = Products(asked, digits)
    contestants: dict[str, tuple[Callable[[], None], int]] = {
        "alone": (lambda: one_by_one(asked, digits), 1),
        "one": (lambda: together(asked, digits), 1),
        "products of one": (products, 1),
        "two": (lambda: together(asked, digits), 2),
        "products of two": (products, 2),
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(arguments.rounds):
        for name, (work, threads) in contestants.items():
            times[name].append(timed(work, threads))
    alone = times["alone"]
    rows = [("one by one, one thread", spread(alone, " s"), "1", "")]
    for name, what in (("one", "together, one thread"), ("two", "together, two threads")):
        share = ratios(times[f"products of {name}"], times[name])
        rows.append((what, spread(times[name], " s"), ratios(times[name], alone), share))
    head = f"{arguments.members} learning rates × {arguments.epochs} epochs of `textbook`"
    print(markdown((head, "median (min–max)", "over one by one", "its matrix products alone, over it"), rows))


if __name__ == "__main__":
    main()
