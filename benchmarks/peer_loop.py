"""`python -m benchmarks.peer_loop LOGGER FOLDER [STEPS_PER_SECOND]`: the bare loop of `textbook` with a peer's logger.

LOGGER is a key of ``LOGGERS``. Prints ``begun`` after the first step, and JSON at the end: ``seconds`` from the first
step to the return of the last log call, without the logger's start and end, and ``taken``, the Unix time at which each
step's update was done. Needs the environment of `benchmarks.peers`.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from app.learning.dataset import load
from app.recipe import Recipe
from benchmarks.bare_loop import mnist_loss

IMAGE_EVERY = 16
"""Steps from one image of the weights to the next: 122 in the run, about as many as Threeseven keeps."""
PROJECT, RUN = "textbook", "run"
BEGUN = "begun"

Scalars = Callable[[int, float, float], None]
Image = Callable[[int, NDArray[np.uint8]], None]
Logger = tuple[Scalars, Image, Callable[[], None]]


def tensorboard(folder: str) -> Logger:
    """https://docs.pytorch.org/docs/stable/tensorboard.html, but flushed each second instead of each 120."""
    from torch.utils.tensorboard import SummaryWriter

    writer: Any = SummaryWriter(folder, flush_secs=1)

    def scalars(step: int, loss: float, accuracy: float) -> None:
        writer.add_scalar("loss", loss, step)
        writer.add_scalar("accuracy", accuracy, step)

    return scalars, lambda step, image: writer.add_image("weights", image, step, dataformats="HW"), writer.close


def trackio(folder: str) -> Logger:
    """https://huggingface.co/docs/trackio; it writes where the environment variable TRACKIO_DIR says."""
    import trackio as tracker

    tracker.init(project=PROJECT, name=RUN, embed=False, auto_log_cpu=False)  # it would find this environment's psutil

    def scalars(step: int, loss: float, accuracy: float) -> None:
        tracker.log({"loss": loss, "accuracy": accuracy}, step=step)

    return scalars, lambda step, image: tracker.log({"weights": tracker.Image(image)}, step=step), tracker.finish


def nowhere(folder: str) -> Logger:
    return lambda *_: None, lambda *_: None, lambda: None


LOGGERS: dict[str, tuple[Callable[[str], Logger] | None, bool]] = {
    "none": (None, False),
    "values": (nowhere, False),
    "tensorboard": (tensorboard, False),
    "tensorboard-images": (tensorboard, True),
    "trackio": (trackio, False),
    "trackio-images": (trackio, True),
}
"""What to open, and whether the weights are logged beside the scalars. ``none`` computes nothing to log, ``values``
computes it and logs it nowhere."""


def sheet(weight: torch.Tensor) -> NDArray[np.uint8]:
    """The weights [30, 784] of all units side by side as one grey image [140, 168]."""
    values: NDArray[np.float32] = weight.detach().numpy()
    grey: NDArray[np.uint8] = np.rint(127.5 + 127.5 * values / np.abs(values).max()).astype(np.uint8)
    return grey.reshape(5, 6, 28, 28).swapaxes(1, 2).reshape(5 * 28, 6 * 28)


def main() -> None:
    name, folder = sys.argv[1:3]
    pause = 1 / float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
    opened, images = LOGGERS[name]
    torch.set_num_threads(1)  # as the worker trains
    recipe, digits = Recipe(), load()
    x, y = digits.train_images.float() / 255, digits.train_targets[:, None]
    torch.manual_seed(recipe.seed)
    first = nn.Linear(784, recipe.hidden)
    model = nn.Sequential(first, nn.ReLU(), nn.Linear(recipe.hidden, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=recipe.learning_rate)
    scalars, image, finish = (opened or nowhere)(folder)
    taken: list[float] = []
    begun = time.perf_counter()
    for _ in range(recipe.epochs):
        perm = torch.randperm(len(x))
        shuffled = x[perm], y[perm]
        for i in range(0, len(x), recipe.batch_size):
            if pause:
                time.sleep(max(0.0, begun + len(taken) * pause - time.perf_counter()))
            xb, yb = (each[i : i + recipe.batch_size] for each in shuffled)
            predictions = model(xb)
            loss = mnist_loss(predictions, yb)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            optimizer.zero_grad()
            taken.append(time.time())
            if opened:
                right = ((predictions > 0) == (yb == 1)).float().mean()
                scalars(len(taken), loss.item(), right.item())
                if images and len(taken) % IMAGE_EVERY == 0:
                    image(len(taken), sheet(first.weight))
            if len(taken) == 1:
                print(BEGUN, flush=True)
    seconds = time.perf_counter() - begun
    finish()
    print(json.dumps({"seconds": seconds, "taken": taken}))


if __name__ == "__main__":
    main()
