"""How well drawings and pictures are read. Prints a table.

    python -m benchmarks.ink PEN_STROKES.jsonl.gz

The file has one drawing a line, ``{"digit": d, "strokes": [[[x, y], …], …]}``, of writers that no model has seen.
"""

import gzip
import json
import sys
import timeit
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from app.checkpoint import Checkpoint
from app.handwriting import ink
from app.handwriting.predictor import Predictor, from_safetensors
from app.handwriting.reader import Reader
from app.learning.controls import NoControls
from app.learning.dataset import Digits, load
from app.learning.train import train
from app.recipe import Recipe

SEEDS = 3

Strokes = list[NDArray[np.float64]]
Images = NDArray[np.uint8]


def main(path: str) -> None:
    torch.set_num_threads(1)
    digits, reader = load(), Reader.built_in()
    drawings = list(drawn(path))
    labels = np.array([digit for digit, _ in drawings])
    images = np.stack([ink.draw(strokes).ravel() for _, strokes in drawings])
    ours = (labels == 3) | (labels == 7)
    textbook = [accuracy(model, images[ours], labels[ours] == 3) for model in textbooks(digits)]
    valid, truth = digits.valid_images.numpy(), digits.valid_targets.numpy() == 1
    some = [strokes for _, strokes in drawings[:200]]
    microseconds = min(timeit.repeat(lambda: [ink.draw(strokes) for strokes in some], number=1, repeat=5)) / 200 * 1e6
    centres = np.array([ink.centre_of_mass(image.reshape(28, 28)) for image in images[ours]])
    others = digits.other_valid_images.numpy()
    rows = {
        "pen 3s and 7s": f"{ours.sum():,}",
        f"read by textbook, {SEEDS} seeds": ", ".join(f"{share:.2%}" for share in textbook),
        "read by the built-in model": f"{accuracy(reader.predictor, images[ours], labels[ours] == 3):.2%}",
        "MNIST validation, built-in model": f"{accuracy(reader.predictor, valid, truth):.2%}",
        "centre of mass, furthest from 14.0": f"{np.abs(centres - ink.CENTRE).max():.3f} px",
        "drawing one": f"{microseconds:.0f} µs",
        "gate: MNIST 3s and 7s kept": f"{1 - rejected(reader, valid):.2%}",
        "gate: pen 3s and 7s kept": f"{1 - rejected(reader, images[ours]):.2%}",
        "gate: MNIST other digits rejected": f"{rejected(reader, others):.2%}",
        "gate: pen other digits rejected": f"{rejected(reader, images[~ours]):.2%}",
    }
    for name, figure in rows.items():
        print(f"{name:38}{figure}")


def drawn(path: str) -> Iterator[tuple[int, Strokes]]:
    with gzip.open(path, "rt") as lines:
        for line in lines:
            drawing = json.loads(line)
            yield drawing["digit"], [np.array(stroke, np.float64) for stroke in drawing["strokes"]]


def textbooks(digits: Digits) -> Iterator[Predictor]:
    for seed in range(SEEDS):
        emitted = train(Recipe(seed=seed, device="cpu"), digits, NoControls(), run="benchmark", name="benchmark")
        yield from_safetensors([item for item in emitted if isinstance(item, Checkpoint)][-1].data)


def accuracy(model: Predictor, images: Images, threes: NDArray[np.bool_]) -> float:
    return float(np.mean([(model.logit(image) > 0) == three for image, three in zip(images, threes, strict=True)]))


def rejected(reader: Reader, images: Images) -> float:
    return float(np.mean([reader.read(image).verdict == "neither" for image in images]))


if __name__ == "__main__":
    main(sys.argv[1])
