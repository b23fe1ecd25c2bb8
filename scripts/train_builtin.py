"""Writes app/handwriting/builtin.safetensors: the model, the mean images and the gate that come with the package.

    python scripts/train_builtin.py

Takes some minutes on one core and gives the same file each time with the same version of PyTorch. The 3/7 network is a
run like any other; the gate is a second network that tells 3s and 7s from MNIST's other digits, noise and scribbles.
Both learn from the training images that are in the package, and nothing else.
"""

import time

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from app.checkpoint import Checkpoint
from app.events import RunFinished
from app.handwriting import ink
from app.handwriting.builtin import FILE
from app.handwriting.gate import Gate
from app.handwriting.predictor import read_safetensors
from app.learning import augment
from app.learning.baseline import means
from app.learning.controls import NoControls
from app.learning.dataset import Digits, load
from app.learning.train import train
from app.recipe import Recipe

RECIPE = Recipe(loss="bce", optimizer="momentum", augment=True, device="cpu")

GATE_HIDDEN = 128
GATE_EPOCHS = 40
GATE_LEARNING_RATE = 0.002
OURS, OTHERS, JUNK = 128, 96, 32
"""Images in a mini-batch of the gate: 3s and 7s, other digits, noise and scribbles."""
NOISE_IMAGES, SCRIBBLES = 1000, 3000
KEPT = 0.995
"""The share of validation 3s and 7s that the gate lets pass: this sets its threshold."""

Images = NDArray[np.uint8]


def main() -> None:
    torch.set_num_threads(1)
    digits = load()
    started = time.perf_counter()
    checkpoint, finished = network(digits)
    tensors, figures = read_safetensors(checkpoint.data)
    gate = trained_gate(digits)
    tensors |= {f"gate.{name}": value for name, value in gate.items()}
    tensors |= {name: mean.numpy() for name, mean in zip(("mean_3", "mean_7"), means(digits), strict=True)}
    figures |= {
        "recipe": RECIPE.model_dump_json(),
        "valid_accuracy": f"{finished.summary.valid_accuracy:.6f}",
        "valid_loss": f"{finished.summary.valid_loss:.6f}",
        **gate_figures(Gate(gate), digits),
    }
    FILE.write_bytes(save(tensors, figures))
    for name, figure in figures.items():
        print(f"{name}: {figure}")
    print(f"{FILE}: {FILE.stat().st_size:,} bytes in {time.perf_counter() - started:.0f} s")


def network(digits: Digits) -> tuple[Checkpoint, RunFinished]:
    """The last checkpoint and the end of a run of ``RECIPE``."""
    said = list(train(RECIPE, digits, NoControls(), run="built-in", name="Built-in"))
    finished = said[-1]
    assert isinstance(finished, RunFinished)
    return [item for item in said if isinstance(item, Checkpoint)][-1], finished


def trained_gate(digits: Digits) -> dict[str, NDArray[np.float32]]:
    """The gate's parameters, the threshold taken into its last bias."""
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(784, GATE_HIDDEN), nn.ReLU(), nn.Linear(GATE_HIDDEN, 1))
    random = np.random.RandomState(0)
    junk = torch.tensor(np.concatenate([scribbles(random, SCRIBBLES), noise(random, NOISE_IMAGES)]))
    targets = torch.cat([torch.ones(OURS), torch.zeros(OTHERS + JUNK)])
    batches = len(digits.train_images) // OURS
    optimizer = torch.optim.AdamW(net.parameters(), lr=GATE_LEARNING_RATE, weight_decay=0.01)
    slower = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, GATE_EPOCHS * batches)
    for _ in range(GATE_EPOCHS):
        for ours in torch.randperm(len(digits.train_images), generator=generator)[: batches * OURS].split(OURS):  # type: ignore[no-untyped-call]
            some = [
                digits.train_images[ours],
                pick(digits.other_train_images, OTHERS, generator),
                pick(junk, JUNK, generator),
            ]
            images = torch.cat(some).float() / 255
            seen = augment.warp(images, augment.transforms(len(images), generator))
            optimizer.zero_grad()
            binary_cross_entropy_with_logits(net(seen).squeeze(1), targets).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            slower.step()
    with torch.no_grad():
        threshold = net(digits.valid_images.float() / 255).quantile(1 - KEPT)
        net[2].bias -= threshold
    return {name: value.numpy() for name, value in net.state_dict().items()}


def gate_figures(gate: Gate, digits: Digits) -> dict[str, str]:
    """Shares of images never trained on: 3s and 7s let pass, everything else rejected."""
    random = np.random.RandomState(1)
    passed = {
        "gate_keeps_3_7": digits.valid_images.numpy(),
        "gate_rejects_other_digits": digits.other_valid_images.numpy(),
        "gate_rejects_noise": noise(random, 1000),
        "gate_rejects_scribbles": scribbles(random, 1000),
    }
    shares = {name: float(np.mean([gate.passes(image) for image in images])) for name, images in passed.items()}
    return {name: f"{share if 'keeps' in name else 1 - share:.4f}" for name, share in shares.items()}


def pick(images: Tensor, count: int, generator: torch.Generator) -> Tensor:
    return images[torch.randint(len(images), (count,), generator=generator)]


def scribbles(random: np.random.RandomState, count: int) -> Images:
    """Drawings of one to three random walks of 2-8 points, some smoothed, ``[count, 784]``."""
    return np.stack([ink.draw([walk(random) for _ in range(random.randint(1, 4))]).ravel() for _ in range(count)])


def walk(random: np.random.RandomState) -> NDArray[np.float64]:
    points = random.normal(size=(random.randint(2, 9), 2)).cumsum(axis=0) * random.uniform(0.3, 1)
    points += random.normal(size=2)
    if len(points) > 3 and random.uniform() < 0.6:
        at = np.linspace(-1, 1, len(points))
        curve = np.polynomial.Polynomial.fit
        degree = min(len(points) - 1, 5)
        points = np.stack([curve(at, points[:, axis], degree)(np.linspace(-1, 1, 30)) for axis in (0, 1)], axis=1)
    return points


def noise(random: np.random.RandomState, count: int) -> Images:
    """Random pixels in turn even, black and white, in blocks of 4 × 4, and bell-shaped, ``[count, 784]``."""
    kinds = (
        lambda: random.uniform(0, 255, 784),
        lambda: (random.uniform(size=784) < random.uniform(0.02, 0.6)) * 255.0,
        lambda: np.kron(random.uniform(0, 255, (7, 7)), np.ones((4, 4))).ravel(),
        lambda: random.normal(128, 60, 784),
    )
    return np.stack([kinds[index % 4]().clip(0, 255).astype(np.uint8) for index in range(count)])


if __name__ == "__main__":
    main()
