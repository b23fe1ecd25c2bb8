"""On an NVIDIA GPU: the `textbook` run, streamed and recorded, against a bare PyTorch loop on the same GPU.

    python -m benchmarks.gpu [--epochs 40] [--rounds 5] [--device cpu]

Streamed: by a server, from the run's first event to its last at one viewer. Recorded: `train()` is drained of every
event in this process, its steps given to the GPU one operation at a time and as captured CUDA graphs. The bare loop
records nothing; its images and orders are on the GPU before the clock starts. It is measured as one writes it, and with
its step captured by PyTorch's documented recipe (`torch.cuda.graph` over static inputs). All take turns, after a round
that is not counted. `--device cpu` tries the program where there is no GPU: without what is captured.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping

import torch
from torch import nn

from app.learning.controls import NoControls
from app.learning.dataset import Digits, load
from app.learning.device import describe
from app.learning.stepping import Captured, Plain, Stepping
from app.learning.train import Member, train_members
from app.recipe import Recipe
from benchmarks.bare_loop import mnist_loss
from benchmarks.server import Server, running
from benchmarks.streamed import streamed
from benchmarks.sweep import ratios
from benchmarks.table import markdown, spread

BARE = "bare PyTorch loop"
BARE_CAPTURED = "bare PyTorch loop, captured"


def recorded(recipe: Recipe, digits: Digits, stepping: Stepping) -> float:
    """Seconds of all events, the data's way to the GPU included."""
    begun = time.perf_counter()
    for _ in train_members([Member("run", "benchmark", recipe)], digits, NoControls(), stepping=stepping):
        pass
    return time.perf_counter() - begun


def bare(recipe: Recipe, digits: Digits, captured: bool) -> float:
    """Seconds of its steps, from the first launch until the GPU has taken the last."""
    device, size = torch.device(recipe.device), recipe.batch_size
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
    finish(device)
    begun = time.perf_counter()
    for order in orders:
        shuffled = x[order], y[order]
        for i in range(0, len(x), size):
            xb, yb = (each[i : i + size] for each in shuffled)
            replays.get(len(xb), step)(xb, yb)
    finish(device)
    return time.perf_counter() - begun


def finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


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


def contestants(recipe: Recipe, digits: Digits, server: Server) -> dict[str, Callable[[], float]]:
    """By name, what each takes in seconds."""
    asked = {"epochs": recipe.epochs, "device": recipe.device}
    all_of_them = {
        "Threeseven, streamed and logged": lambda: streamed(server, **asked),
        "Threeseven, recorded, operation by operation": lambda: recorded(recipe, digits, Plain),
        "Threeseven, recorded, captured": lambda: recorded(recipe, digits, Captured),
        BARE: lambda: bare(recipe, digits, captured=False),
        BARE_CAPTURED: lambda: bare(recipe, digits, captured=True),
    }
    return {name: work for name, work in all_of_them.items() if recipe.device == "cuda" or "captured" not in name}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    arguments = parser.parse_args()
    if arguments.device == "cuda" and not torch.cuda.is_available():
        sys.exit("This machine has no NVIDIA GPU that PyTorch can use: there is nothing to measure.")
    recipe = Recipe(device=arguments.device, epochs=arguments.epochs)
    with running() as server:
        times = measure(contestants(recipe, load(), server), arguments.rounds)
    head = f"`textbook`, {recipe.steps} steps on one {describe(torch.device(recipe.device))}"
    columns = {"time over the bare loop's": BARE, "over the captured one's": BARE_CAPTURED}
    columns = {title: name for title, name in columns.items() if name in times}
    rows = [
        (
            name,
            spread([recipe.steps / each for each in taken], digits=0),
            *(ratios(taken, times[other]) for other in columns.values()),
        )
        for name, taken in times.items()
    ]
    print(markdown((head, "steps/s, median (min–max)", *columns), rows))


def measure(works: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in works}
    for counted in range(-1, rounds):
        for name, work in works.items():
            seconds = work()
            if counted >= 0:
                times[name].append(seconds)
    return times


if __name__ == "__main__":
    main()
