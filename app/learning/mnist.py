"""MNIST's 3s and 7s, and a sample of its other digits, from a folder of its own four files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.data import Arrays
from app.learning import idx
from app.learning.idx import DatasetError


@dataclass(frozen=True)
class Split:
    """One of MNIST's two pairs of files: how many images it holds, how many of them are 3s and 7s, and how many of the
    other eight digits to take along, as many of each."""

    prefix: str
    images: int
    threes_and_sevens: int
    others: int


SPLITS = {"train": Split("train", 60_000, 12_396, 3_000), "valid": Split("t10k", 10_000, 2_038, 1_000)}


def select(mnist_dir: Path) -> Arrays:
    """Read MNIST's four files, gzipped or not, in this folder, its ``raw/`` or its ``MNIST/raw/``; keep every 3 and 7
    in order, and an even, always equal sample of the other digits. Raises DatasetError."""
    folder = _folder(mnist_dir)
    arrays: dict[str, NDArray[np.uint8]] = {}
    for name, split in SPLITS.items():
        images = idx.read(_file(folder, f"{split.prefix}-images-idx3-ubyte"), (split.images, 28, 28))
        labels_file = _file(folder, f"{split.prefix}-labels-idx1-ubyte")
        labels = idx.read(labels_file, (split.images,))
        wanted = np.flatnonzero((labels == 3) | (labels == 7))
        others = _sample(labels, split.others)
        if (len(wanted), len(others)) != (split.threes_and_sevens, split.others):
            raise DatasetError(f"{labels_file} does not count MNIST's digits: put MNIST's own file in its place")
        arrays |= {f"{name}_images": images[wanted], f"{name}_labels": labels[wanted]}
        arrays |= {f"other_{name}_images": images[others], f"other_{name}_labels": labels[others]}
    return arrays


def _folder(given: Path) -> Path:
    for folder in (given, given / "raw", given / "MNIST" / "raw"):
        if any(folder.glob("train-images-idx3-ubyte*")):
            return folder
    raise DatasetError(
        f"{given} holds no train-images-idx3-ubyte(.gz): name a folder of MNIST's four files, or leave the setting out"
    )


def _file(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    raise DatasetError(f"{folder} lacks {name}(.gz): put all four of MNIST's files there")


def _sample(labels: NDArray[np.uint8], count: int) -> NDArray[np.intp]:
    # RandomState's stream is frozen by numpy's policy, so that the sample is the same with every version.
    random = np.random.RandomState(37)
    others = [digit for digit in range(10) if digit not in (3, 7)]
    chosen = [random.permutation(np.flatnonzero(labels == digit))[: count // len(others)] for digit in others]
    return np.sort(np.concatenate(chosen))
