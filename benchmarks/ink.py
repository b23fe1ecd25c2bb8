"""How well drawings and pictures are read. Prints a table of the set, and one of each model.

    python -m benchmarks.ink [PENS] [--mnist FOLDER] [--model FILE …]

PENS is a file of real pen strokes (:mod:`benchmarks.pens`), by default .bench/pendigits-orig.tra.
``--mnist`` names a folder of MNIST's own files, whose 7,962 other test digits are then refused or not, in place of the
thousand that are in the package. Each ``--model`` is a file as ``scripts/train_builtin.py`` writes it.
"""

import argparse
import timeit
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.random import RandomState
from numpy.typing import NDArray

from app.checkpoint import Checkpoint
from app.handwriting import builtin, ink
from app.handwriting.builtin import BuiltIn
from app.handwriting.figures import Read
from app.handwriting.gate import log_odds
from app.handwriting.predictor import Predictor, from_safetensors
from app.learning import idx
from app.learning.controls import NoControls
from app.learning.dataset import Digits, load
from app.learning.mnist import SPLITS
from app.learning.train import train
from app.recipe import Recipe
from benchmarks import pens, refusing
from benchmarks.pens import Strokes
from benchmarks.table import markdown
from scripts.builtin_model import bits

SEEDS = 3
KEPT = 0.98
"""The share of a set's own 3s and 7s that the gate lets pass where refusals are counted."""

Images = NDArray[np.uint8]
Labels = NDArray[np.intp]


def main() -> None:
    said = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    said.add_argument("pens", type=Path, nargs="?", default=pens.FILE)
    said.add_argument("--mnist", type=Path)
    said.add_argument("--model", type=Path, nargs="+", default=[builtin.FILE])
    options = said.parse_args()
    if not options.pens.is_file():
        said.error(pens.FETCH)
    torch.set_num_threads(1)
    digits = load()
    drawings = list(pens.drawn(options.pens))
    labels = np.array([digit for digit, _ in drawings])
    images = np.stack([ink.draw(strokes).ravel() for _, strokes in drawings])
    ours = np.isin(labels, (3, 7))
    textbook = [accuracy(model, images[ours], labels[ours] == 3) for model in textbooks(digits)]
    some = [strokes for _, strokes in drawings[:200]]
    microseconds = min(timeit.repeat(lambda: [ink.draw(strokes) for strokes in some], number=1, repeat=5)) / 200 * 1e6
    centres = np.array([ink.centre_of_mass(image.reshape(28, 28)) for image in images[ours]])
    network, pixels = builtin.load(options.model[0]).network, images[0].astype(np.float32)
    reading = min(timeit.repeat(lambda: network.outputs(pixels), number=1000, repeat=5)) * 1e3
    rows = [
        ("pen 3s and 7s", f"{ours.sum():,}"),
        (f"of them read rightly by `textbook`, {SEEDS} seeds", ", ".join(f"{share:.2%}" for share in textbook)),
        ("centre of mass of a drawing, furthest from 14.0", f"{np.abs(centres - ink.CENTRE).max():.3f} px"),
        ("drawing one", f"{microseconds:.0f} µs"),
        ("the built-in network on one image", f"{reading:.0f} µs"),
    ]
    print(markdown(("drawings", ""), rows))
    for file in options.model:
        print(f"\n{file.name}, 95 % intervals\n")
        print(markdown(refusing.HEAD, tables(builtin.load(file), digits, options.mnist, drawings, images, labels)))


def tables(
    model: BuiltIn,
    digits: Digits,
    mnist: Path | None,
    drawings: list[tuple[int, Strokes]],
    images: Images,
    labels: Labels,
) -> Iterator[refusing.Row]:
    """One row for each set. A pen's threshold is chosen on the first half of the drawings, its row is of the second."""

    def read(some: Images, digits_: Labels) -> Read:
        outputs = np.array([model.network.outputs(image) for image in some])
        scores = np.array([log_odds(z) for z in outputs.tolist()])
        return Read(digits_, outputs[:, 3] - outputs[:, 7], scores)

    valid = digits.valid_images.numpy()
    truth = np.where(digits.valid_targets.numpy() == 1, 3, 7)
    other_images, other_labels = others(digits, mnist)
    tested = read(np.concatenate([valid, other_images]), np.concatenate([truth, other_labels]))
    yield refusing.row("MNIST's test digits", tested, tested.keeping(KEPT))
    half = len(labels) // 2
    written = read(images, labels)
    threshold = written[:half].keeping(KEPT)
    yield refusing.row("pens, second half", written[half:], threshold)
    yield refusing.row("pens, second half, at the gate as it is", written[half:], model.gate.threshold())
    own = [(digit, strokes) for digit, strokes in drawings[half:] if digit in (3, 7)]
    kinds = [digit for digit, _ in own]
    for name, map_ in refusing.MAPS.items():
        moved = np.stack([ink.draw([stroke @ map_.T for stroke in strokes]).ravel() for _, strokes in own])
        yield refusing.row(f"pens, {name}", read(moved, np.array(kinds)), threshold)
    for name, bar, serif in (("7s with a bar", True, False), ("7s with serif and bar", True, True)):
        random = RandomState(7)
        sevens = np.stack([bits.seven(random, image, bar=bar, serif=serif) for image in valid[truth == 7]])
        yield refusing.row(f"MNIST's {name} drawn in", read(sevens, np.full(len(sevens), 7)), tested.keeping(KEPT))
    signs = refusing.printed_signs()
    yield refusing.row("printed letters and signs", read(signs, np.full(len(signs), -1)), threshold)


def others(digits: Digits, mnist: Path | None) -> tuple[Images, Labels]:
    """MNIST's other test digits: a sample, or all."""
    if mnist is None:
        return digits.other_valid_images.numpy(), digits.other_valid_labels.numpy().astype(np.intp)
    split = SPLITS["valid"]
    images, labels = (
        idx.read(next(mnist.glob(f"**/{split.prefix}-{kind}*")), shape)
        for kind, shape in (("images-idx3-ubyte", (split.images, 28, 28)), ("labels-idx1-ubyte", (split.images,)))
    )
    other = ~np.isin(labels, (3, 7))
    return images[other].reshape(-1, 784), labels[other].astype(np.intp)


def textbooks(digits: Digits) -> Iterator[Predictor]:
    for seed in range(SEEDS):
        emitted = train(Recipe(seed=seed, device="cpu"), digits, NoControls(), run="benchmark", name="benchmark")
        yield from_safetensors([item for item in emitted if isinstance(item, Checkpoint)][-1].data)


def accuracy(model: Predictor, images: Images, threes: NDArray[np.bool_]) -> float:
    return float(np.mean([(model.logit(image) > 0) == three for image, three in zip(images, threes, strict=True)]))


if __name__ == "__main__":
    main()
