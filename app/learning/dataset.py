"""The images a run learns from: MNIST's 3s and 7s, and a sample of its other digits for "neither".

They come with the package, in one file, or from a folder of MNIST's own four files.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.data import Arrays as Arrays
from app.data import Damaged, embedded
from app.learning import idx
from app.learning.idx import DatasetError as DatasetError


@dataclass(frozen=True)
class Split:
    """One of MNIST's two pairs of files: how many images it holds, how many of them are 3s and 7s, and how many of the
    other eight digits to take along, as many of each."""

    prefix: str
    images: int
    threes_and_sevens: int
    others: int


SPLITS = {"train": Split("train", 60_000, 12_396, 3_000), "valid": Split("t10k", 10_000, 2_038, 1_000)}


@dataclass(frozen=True)
class Digits:
    """Tensors on the CPU. Images are rows of 784 uint8, ink bright on 0; a target is 1.0 for a 3 and 0.0 for a 7;
    the labels of other digits are uint8."""

    train_images: Tensor
    train_targets: Tensor
    valid_images: Tensor
    valid_targets: Tensor
    other_train_images: Tensor
    other_train_labels: Tensor
    other_valid_images: Tensor
    other_valid_labels: Tensor

    @classmethod
    def of(cls, arrays: Arrays) -> Self:
        return cls(
            train_images=_rows(arrays["train_images"]),
            train_targets=_targets(arrays["train_labels"]),
            valid_images=_rows(arrays["valid_images"]),
            valid_targets=_targets(arrays["valid_labels"]),
            other_train_images=_rows(arrays["other_train_images"]),
            other_train_labels=torch.tensor(arrays["other_train_labels"]),
            other_valid_images=_rows(arrays["other_valid_images"]),
            other_valid_labels=torch.tensor(arrays["other_valid_labels"]),
        )


def load(mnist_dir: Path | None = None) -> Digits:
    """The embedded digits, or the same ones read from a folder of MNIST's IDX files. Raises DatasetError."""
    return Digits.of(_embedded() if mnist_dir is None else select(mnist_dir))


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


def _embedded() -> Arrays:
    try:
        return embedded()
    except Damaged as error:
        raise DatasetError(str(error)) from None


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


def _rows(images: NDArray[np.uint8]) -> Tensor:
    return torch.tensor(images).flatten(1)


def _targets(labels: NDArray[np.uint8]) -> Tensor:
    return torch.tensor(labels == 3, dtype=torch.float32)
