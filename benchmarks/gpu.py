"""On an NVIDIA GPU: the `textbook` run, recorded, against a bare PyTorch loop on the same GPU.

    python -m benchmarks.gpu [--epochs 40] [--rounds 5]

`train()` is drained of every event in this process, its steps given to the GPU one operation at a time and as captured
CUDA graphs. The bare loop records nothing; its images and orders are on the GPU before the clock starts. It is measured
as one writes it, and with its step captured by PyTorch's documented recipe (`torch.cuda.graph` over static inputs). All
take turns, after a round that is not counted.
"""

import argparse
import sys
import time
from collections.abc import Callable

import torch
from torch import nn

from app.learning.controls import NoControls
from app.learning.dataset import Digits, load
from app.learning.device import describe
from app.learning.stepping import Captured, Plain, Stepping
from app.learning.train import Member, train_members
from app.recipe import Recipe
from benchmarks.bare_loop import mnist_loss
from benchmarks.sweep import ratios
from benchmarks.table import markdown, spread


def recorded(recipe: Recipe, digits: Digits, stepping: Stepping) -> float:
    """Seconds of all events, the data's way to the GPU included."""
    begun = time.perf_counter()
    for _ in train_members([Member("run", "benchmark", recipe)], digits, NoControls(), stepping=stepping):
        pass
    return time.perf_counter() - begun


def bare(recipe: Recipe, digits: Digits, captured: bool) -> float:
    """Seconds of its steps, from the first launch until the GPU has taken the last."""
    device, size = torch.device("cuda"), recipe.batch_size
    x = digits.train_images.to(device).float() / 255
    y = digits.train_targets[:, None].to(device)
    torch.manual_seed(recipe.seed)
    model = nn.Sequential(nn.Linear(784, recipe.hidden), nn.ReLU(), nn.Linear(recipe.hidden, 1)).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=recipe.learning_rate)
    orders = [torch.randperm(len(x), device=device) for _ in range(recipe.epochs)]

    def step(xb: torch.Tensor, yb: torch.Tensor) -> None:
        optimizer.zero_grad(set_to_none=True)
        mnist_loss(model(xb), yb).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    replays = {batch: replay(step, x, y, batch) for batch in ({size, len(x) % size} - {0} if captured else ())}
    torch.cuda.synchronize()
    begun = time.perf_counter()
    for order in orders:
        shuffled = x[order], y[order]
        for i in range(0, len(x), size):
            xb, yb = (each[i : i + size] for each in shuffled)
            replays.get(len(xb), step)(xb, yb)
    torch.cuda.synchronize()
    return time.perf_counter() - begun


Step = Callable[[torch.Tensor, torch.Tensor], None]


def replay(step: Step, x: torch.Tensor, y: torch.Tensor, batch: int) -> Step:
    """The step as a graph over memory of its own, into which each batch is copied."""
    xb, yb = x[:batch].clone(), y[:batch].clone()
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            step(xb, yb)
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step(xb, yb)

    def take(images: torch.Tensor, targets: torch.Tensor) -> None:
        xb.copy_(images)
        yb.copy_(targets)
        graph.replay()

    return take


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("This machine has no NVIDIA GPU that PyTorch can use: there is nothing to measure.")
    recipe, digits = Recipe(device="cuda", epochs=arguments.epochs), load()
    contestants: dict[str, Callable[[], float]] = {
        "Threeseven, recorded, operation by operation": lambda: recorded(recipe, digits, Plain),
        "Threeseven, recorded, captured": lambda: recorded(recipe, digits, Captured),
        "bare PyTorch loop": lambda: bare(recipe, digits, captured=False),
        "bare PyTorch loop, captured": lambda: bare(recipe, digits, captured=True),
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for counted in range(-1, arguments.rounds):
        for name, work in contestants.items():
            seconds = work()
            if counted >= 0:
                times[name].append(seconds)
    loop, graphed = times["bare PyTorch loop"], times["bare PyTorch loop, captured"]
    head = f"`textbook`, {recipe.steps} steps on one {describe(torch.device('cuda'))}"
    rows = [
        (name, spread([recipe.steps / each for each in taken], digits=0), ratios(taken, loop), ratios(taken, graphed))
        for name, taken in times.items()
    ]
    print(markdown((head, "steps/s, median (min–max)", "time over the bare loop's", "over the captured one's"), rows))


if __name__ == "__main__":
    main()
