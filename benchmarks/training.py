"""What it costs to be watched, the learner's own part: `train()` drained in this process over a bare PyTorch loop.

    python -m benchmarks.training [--epochs 40] [--rounds 5]

Both learn the `textbook` recipe on one thread. The loop records nothing; `train()` records every step's loss, accuracy,
gradient norm and time, validates each epoch, and makes weight images and checkpoints. They take turns, and the medians
are compared, so that a busy machine slows both alike.
"""

import argparse
import statistics
import time

import torch

from app.learning.controls import NoControls
from app.learning.dataset import Digits, load
from app.learning.train import train
from app.recipe import Recipe
from benchmarks.bare_loop import bare_loop


def learner(recipe: Recipe, digits: Digits) -> float:
    """Seconds of `train()`, its baseline and every event included."""
    begun = time.perf_counter()
    for _ in train(recipe, digits, NoControls(), run="benchmark", name="benchmark"):
        pass
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    recipe, digits = Recipe(device="cpu", epochs=arguments.epochs), load()
    contestants = {"bare loop": bare_loop, "train()": learner}
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(arguments.rounds):
        for name, work in contestants.items():
            times[name].append(work(recipe, digits))
    bare = statistics.median(times["bare loop"])
    print(f"| {arguments.epochs} epochs, one thread | seconds, median of {arguments.rounds} | ratio | min–max |")
    print("|---|---|---|---|")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"| {name} | {median:.2f} | {median / bare:.2f} | {min(values):.2f}–{max(values):.2f} |")


if __name__ == "__main__":
    main()
